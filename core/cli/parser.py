"""The command line's options: what may be said, and which command does it."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from core import __version__
from core.cli import commands
from core.cli.option_groups import (
    GROUPS,
    add_filters,
    add_match,
    add_paths,
    add_rank,
    natural,
    positive,
    weights,
)
from core.cli.output import command_name, put
from core.cli.teach_options import add_teaching
from core.downloads.mirrors import REGIONS, VARIABLE
from core.embedding_file import WRITERS
from core.options import (
    BUILT_KINDS,
    ID_SERVICE,
    CatalogKind,
)

_OUT = f"ending in {', '.join(WRITERS)}"
_Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of a command line; ``command`` is the function that does it.

    Raises
    ------
    SystemExit
        If help was asked for (0), or the usage is wrong (2).
    """
    top = parser()
    try:
        if "" in arguments:  # as a path it would be the current folder
            top.error("an argument is empty; is it a variable that was not set?")
        return top.parse_args(_shield_files(_shield_video_id(arguments)))
    except SystemExit:  # help was printed, or how the command is used
        put("", end="")
        raise


def _shield_video_id(arguments: Sequence[str]) -> list[str]:
    """Put a video id that begins with a minus sign where argparse takes it for no option."""
    if not arguments or arguments[0] != "similar" or "--" in arguments:
        return list(arguments)
    ids = [text for text in arguments if re.fullmatch(r"-[\w-]{10}", text, re.ASCII)]
    return [*(text for text in arguments if text not in ids), *(["--", *ids] if ids else [])]


def _shield_files(arguments: Sequence[str]) -> list[str]:
    """Write the names of files that begin with a minus sign as argparse takes them for none."""
    return [
        f"{os.curdir}{os.sep}{text}"
        if re.fullmatch(r"-[^=]*\.[^=]*", text) and Path(text).is_file()
        else text
        for text in arguments
    ]


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog=command_name(),
        description="Hear a sound, find the videos that sound like it.",
        epilog="Environment: SOUNDALIKE_HOME is the data folder. "
        f"{VARIABLE} is where files are fetched from. SOUNDALIKE_ID_SERVICE is the address at "
        f"which YouTube's ids of YouTube-8M are looked up ({ID_SERVICE}).",
    )
    top.add_argument("--version", action="version", version=f"Soundalike {__version__}")
    subparsers = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(
        name: str,
        function: Callable[[argparse.Namespace], None],
        purpose: str,
        *groups: str,
    ) -> argparse.ArgumentParser:
        added = subparsers.add_parser(name, help=purpose, description=purpose)
        added.set_defaults(command=function)
        for group in groups:
            GROUPS[group](added)
        return added

    match = command(
        "match",
        commands.match,
        "Find the clips that sound like a file, or like each of several.",
        "paths",
        "catalogs",
        "filters",
        "k",
        "match",
        "rank",
        "steer",
        "span",
        "reading",
        "folders",
        "model",
        "offline",
        "json",
    )
    match.add_argument("--tags", action="store_true", help="also tell what was heard when")
    similar = command(
        "similar",
        commands.similar,
        "Find the clips that sound like a video of the catalogue.",
        "catalogs",
        "filters",
        "k",
        "steer",
        "model",
        "offline",
        "json",
    )
    similar.add_argument(
        "video_id",
        metavar="VIDEO_ID",
        help="an id that the catalogue has, or a link to it; of own sounds, a file's path",
    )
    comparing = similar.add_mutually_exclusive_group()
    add_match(comparing)
    add_rank(similar)
    comparing.add_argument(
        "--weights",
        type=weights,
        metavar="audio=A,visual=V",
        help="compare by sound and by pictures, which count in this proportion (the two are "
        "divided by their sum; one that is left out counts 0); for a catalogue of YouTube-8M "
        "that was built with --visual",
    )
    find = command(
        "find",
        commands.find,
        "Find the clips that carry what words say.",
        "catalogs",
        "filters",
        "k",
        "offline",
        "json",
    )
    find.add_argument(
        "words", nargs="+", metavar="WORDS", help='what is heard, such as "rain on a roof"'
    )
    _add_tags(
        command(
            "tags",
            commands.tags,
            "Tell what is heard when in sounds.",
            "reading",
            "folders",
            "model",
        )
    )
    add_teaching(command)
    build = command(
        "build", commands.build, "Build a catalogue, or add to one.", "folders", "model"
    )
    add_filters(build)
    build.add_argument(
        "kind",
        choices=list(map(str, (*BUILT_KINDS, CatalogKind.SOUNDS))),
        help="of whose released features, or of own sounds",
    )
    build.add_argument(
        "source",
        nargs="+",
        type=Path,
        metavar="SOURCE",
        help="a .tfrecord file, a folder of them, or a .tar(.gz); of sounds, a folder with files",
    )
    build.add_argument("--out", type=Path, required=True, metavar="DIR", help="the catalogue")
    where = build.add_mutually_exclusive_group()
    where.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes; as many as there are processors if left out",
    )
    where.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster, tcp://HOST:PORT")
    build.add_argument(
        "--visual", action="store_true", help="keep what YouTube-8M's videos look like, too"
    )
    update = command(
        "update",
        commands.update,
        "Bring a catalogue of own sounds up to date: analyse what is new or has changed.",
        "model",
    )
    update.add_argument("catalog", type=Path, metavar="DIR", help="the catalogue")
    update.add_argument(
        "--remove-missing",
        action="store_true",
        help="take files out that are not there any more; a folder that is not there as a whole, "
        "such as a drive, loses nothing",
    )
    update.add_argument("--workers", type=positive, metavar="N", help="processes")
    duplicates = command(
        "duplicates",
        commands.duplicates,
        "List the same sound in several files of a catalogue of own sounds.",
        "json",
    )
    duplicates.add_argument("catalog", type=Path, metavar="DIR", help="the catalogue")
    info = command("info", commands.info, "Describe a catalogue and the models.", "json")
    info.add_argument("catalog", nargs="?", type=Path, metavar="DIR", help="a catalogue")
    classes = command(
        "classes", commands.classes, "List the classes and their clips.", "catalog", "json"
    )
    classes.add_argument("--tree", action="store_true", help="each below those it belongs to")
    export = command("export", commands.export, "Write a catalogue's clips as a table.")
    export.add_argument("catalog", type=Path, metavar="DIR", help="a catalogue")
    export.add_argument("file", type=Path, metavar="FILE", help="ending in .csv, .parquet or .json")
    export.add_argument(
        "--vectors", action="store_true", help="add the 128 numbers that are compared"
    )
    embed = command(
        "embed",
        commands.embed,
        "Write a sound's log-mel patches and embeddings.",
        "audio",
        "span",
        "reading",
        "model",
    )
    embed.add_argument("--out", type=Path, required=True, metavar="FILE", help=_OUT)
    example = command("example", commands.example, "Write a sound to try.")
    example.add_argument("file", type=Path, metavar="FILE.wav")
    example.add_argument("--sound", default="Rain", metavar="NAME", help="Bell, Rain or Siren")
    example.add_argument("--seed", type=natural, default=0, help="another number, another sound")
    _add_files(subparsers)
    return top


def _add_tags(parser: argparse.ArgumentParser) -> None:
    """Add whose tags are told, and how they are printed or written."""
    whose = parser.add_mutually_exclusive_group(required=True)
    add_paths(whose, nargs="*", default=[])
    whose.add_argument(
        "--catalog",
        type=Path,
        metavar="DIR",
        help="instead of sounds a catalogue of own sounds, whose tags are kept: nothing is "
        "analysed again, and times are those of its clips of ten seconds",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a line of JSON for each sound")
    form.add_argument("--csv", action="store_true", help="print a table for spreadsheets")
    form.add_argument(
        "--audacity", action="store_true", help="write a label track beside each sound"
    )
    form.add_argument(
        "--raven", action="store_true", help="write a selection table of Raven's beside each sound"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write labels there, not beside the sounds"
    )
    parser.add_argument(
        "--force", action="store_true", help="replace files of labels that are there already"
    )


def _add_files(subparsers: _Subparsers) -> None:
    """Add ``files`` with its sub-commands; alone it is ``files status``."""
    purpose = "Fetch and look after the trained model, AudioSet and the data folder."
    files = subparsers.add_parser("files", help=purpose, description=purpose)
    files.set_defaults(command=commands.files, action="status")
    actions = files.add_subparsers(title="commands", metavar="COMMAND")

    def action(name: str, purpose: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=purpose, description=purpose)
        added.set_defaults(action=name)
        return added

    action("status", "Tell which of the model's files are there (what files alone does).")
    fetch = action("fetch", "Fetch the trained model, or AudioSet's features.")
    fetch.add_argument(
        "what", nargs="*", default=["model"], metavar="WHAT", help="model, features (model)"
    )
    fetch.add_argument(
        "--mirror",
        metavar="NAME",
        help=f"where to fetch from: {', '.join(REGIONS)}, or an address with the files below it "
        f"({VARIABLE}, or {REGIONS[0]})",
    )
    _add_clip_choice(fetch)
    action("verify", "Compare checksums, and see what the model computes.")
    taken = action("import", "Take over files that were fetched elsewhere, under any name.")
    taken.add_argument("path", nargs="+", type=Path, metavar="PATH", help="a file")
    _add_clip_choice(taken)
    action("list", "List what lies in the data folder, and how large it is.")
    remove = action("remove", "Remove things from the data folder.")
    remove.add_argument("key", nargs="+", metavar="KEY", help="as files list shows it")
    use = action("use", "Choose the catalogue to search from now on.")
    use.add_argument("name", metavar="NAME", help="of a catalogue")
    move = action("move", "Move the data folder, whole, to another place.")
    move.add_argument("folder", type=Path, metavar="DIR", help="the new data folder")


def _add_clip_choice(parser: argparse.ArgumentParser) -> None:
    """Add what is to be kept of AudioSet's features."""
    add_filters(parser)
    parser.add_argument(
        "--balanced", action="store_true", help="of AudioSet only the balanced 42,531 clips"
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep AudioSet's archive beside the catalogue"
    )
