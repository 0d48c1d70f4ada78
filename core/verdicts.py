"""Whether the trained model answers: its published check passed, or a person wants it all the same.

A model that does not compute what it should would be worse than none: it would answer, and mislead.
The verdict lies beside the converted model, so that the check is not run at every start.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.atomic import written_whole
from core.checking import PUBLISHED, differing, sine_numbers
from core.errors import ModelError
from core.jobs import Job
from core.paths import DataFolder
from core.pinned import CHECKPOINT
from core.vggish.model import Vggish, installed

_FILE = "published-check.json"


@dataclass(frozen=True)
class Verdict:
    """What the published check has found.

    Attributes
    ----------
    found : tuple of float
        In the order of `core.checking.PUBLISHED`.
    state : tuple of int
        Size and time of change of the data folder's checkpoint: of which model this is said.
    is_accepted : bool
        Whether a person wants the model even if it fails.
    """

    found: tuple[float, ...]
    state: tuple[int, ...]
    is_accepted: bool = False

    @property
    def differences(self) -> str:
        """The numbers that are not as published; empty where all are."""
        return "; ".join(differing(self.found))

    @property
    def may_answer(self) -> bool:
        """Whether the model is used where none is named."""
        return self.is_accepted or not self.differences


def verdict(data: DataFolder, folder: Path, job: Job) -> Verdict:
    """Return the verdict on the data folder's model; where there is none yet, run the check.

    Parameters
    ----------
    data : DataFolder
    folder : Path
        What its checkpoint was converted to.
    job : Job

    Raises
    ------
    ModelError
        If the model is damaged.
    """
    known = _read(folder)
    if known is not None and known.state == _state(data):
        return known
    model = Vggish(folder)
    try:
        return note(data, folder, sine_numbers(model, job))
    finally:
        model.close()


def note(data: DataFolder, folder: Path, found: tuple[float, ...]) -> Verdict:
    """Keep what a check has found just now; who accepted the model before still does."""
    known = _read(folder)
    noted = Verdict(found, _state(data), known is not None and known.is_accepted)
    with suppress(OSError):  # then the check is run again the next time
        _write(folder, noted)
    return noted


def refused(data: DataFolder) -> str:
    """Return the numbers for which the data folder's model is not used; empty where it is."""
    verdicts = (known for _, known in _known(data) if not known.may_answer)
    return next((known.differences for known in verdicts), "")


def accept(data: DataFolder) -> None:
    """Let the data folder's model answer, whatever the check says.

    Raises
    ------
    ModelError
        If that cannot be noted.
    """
    for folder, known in _known(data):
        try:
            _write(folder, replace(known, is_accepted=True))
        except OSError as error:
            raise ModelError(
                f"{folder} cannot be written: {error.strerror or error}.",
                "Free some space, and check its permissions.",
            ) from error


def refusal(differences: str) -> ModelError:
    """Return what is said of a model that is not used."""
    return ModelError(
        f"The trained model fails its published check, so it is not used: {differences}.",
        "Try again, or use it anyway: python -m core files fetch --even-if-check-fails",
        "Set up again, or press “Use it anyway” in “Set up…”.",
    )


def _known(data: DataFolder) -> list[tuple[Path, Verdict]]:
    """Return the verdict on the model that lies in the data folder now, with its place."""
    found = ((folder, _read(folder)) for folder in installed(data.models))
    state = _state(data)
    return [(folder, known) for folder, known in found if known and known.state == state]


def _state(data: DataFolder) -> tuple[int, ...]:
    with suppress(OSError):
        status = (data.files / CHECKPOINT.name).stat()
        return status.st_size, status.st_mtime_ns
    return ()


def _read(folder: Path) -> Verdict | None:
    with suppress(OSError, ValueError, TypeError, KeyError):
        content = json.loads((folder / _FILE).read_bytes())
        found = tuple(map(float, content["found"]))
        if len(found) == len(PUBLISHED):
            state = tuple(map(int, content["state"]))
            return Verdict(found, state, content["is_accepted"] is True)
    return None


def _write(folder: Path, known: Verdict) -> None:
    with written_whole(folder / _FILE) as file:
        file.write(json.dumps(asdict(known)).encode())
