"""What the shipped weights were trained with; `docs/training.md` says how to run it."""
