"""The catalogue in two dimensions."""
