"""What the program is, whose work is in it, and what a report of a fault needs."""
