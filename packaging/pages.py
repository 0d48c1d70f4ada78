"""The man page and the shells' completions, made of the command line's parser.

Usage: python packaging/pages.py DIR, from the project's folder. Writes ``soundalike.1`` and the
completions for bash, zsh and fish into DIR.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core import __version__  # noqa: E402 - it lies one folder up
from core.cli.output import SOURCE_NAME  # noqa: E402
from core.cli.parser import parser  # noqa: E402

NAME = "soundalike"


@dataclass(frozen=True)
class CommandOption:
    """An option of a command, or what is said without one.

    Attributes
    ----------
    names : tuple of str
        Such as ``("-k", "--count")``; empty where it is no option.
    value : str
        What follows it, for people; empty where nothing does.
    choices : tuple of str
    purpose : str
    is_repeated : bool
        Whether several values may follow each other.
    """

    names: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    purpose: str
    is_repeated: bool

    @property
    def is_path(self) -> bool:
        """Whether it takes the name of a file or a folder."""
        return re.search(r"PATH|FILE|DIR|FOLDER|AUDIO|SOURCE|SOUND", self.value) is not None


@dataclass(frozen=True)
class DescribedCommand:
    """One of the command line's commands.

    Attributes
    ----------
    name : str
        Such as ``match``; of one that belongs to another, ``files fetch``.
    purpose : str
    usage : str
    options : tuple of CommandOption
    """

    name: str
    purpose: str
    usage: str
    options: tuple[CommandOption, ...]


def commands() -> list[DescribedCommand]:
    """Return all commands with their options, in the order of the help."""
    return list(_commands(parser(), ""))


def _commands(above: argparse.ArgumentParser, prefix: str) -> Iterator[DescribedCommand]:
    for action in above._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        for name, each in action.choices.items():
            usage = re.sub(r"\s+", " ", each.format_usage()).removeprefix("usage: ")
            yield DescribedCommand(
                prefix + name,
                each.description or "",
                usage.replace(SOURCE_NAME, NAME),
                tuple(_options(each)),
            )
            yield from _commands(each, f"{prefix}{name} ")


def completed() -> list[DescribedCommand]:
    """Return the commands of the first word, with the options of those that belong to them."""
    described, found = commands(), []
    for each in described:
        if " " not in each.name:
            below = (one for one in described if one.name.startswith(f"{each.name} "))
            named = {option.names: option for one in below for option in one.options}
            own = {option.names for option in each.options} | {()}
            more = [option for names, option in named.items() if names not in own]
            found.append(replace(each, options=(*each.options, *more)))
    return found


def _options(described: argparse.ArgumentParser) -> Iterator[CommandOption]:
    formatter = described._get_formatter()
    for action in described._actions:
        if action.help == argparse.SUPPRESS:
            continue
        is_flag = action.nargs == 0
        metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
        choices = tuple(map(str, action.choices or ()))
        value = "" if is_flag else "{" + ",".join(choices) + "}" if choices else metavar
        purpose = formatter._expand_help(action) if action.help else ""
        is_repeated = action.nargs in ("+", "*")
        yield CommandOption(tuple(action.option_strings), value, choices, purpose, is_repeated)


def man_page() -> str:
    """Return the man page, in the language of man(7)."""
    top = parser()
    lines = [
        f'.TH SOUNDALIKE 1 "" "Soundalike {__version__}" "User Commands"',
        ".SH NAME",
        r"soundalike \- hear a sound, find the videos that sound like it",
        ".SH SYNOPSIS",
        ".B soundalike\n.I COMMAND\n.RI [ OPTION ]...",
        ".br",
        ".B soundalike-window\n.RI [ AUDIO ]...",
        ".SH DESCRIPTION",
        _roff(top.description or ""),
        ".B soundalike-window",
        "opens the window;",
        ".B soundalike",
        "does the same work on the command line.",
        ".SH COMMANDS",
    ]
    for each in commands():
        lines += [f".SS {_roff(each.name)}", _roff(each.purpose), ".PP", _roff(each.usage)]
        for option in each.options:
            names = ", ".join((*option.names,)) or option.value
            value = f" {option.value}" if option.names and option.value else ""
            lines += [".TP", f"\\fB{_roff(names)}\\fR{_roff(value)}", _roff(option.purpose)]
    lines += [
        ".SH EXIT STATUS",
        "0 done; 1 a known error, told in two lines; 2 wrong usage; 130 interrupted.",
        ".SH ENVIRONMENT",
        _roff((top.epilog or "").removeprefix("Environment: ")),
    ]
    return "\n".join(lines) + "\n"


def _roff(text: str) -> str:
    """Return text as man(7) takes it for nothing but text."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def bash_completion() -> str:
    """Return the completion for bash: names of options and commands, choices, else files."""
    cases = []
    for each in completed():
        named = [name for option in each.options for name in option.names]
        named += [
            choice for option in each.options if not option.names for choice in option.choices
        ]
        values = [
            f"            {each.name}:{name}) words='{' '.join(option.choices)}' ;;"
            for option in each.options
            for name in option.names
            if option.choices
        ]
        cases += [*values, f"            {each.name}:*) words='{' '.join(named)}' ;;"]
    names = " ".join(each.name for each in completed())
    return f"""# bash completion of soundalike, made by packaging/pages.py
_soundalike() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words=''
    if [ "$COMP_CWORD" -eq 1 ]; then
        words='{names} --help --version'
    else
        case "${{COMP_WORDS[1]}}:$before" in
{chr(10).join(cases)}
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}}
complete -o default -F _soundalike soundalike
complete -o default soundalike-window
"""


def zsh_completion() -> str:
    """Return the completion for zsh."""

    def quoted(text: str) -> str:
        return re.sub(r"([\[\]:\\])", r"\\\1", text).replace("'", "'\\''")

    cases = []
    for each in completed():
        lines, n_places = [], 0
        for option in each.options:
            action = f"({' '.join(option.choices)})" if option.choices else "_files"
            value = f":{quoted(option.value)}:{action}" if option.value else ""
            if not option.names:
                n_places += 1
                place = "*" if option.is_repeated else n_places  # zsh takes one star alone
                lines.append(f"'{place}:{quoted(option.value)}:{action}'")
            lines += [f"'*{name}[{quoted(option.purpose)}]{value}'" for name in option.names]
        if not any(line.startswith("'*:") for line in lines):
            lines.append("'*:file:_files'")
        cases.append(
            f"        {each.name}) _arguments \\\n            " + " \\\n            ".join(lines)
        )
        cases[-1] += " ;;"
    described = "\n".join(f"        '{each.name}:{quoted(each.purpose)}'" for each in completed())
    return f"""#compdef soundalike
# zsh completion of soundalike, made by packaging/pages.py
_soundalike() {{
    local -a known
    known=(
{described}
    )
    if (( CURRENT == 2 )); then
        _describe command known
        return
    fi
    shift words
    (( CURRENT-- ))
    case $words[1] in
{chr(10).join(cases)}
    esac
}}
_soundalike "$@"
"""


def fish_completion() -> str:
    """Return the completion for fish."""

    def quoted(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    lines = ["# fish completion of soundalike, made by packaging/pages.py"]
    for each in completed():
        first = "complete -c soundalike -n __fish_use_subcommand -f"
        lines.append(f"{first} -a {each.name} -d {quoted(each.purpose)}")
        seen = f"complete -c soundalike -n '__fish_seen_subcommand_from {each.name}'"
        for option in each.options:
            names = "".join(
                f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}"
                for name in option.names
            )
            takes = " -r" if option.value and option.names else ""
            choices = f" -f -a {quoted(' '.join(option.choices))}" if option.choices else ""
            if names or choices:
                lines.append(f"{seen}{names}{takes}{choices} -d {quoted(option.purpose)}")
    return "\n".join(lines) + "\n"


PAGES = {
    f"{NAME}.1": man_page,
    f"{NAME}.bash": bash_completion,
    f"_{NAME}": zsh_completion,
    f"{NAME}.fish": fish_completion,
}
"""What is written, by the name of its file."""


def write_pages(folder: Path) -> None:
    """Write all of them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in PAGES.items():
        (folder / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
