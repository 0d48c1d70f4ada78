"""Demo mode's sounds: synthesised in code, one recipe for each class of the starter catalogue."""
