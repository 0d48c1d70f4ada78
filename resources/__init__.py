"""Icons, tables and licences that the program carries; read with `importlib.resources`."""
