"""What a person prefers, in one place."""
