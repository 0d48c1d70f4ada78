"""The catalogue: reading AudioSet and YouTube-8M, the ontology, the files on disk, building one."""
