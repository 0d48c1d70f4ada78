"""The window: a folder a feature, no sound or search logic; threads live in `gui.workers` only."""
