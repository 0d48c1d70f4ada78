"""Recording from a microphone or from what the computer plays."""
