"""The one family of errors that people see: each says what happened and what to do."""

from __future__ import annotations

import re
import textwrap

_NO_MEMORY = re.compile(
    r"bad_?alloc|cannot allocate memory|can't start new thread|failed to map|not enough memory",
    re.IGNORECASE,
)
"""How foreign libraries say that there is no memory left."""


class SoundalikeError(Exception):
    """A known failure.

    Parameters
    ----------
    message : str
        What happened, one sentence.
    hint : str
        What the person can do about it, one sentence.
    window_hint : str, optional
        The same for who sits before the window, where the way is another one: a button instead of a
        command.
    window_message : str, optional
        What happened, for them: without the reasons that only the log needs.
    """

    def __init__(
        self, message: str, hint: str, window_hint: str = "", window_message: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.window_hint = window_hint or hint
        self.window_message = window_message or message

    @property
    def in_full(self) -> str:
        """Both sentences, as the window says them."""
        return f"{self.window_message} {self.window_hint}"

    def __reduce__(self) -> tuple[type, tuple[str, str, str, str]]:
        # The arguments must survive the way back from a worker process.
        return type(self), (self.message, self.hint, self.window_hint, self.window_message)


class AudioFileError(SoundalikeError):
    """An audio file cannot be read, or has nothing in it to match."""


class MicrophoneError(SoundalikeError):
    """Recording is not possible, or has broken off."""


class PlaybackError(SoundalikeError):
    """Playing is not possible, or has broken off."""


class ModelError(SoundalikeError):
    """A checkpoint, PCA file or converted network cannot be used."""


class WrongModelError(ModelError):
    """Weights or PCA parameters are not VGGish's, whatever they are: other ones are needed."""


class CatalogError(SoundalikeError):
    """A catalogue, its source records, a class name or a video id cannot be used."""


class DownloadError(SoundalikeError):
    """A file of the product's cannot be fetched, verified or imported."""


class WrongContentError(DownloadError):
    """A download that is not the wanted file: none of it is of use."""


class DownloadInterruptedError(DownloadError):
    """The network broke off: what came so far is kept, and the next try goes on from there."""


class OutputError(SoundalikeError):
    """An answer cannot be written where it should go."""


class LibraryError(SoundalikeError):
    """A person's library cannot be read or written."""


ROOM_IN_THE_WINDOW = (
    "Free some space, or move the data folder: “Storage…” in the File menu, then “Move…”."
)
"""The window's way out where the data folder's disk is full."""


class Cancelled(Exception):  # noqa: N818 - not an error: the person asked for it
    """The work was stopped on request."""


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error of whatever library means that there is no memory left."""
    return isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)) is not None


def unforeseen(error: BaseException) -> SoundalikeError:
    """Return what a person is told of a failure that nobody foresaw, want of memory included."""
    reason = textwrap.shorten(f"{type(error).__name__}: {error}", 160, placeholder="…")
    if is_out_of_memory(error):
        return SoundalikeError(
            "There is not enough memory for this.",
            "Close other programs, or choose a shorter sound or a smaller catalogue.",
        )
    return SoundalikeError(
        f"Something went wrong inside the program ({reason}).",
        "Please report it with what SOUNDALIKE_DEBUG=1 shows in front of the command.",
        "Try again; “Copy details for a report” in the Help menu helps who mends it.",
    )
