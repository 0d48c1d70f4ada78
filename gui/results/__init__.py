"""The matches: table, details, lists to save."""
