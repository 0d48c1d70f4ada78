"""A catalogue's clips as a table for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from core.atomic import written_whole
from core.catalog.store import Catalog
from core.errors import CatalogError

SEPARATOR = " | "
"""Between the labels of a clip in a `.csv` file; the names themselves have commas."""


def export(catalog: Catalog, path: Path, vectors: bool = False) -> None:
    """Write `Catalog.to_dataframe` as .csv, .parquet or .json (a list of objects).

    Parameters
    ----------
    path : Path
        Its ending chooses the format. An existing file is replaced, whole or not at all.
    vectors : bool
        Add the 128 numbers that the search compares.

    Raises
    ------
    CatalogError
        If the ending is another, or the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".parquet", ".json"):
        raise CatalogError(
            f"{path} ends in none of .csv, .parquet and .json.", "Choose one of these endings."
        )
    try:
        with written_whole(path) as file:
            _write(catalog, file, ending, vectors)
    except OSError as error:
        raise CatalogError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Make room on the disk, or name a file in a folder that you may write to.",
        ) from error


def _write(catalog: Catalog, file: IO[bytes], ending: str, vectors: bool) -> None:
    table = catalog.to_dataframe(vectors)
    if ending == ".parquet":
        table.to_parquet(file, index=False)
    elif ending == ".json":
        table.to_json(file, orient="records", indent=1, force_ascii=False, double_precision=15)
    else:
        table["labels"] = table["labels"].map(SEPARATOR.join)
        table.to_csv(file, index=False)
