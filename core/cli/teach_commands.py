"""The commands `teach` and `taught`: classes of a person's own."""

from __future__ import annotations

import math
import re
from argparse import Namespace
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.class_teaching import ClipAnswer, SoundAnswer
from core.cli.inputs import Reading, opened_sound
from core.cli.output import Progress, command_name, match_table, plain, put, put_json, remark
from core.engine import Engine
from core.errors import CatalogError
from core.jobs import Job
from core.match_lists import match_record
from core.options import MOST_K, Options
from core.paths import DataFolder

if TYPE_CHECKING:
    from core.teaching.taught_class import TaughtClass

_SPAN = re.compile(r"(.+)@(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


def teach(arguments: Namespace) -> None:
    """Teach a class, say how well it is told, and what to answer next."""
    names = ("model", "pca", "catalog", "engine", "listener")
    engine = Engine(
        DataFolder.default(), Options(**{name: getattr(arguments, name) for name in names})
    )
    with Progress() as progress:
        if arguments.yes or arguments.no or not arguments.ask:
            answers = list(_answers(engine, arguments, progress.job))
            taught = engine.teach(arguments.name, answers, progress.job)
        else:
            taught = engine.taught_class(arguments.name)
        progress.clear()
        if not arguments.json:  # it is kept, also where the catalogue cannot be asked
            put(_line(taught))
        asked = None
        if arguments.ask:
            asked = engine.to_ask(taught.name, min(arguments.ask, MOST_K), progress.job)
    if arguments.json:
        records = [] if asked is None else [match_record(match) for match in asked.matches]
        put_json({"class": _record(taught), "ask": records})
    elif asked is not None:
        put("")
        put(match_table(asked))


def taught(arguments: Namespace) -> None:
    """List the classes that were taught, or remove, export or import one."""
    engine = Engine(DataFolder.default())
    if arguments.action == "remove":
        engine.forget_class(arguments.name)
        put(f"“{plain(arguments.name)}” is removed.")
    elif arguments.action == "export":
        engine.export_class(arguments.name, arguments.file)
        put(f"“{plain(arguments.name)}” in {plain(str(arguments.file))}")
    elif arguments.action == "import":
        put(_line(engine.import_class(arguments.file, arguments.force)))
    else:
        _list(engine, arguments.json)


def _list(engine: Engine, is_json: bool) -> None:
    classes, faults = engine.taught_classes(), engine.taught_faults()
    for fault in faults:
        remark(f"{fault} {fault.hint}")
    if is_json:
        put_json({"classes": [_record(each) for each in classes]})
        return
    for each in classes:
        put(_line(each))
    if not classes:
        put(f"No class was taught yet: {command_name()} teach NAME --yes SOUND …")


def _answers(engine: Engine, arguments: Namespace, job: Job) -> Iterator[ClipAnswer | SoundAnswer]:
    given = [(text, True) for text in arguments.yes] + [(text, False) for text in arguments.no]
    for place, (text, is_member) in enumerate(given):
        part = job.part(place / len(given), (place + 1) / len(given))
        found = _sound(text)
        if found is None:
            from core.catalog.pasted_links import video_id_of

            yield from engine.clip_answers(video_id_of(text), is_member, part)
            continue
        path, start_s, end_s = found
        if end_s is None:
            # What is in a catalogue of one's own sounds is not analysed again, nor asked about.
            with suppress(CatalogError):
                yield from engine.clip_answers(str(path), is_member, part)
                continue
        with opened_sound(path, Reading(), part) as sound:
            query = engine.query(sound, start_s, end_s, part)
        yield SoundAnswer(query, str(path), start_s or 0.0, is_member)


def _sound(text: str) -> tuple[Path, float | None, float | None] | None:
    """Return the file that is meant and its span; None where it can only be a clip's id."""
    if "://" in text:
        return None
    whole = Path(text)
    if whole.exists():
        return whole, None, None
    if spanned := _SPAN.fullmatch(text):
        start_s, end_s = float(spanned[2]), float(spanned[3])
        if math.isfinite(start_s) and math.isfinite(end_s):
            return Path(spanned[1]), start_s, end_s
    return (whole, None, None) if whole.suffix or len(whole.parts) > 1 else None


def _line(taught: TaughtClass) -> str:
    n_yes, n_no = taught.n_members, len(taught.examples) - taught.n_members
    found = taught.estimate
    if found.precision is None:
        quality = "too few examples to say how well it is told (at least 8)"
    else:
        right, recalled = f"{found.precision:.0%}", f"{found.recall:.0%}"
        quality = (
            f"of what it finds about {right} is right, and it finds {recalled} of its examples "
            "(cross-validated)"
        )
    named = f"“{plain(taught.name)}” ({plain(taught.model_name)})"
    return f"{named}: {n_yes} yes, {n_no} no; {quality}."


def _record(taught: TaughtClass) -> dict[str, Any]:
    return {
        "name": taught.name,
        "model": taught.model_name,
        "yes": taught.n_members,
        "no": len(taught.examples) - taught.n_members,
        "precision": taught.estimate.precision,
        "recall": taught.estimate.recall,
    }
