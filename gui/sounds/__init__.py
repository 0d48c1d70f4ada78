"""Catalogues of own sounds: added, kept true, and looked through for duplicates."""
