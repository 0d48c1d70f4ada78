"""A catalogue's clips as a table for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING

from core.atomic import written_whole
from core.catalog.catalog import Catalog
from core.errors import CatalogError
from core.jobs import Job

if TYPE_CHECKING:
    import pandas as pd

CLIPS_A_PIECE = 50_000

SEPARATOR = " | "
"""Between the labels of a clip in a `.csv` file; the names themselves have commas."""


def export(catalog: Catalog, path: Path, vectors: bool = False, job: Job | None = None) -> None:
    """Write `Catalog.to_dataframe` as .csv, .parquet or .json (a list of objects).

    Parameters
    ----------
    path : Path
        Its ending chooses the format. An existing file is replaced, whole or not at all.
    vectors : bool
        Add the 128 numbers that the search compares.
    job : Job, optional
        Told about progress; may cancel, and nothing is written then.

    Raises
    ------
    CatalogError
        If the ending is another, or the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in _WRITERS:
        raise CatalogError(
            f"{path} ends in none of .csv, .parquet and .json.", "Choose one of these endings."
        )
    try:
        with written_whole(path) as file:
            _write(catalog, file, ending, vectors, job or Job())
    except OSError as error:
        raise CatalogError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Make room on the disk, or name a file in a folder that you may write to.",
        ) from error


def _write(catalog: Catalog, file: IO[bytes], ending: str, vectors: bool, job: Job) -> None:
    """Write the table in pieces: as a whole it may be larger than memory."""

    def pieces() -> Iterator[pd.DataFrame]:
        for begin in range(0, len(catalog), CLIPS_A_PIECE):
            job.report("Writing the clips", begin / len(catalog))
            yield catalog.to_dataframe(vectors, slice(begin, begin + CLIPS_A_PIECE))

    _WRITERS[ending](pieces(), file)


def _write_csv(pieces: Iterable[pd.DataFrame], file: IO[bytes]) -> None:
    for number, piece in enumerate(pieces):
        piece["labels"] = piece["labels"].map(SEPARATOR.join)
        piece.to_csv(file, index=False, header=number == 0)


def _write_json(pieces: Iterable[pd.DataFrame], file: IO[bytes]) -> None:
    for number, piece in enumerate(pieces):
        text = piece.to_json(orient="records", indent=1, force_ascii=False, double_precision=15)
        # One list of all pieces: without the brackets of each.
        file.write(("[" if number == 0 else ",").encode() + text[1:-2].encode())
    file.write(b"\n]\n")


def _write_parquet(pieces: Iterable[pd.DataFrame], file: IO[bytes]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    with ExitStack() as stack:
        for piece in pieces:
            table = pa.Table.from_pandas(piece, preserve_index=False)
            if writer is None:
                writer = stack.enter_context(pq.ParquetWriter(file, table.schema))
            writer.write_table(table.cast(writer.schema))


_WRITERS = {".csv": _write_csv, ".json": _write_json, ".parquet": _write_parquet}
