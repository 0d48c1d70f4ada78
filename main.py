"""Soundalike's window: ``python main.py [AUDIO …]``."""

from __future__ import annotations

from core.interrupts import end_on_interrupt, ending_on_interrupt

with ending_on_interrupt():
    import argparse
    import gc
    import os
    import re
    import socket
    import sys
    from pathlib import Path

    from core.cli.output import SOURCE_NAME, prepare, put, tell
    from core.errors import SoundalikeError
    from core.options import ENGINES, Options


def main(arguments: list[str] | None = None) -> int:
    """Open the window; return the exit status."""
    prepare()
    try:
        chosen = _parse(sys.argv[1:] if arguments is None else arguments)
    except SoundalikeError as error:
        tell(error)
        return 1
    if not has_display():
        hint = (
            "Start it in a desktop session (or under xvfb-run), or use the command line: "
            f"{SOURCE_NAME} match AUDIO"
        )
        tell(SoundalikeError("There is no display for the window.", hint))
        return 1
    # Imported only now, so that --help and a wrong option answer at once. Nothing of it is garbage,
    # and looking for some would take a tenth of the time. The window says when it is looked for.
    gc.disable()
    with ending_on_interrupt():
        from core.paths import DataFolder
        from gui import app
    options = Options(chosen.model, chosen.pca, chosen.catalog, chosen.engine)
    return app.run(DataFolder.default(), options, chosen.audio)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=Path(sys.argv[0]).name, description="Hear a sound, find the videos that sound like it."
    )
    parser.add_argument("audio", nargs="*", type=Path, help="sounds to match at once")
    parser.add_argument("--catalog", type=Path, metavar="DIR", help="the catalogue to search")
    parser.add_argument("--model", type=Path, metavar="FILE", help="VGGish's checkpoint")
    parser.add_argument("--pca", type=Path, metavar="FILE", help="VGGish's PCA parameters")
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default=ENGINES[0],
        help=f"what runs the network (default: {ENGINES[0]})",
    )
    try:
        return parser.parse_args(arguments)
    except SystemExit:  # help was printed, or how the program is used
        put("", end="")
        raise


def has_display() -> bool:
    """Return whether a window can be shown; Qt would abort the process where it cannot."""
    if not sys.platform.startswith("linux") or "QT_QPA_PLATFORM" in os.environ:
        return True
    if os.environ.get("WAYLAND_DISPLAY"):
        return True
    display = os.environ.get("DISPLAY", "")
    local = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if local is None:
        return bool(display)
    # The variable may outlive the screen; the socket of a local one tells. Linux has it twice.
    path = f"/tmp/.X11-unix/X{local[1]}"  # noqa: S108 - the place is the X server's
    return any(_answers(address) for address in (path, f"\0{path}"))


def _answers(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.connect(address)
        except OSError:
            return False
    return True


def run() -> None:
    """Open the window that the program was started for, and end with it."""
    status = main()
    end_on_interrupt()
    sys.exit(status)


if __name__ == "__main__":
    run()
