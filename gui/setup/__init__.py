"""Fetching the model and AudioSet."""
