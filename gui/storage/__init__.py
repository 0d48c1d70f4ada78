"""What lies in the data folder: catalogues, sizes, removing, moving."""
