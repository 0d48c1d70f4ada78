"""What was heard when."""
