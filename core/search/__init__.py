"""Exact cosine search over a catalogue's vectors."""
