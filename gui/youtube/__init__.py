"""What YouTube says of the videos behind the links: asked for politely, and remembered."""

LARGE = 180
"""The height of YouTube's own thumbnails in pixels; nothing is gained beyond it."""
