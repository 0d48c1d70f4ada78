"""Playing the sound that is shown."""
