"""What each command does: read the arguments, ask the engine, print the answer."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.cli.option_groups import check_build
from core.cli.output import (
    Progress,
    catalog_text,
    class_table,
    match_table,
    plain,
    put,
    put_json,
    quality_text,
    tag_header,
    tag_lines,
)
from core.engine import Engine
from core.errors import AudioFileError, Cancelled, CatalogError
from core.jobs import Job
from core.match_lists import match_record
from core.options import CatalogKind, Comparison, Filter, Options, Ranking
from core.paths import DataFolder
from core.types import Matches

if TYPE_CHECKING:
    from core.tagging.steering import TagChange


def _engine(arguments: Namespace) -> Engine:
    names = ("model", "pca", "catalog", "engine", "listener")
    given = {name: getattr(arguments, name) for name in names if hasattr(arguments, name)}
    return Engine(DataFolder.default(), Options(**given))


def _engines(arguments: Namespace) -> list[Engine]:
    """Return an engine for each catalogue that was named, or for the chosen one."""
    given = list(dict.fromkeys(arguments.catalogs))
    arguments.catalog = given[0] if given else None
    first = _engine(arguments)
    return [first, *map(first.beside, given[1:])]


def _filter(arguments: Namespace) -> Filter:
    return Filter(tuple(arguments.include), tuple(arguments.exclude), arguments.only_sure_labels)


def _changes(arguments: Namespace) -> list[TagChange]:
    from core.tagging.steering import Steer, TagChange

    more = [TagChange(label, Steer.MORE) for label in arguments.more]
    return more + [TagChange(label, Steer.LESS) for label in arguments.less]


def _completed(answer: Matches, engine: Engine, arguments: Namespace, job: Job) -> Matches:
    """Return an answer with links; raise CatalogError if words cannot steer it."""
    if (arguments.more or arguments.less) and answer.ranking is Ranking.SOUND:
        raise CatalogError(
            "Ranked by sound alone, a query cannot be steered by words.",
            "Leave out --more and --less, or rank by both in a catalogue with AudioSet's labels.",
        )
    if not arguments.offline:
        answer = engine.resolve(answer, job)
    return engine.with_best_links(answer, job)


def match(arguments: Namespace) -> None:
    """Print the clips that sound like each of some files."""
    from core.cli.inputs import Reading, is_one_query, queries

    engines, changes = _engines(arguments), _changes(arguments)
    is_one, is_first = is_one_query(arguments.path) and len(engines) == 1, True
    span, reading = (arguments.start, arguments.end), Reading.of(arguments)
    with Progress() as progress:
        for item, found in queries(engines, arguments.path, progress, span, reading=reading):
            for engine, query in zip(engines, found, strict=True):
                answer = engine.search(
                    engine.steer(query, changes),
                    arguments.k,
                    _filter(arguments),
                    progress.job,
                    Comparison(arguments.match),
                    Ranking(arguments.rank),
                )
                answer = _completed(answer, engine, arguments, progress.job)
                progress.clear()
                kind = "embeddings" if item.has_embeddings else "audio"
                _print_matches(answer, arguments, {kind: str(item.path)}, not is_one, is_first)
                is_first = False


def similar(arguments: Namespace) -> None:
    """Print the clips that sound like a video of the catalogue, or like a file of one's own."""
    from core.catalog.pasted_links import video_id_of

    engines, weights = _engines(arguments), arguments.weights
    video_id = video_id_of(arguments.video_id)
    stated = {} if weights is None else {"weights": asdict(weights)}
    source: dict[str, Any] = {}
    by, ranking = Comparison(arguments.match), Ranking(arguments.rank)
    filters, changes, query = _filter(arguments), _changes(arguments), None
    for engine in engines:
        with Progress() as progress:
            # The first catalogue has the clip; the others are asked for what is like it.
            if query is None:
                answer = engine.similar(
                    video_id, arguments.k, filters, progress.job, by, weights, ranking, changes
                )
            else:
                answer = engine.search(query, arguments.k, filters, progress.job, by, ranking)
            answer = _completed(answer, engine, arguments, progress.job)
        is_first = query is None
        if is_first:
            is_own = any(match.path for match in answer.matches)
            source = {"path" if is_own else "video_id": video_id, **stated}
        _print_matches(answer, arguments, source, len(engines) > 1, is_first)
        query = answer.query


def find(arguments: Namespace) -> None:
    """Print the clips that carry what words say."""
    words, engines = " ".join(arguments.words), _engines(arguments)
    for number, engine in enumerate(engines):
        with Progress() as progress:
            found = engine.find(words, arguments.k, _filter(arguments), progress.job)
            answer = found if arguments.offline else engine.resolve(found, progress.job)
        _print_matches(answer, arguments, {"words": words}, len(engines) > 1, not number)


def tags(arguments: Namespace) -> None:
    """Print what was heard when in some files."""
    from core.cli.tag_command import print_tags

    print_tags(_engine(arguments), arguments)


def _print_matches(
    answer: Matches,
    arguments: Namespace,
    source: dict[str, Any],
    is_line: bool = False,
    is_first: bool = True,
) -> None:
    from core.tagging.spans import query_spans, tags_by_patch

    query, catalog = answer.query, answer.catalog
    has_tags = getattr(arguments, "tags", False)
    if not arguments.json:
        if not is_first:
            put("")
        put(match_table(answer))
        if has_tags:
            spans = query_spans(query, arguments.start or 0.0)
            name = plain(query.name)
            put("\n".join(["", tag_header(len(name)), *tag_lines(name, spans, len(name))]))
        return
    by_second = {"tags_by_second": tags_by_patch(query, arguments.start or 0.0)} if has_tags else {}
    put_json(
        {
            "query": {
                "name": query.name,
                **source,
                "duration_s": round(query.duration_s, 3),
                "patches": len(query.frames),
                "notes": list(query.notes),
                "tags": [{"label": tag.label, "score": round(tag.score, 4)} for tag in query.heard],
                **by_second,
            },
            "catalog": {
                "name": catalog.name,
                "path": catalog.path,
                "clips": catalog.n_clips,
                "model": catalog.model,
                "listener": str(catalog.listener),
                "balanced": catalog.is_balanced,
                "notes": list(catalog.notes),
            },
            "matches": [match_record(item) for item in answer.matches],
        },
        is_line,
    )


def build(arguments: Namespace) -> None:
    """Build a catalogue from released features, or add them to one."""
    from core.catalog.build.build import build_catalog
    from core.tagging.noting import noted

    check_build(arguments)
    if arguments.kind == CatalogKind.SOUNDS:
        from core.cli.sound_commands import build_sounds

        build_sounds(arguments)
        return
    begun = time.perf_counter()
    try:
        with Progress() as progress:
            catalog = build_catalog(
                arguments.out,
                CatalogKind(arguments.kind),
                arguments.source,
                include=arguments.include,
                exclude=arguments.exclude,
                visual=arguments.visual,
                workers=arguments.workers or os.cpu_count() or 1,
                scheduler=arguments.scheduler,
                noting=noted,
                job=progress.job,
            )
    except (KeyboardInterrupt, Cancelled):
        sys.stderr.write("What was read is kept: the same command goes on from there.\n")
        raise
    took_s = time.perf_counter() - begun
    put(f"{len(catalog)} clips in {plain(str(arguments.out))} ({took_s:.1f} s)")


def update(arguments: Namespace) -> None:
    """Bring a catalogue of own sounds up to date."""
    from core.cli.sound_commands import update_catalog

    update_catalog(arguments)


def duplicates(arguments: Namespace) -> None:
    """List the same sound in several files."""
    from core.cli.sound_commands import list_duplicates

    list_duplicates(arguments)


def info(arguments: Namespace) -> None:
    """Describe a catalogue, and the models and catalogues in the data folder."""
    from core.catalog.catalog import Catalog
    from core.catalog.counting import label_quality
    from core.setup.inventory import catalogs
    from core.vggish.model import installed

    data = DataFolder.default()
    models = [asdict(manifest) for manifest in installed(data.models).values()]
    described = catalog = None
    if arguments.catalog is not None:
        catalog = Catalog.open(arguments.catalog, verify=True)
        quality = label_quality(catalog)
        described = {
            "path": str(catalog.path),
            **asdict(catalog.manifest),
            "categories": catalog.category_counts(),
            "label_quality": [asdict(each) for each in quality],
        }
        if catalog.manifest.kind == CatalogKind.SOUNDS:
            described["sounds"] = catalog.sound_files.summary()
    if arguments.json:
        listed = [{**asdict(entry), "path": str(entry.path)} for entry in catalogs(data)]
        put_json({"catalog": described, "models": models, "catalogs": listed})
        return
    if catalog is not None:
        put(catalog_text(catalog.manifest, catalog.category_counts()))
        put(quality_text(quality), end="")
        if described is not None and "sounds" in described:
            from core.cli.sound_commands import sounds_text

            put(sounds_text(described["sounds"]))
    for model in models:
        put(_model_text(model))
    if not models:
        put(f"No model has been prepared in {plain(str(data.models))} yet.")
    for entry in catalogs(data):
        searched = ", is searched" if entry.is_chosen else ""
        named = f"Catalogue {plain(entry.name)} ({plain(entry.kind)})"
        put(f"{named}: {entry.n_clips:,} clips{searched}")


def _model_text(model: dict[str, Any]) -> str:
    lines = [
        f"Model {plain(model['name'])} ({plain(model['model_id'])})",
        f"  converted from {plain(model['source'])}",
    ]
    if model["agreement"] is not None:
        difference = f"{model['agreement']:.1e} standard deviations"
        lines.append(f"  differs from the reference by {difference}")
    return "\n".join(lines)


def classes(arguments: Namespace) -> None:
    """List a catalogue's classes with the number of their clips."""
    from core.catalog.counting import by_size, count_classes, walk

    with Progress() as progress:
        catalog = _engine(arguments).catalog(progress.job)
        counts = count_classes(catalog, progress.job)
    if arguments.json:
        described = {"path": str(catalog.path), "clips": len(catalog)}
        put_json({"catalog": described, "classes": [asdict(each) for each in counts.values()]})
        return
    put(class_table(walk(counts) if arguments.tree else by_size(counts)))


def export(arguments: Namespace) -> None:
    """Write a catalogue's clips as a table."""
    from core.catalog.catalog import Catalog
    from core.catalog.export import export

    catalog = Catalog.open(arguments.catalog)
    with Progress() as progress:
        export(catalog, arguments.file, arguments.vectors, progress.job)
    put(f"{len(catalog)} clips in {plain(str(arguments.file))}")


def embed(arguments: Namespace) -> None:
    """Write a sound's embeddings, as the file's ending says."""
    from core.cli.inputs import Reading, opened_sound

    engine, reading = _engine(arguments), Reading(arguments.track, arguments.expand)
    span = arguments.start, arguments.end
    with Progress() as progress, opened_sound(arguments.audio, reading, progress.job) as audio:
        sound = engine.save_embedding(audio, arguments.out, span, progress.job)
    for note in sound.notes:
        put(plain(note))
    put(f"{len(sound.patches)} patches in {plain(str(arguments.out))}")


def example(arguments: Namespace) -> None:
    """Write a sound to try the program with."""
    from core.audio.examples import EXAMPLES, example
    from core.audio.writing import save_wav

    if arguments.sound not in EXAMPLES:
        raise AudioFileError(
            f"There is no example of “{arguments.sound}”.",
            f"Choose one of: {', '.join(EXAMPLES)}.",
        )
    save_wav(example(arguments.sound, arguments.seed), arguments.file)
    put(f"A made sound ({arguments.sound}) in {plain(str(arguments.file))}")


def files(arguments: Namespace) -> None:
    """Look after the trained model, AudioSet's features and the data folder."""
    from core.cli.file_commands import done

    with Progress() as progress:
        lines = done(arguments, DataFolder.default(), progress.job)
    for line in lines:
        put(plain(line))
