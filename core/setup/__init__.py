"""The model and the catalogues in the data folder: installed, listed, moved."""
