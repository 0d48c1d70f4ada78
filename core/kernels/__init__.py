"""All compiled code; its inputs are checked at its door."""
