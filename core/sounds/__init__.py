"""Catalogues of a person's own sounds: files are analysed, and the catalogue kept true."""
