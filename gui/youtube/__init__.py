"""What YouTube says of the videos behind the links: asked for politely, and remembered."""
