"""The window: one widget a file, no sound or search logic; threads live in `gui.workers` only."""
