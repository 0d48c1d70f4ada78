"""Soundalike's engine: from a sound to the videos that sound like it. Works without a window."""

__version__ = "0.2.0"
