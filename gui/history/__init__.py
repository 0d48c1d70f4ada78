"""Earlier sounds, starred clips, hidden videos."""
