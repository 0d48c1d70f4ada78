"""The options of `teach` and `taught`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from core.cli import teach_commands
from core.cli.option_groups import positive
from core.options import MOST_K


def add_teaching(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands for classes of a person's own.

    Parameters
    ----------
    command : callable
        Takes a name, a function, a purpose and groups of options, and returns the new parser.
    """
    teach = command(
        "teach",
        teach_commands.teach,
        "Teach a class of sounds from examples; what was taught before is kept.",
        "catalog",
        "model",
        "json",
    )
    teach.add_argument("name", metavar="NAME", help='of the class, such as "our gate"')
    example = "a sound file, FILE@START-END in seconds, or the id of a clip of the catalogue"
    teach.add_argument(
        "--yes", action="append", default=[], metavar="SOUND", help=f"one of the class: {example}"
    )
    teach.add_argument(
        "--no", action="append", default=[], metavar="SOUND", help="one that is none of the class"
    )
    teach.add_argument(
        "--ask",
        type=positive,
        metavar="N",
        help=f"list the clips of the catalogue to be answered next, at most {MOST_K}",
    )
    taught = command(
        "taught", teach_commands.taught, "List, remove, export and import taught classes.", "json"
    )
    taught.set_defaults(action="list")
    actions = taught.add_subparsers(title="commands", metavar="COMMAND")

    def action(name: str, purpose: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=purpose, description=purpose)
        added.set_defaults(action=name)
        return added

    listed = action("list", "List the classes, and how well each is told (what taught alone does).")
    listed.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON and nothing else"
    )
    action("remove", "Remove a class.").add_argument("name", metavar="NAME")
    export = action("export", "Write a class to a file, for another computer.")
    export.add_argument("name", metavar="NAME")
    export.add_argument("file", type=Path, metavar="FILE")
    taken = action("import", "Take over a class from a file.")
    taken.add_argument("file", type=Path, metavar="FILE")
    taken.add_argument("--force", action="store_true", help="replace a class of its name")
