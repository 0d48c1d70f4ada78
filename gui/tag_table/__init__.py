"""Many sounds, or a long one, as a table: what was heard when."""
