"""The picture of the sound: views, zoom, selection."""
