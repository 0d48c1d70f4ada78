"""What is noted of a catalogue's clips: tags of YouTube-8M's videos, and which labels are sure.

python -m benchmarks.quality_notes FEATURES.tar.gz CACHE VIDEOS VOCABULARY.csv

CACHE is that of `resources.training.train_tagger`, with `tagger_split.npz`; VIDEOS are shards of
YouTube-8M's version 2, video level. Prints the tables of `docs/quality.md`.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.quality import Flags, Rows, Study, directions_of, nearest, ranking_figures, table
from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.catalog.ontology import Ontology
from core.catalog.packed_tags import classes_of, packed, strengths_of
from core.catalog.records.audioset import N_CLASSES
from core.options import CatalogKind, Ranking
from core.search.matcher import Matcher
from core.tagging.noting import noted, sure_scores
from core.tagging.ranking import MEANING, tag_direction
from core.tagging.tagger import Tagger
from core.tagging.words import word_query
from core.types import Float32, UInt8
from core.vectors import mean_frames
from resources.training.clips import TrainingClips, closed, load_clips

LEAST_VIDEOS = 5


def flags(catalog: Catalog, n_classes: int) -> Flags:
    """Return the labels of a catalogue's clips, bool (C, n_classes)."""
    found = np.zeros((len(catalog), n_classes), np.bool_)
    owners = np.repeat(np.arange(len(catalog)), np.diff(catalog.label_offsets))
    found[owners, catalog.label_indices] = True
    return found


def area(scores: Float32, wanted: Flags) -> float:
    """Return the area under the ROC curve: how often a wanted one scores above another."""
    order = np.argsort(np.argsort(scores))
    n = int(wanted.sum())
    return float((order[wanted].sum() - n * (n - 1) / 2) / (n * (len(wanted) - n)))


def shared_names(vocabulary: Path) -> dict[int, int]:
    """Return which entities of YouTube-8M have the name of a class of AudioSet's."""
    classes = {name.casefold(): index for index, name in enumerate(Ontology.load().names)}
    with vocabulary.open(encoding="utf-8") as file:
        rows = [(int(row["Index"]), row["Name"].casefold()) for row in csv.DictReader(file)]
    return {index: classes[name] for index, name in rows if name in classes}


def videos(catalog: Catalog, entities: dict[int, int]) -> Iterator[str]:
    """Yield how far tags of YouTube-8M's videos agree with entities of the same names."""
    has = flags(catalog, 4800)
    frames: UInt8 = np.asarray(catalog.frames)
    tagger, rng = Tagger(), np.random.default_rng(0)
    scores = tagger.frame_scores(frames)
    shuffled = tagger.frame_scores(frames[:, rng.permutation(frames.shape[1])])
    usual = {i: c for i, c in entities.items() if has[:, i].sum() >= LEAST_VIDEOS}
    for name, each in {"as they are": scores, "components shuffled": shuffled}.items():
        areas = [area(each[:, c], has[:, i]) for i, c in usual.items()]
        yield f"{name}: area under the ROC curve {np.mean(areas):.3f}, {len(usual)} entities"
    matcher = Matcher(catalog)
    yield "\n| entity | videos | area | of all | of the first ten of `find` |"
    yield "|---|---|---|---|---|"
    for index, label in sorted(usual.items(), key=lambda pair: -has[:, pair[0]].sum()):
        name = Ontology.load().name(label)
        found = matcher.matches(word_query(name), 10, ranking=Ranking.MEANING).matches
        share = has[[match.row for match in found], index].mean()
        own = has[:, index]
        figures = f"{area(scores[:, label], own):.2f} | {own.mean():.3f} | {share:.1f}"
        yield f"| {name} | {own.sum()} | {figures} |"
    best = Counter(Ontology.load().name(i) for i in scores.argmax(1).tolist())
    yield f"\ncommonest best tags: {best.most_common(12)}"


def strengths(clips: TrainingClips, tagger: Tagger, rows: Rows) -> Float32:
    """Return what `core.search.tag_search` compares of clips' mean frames, unit (n, 527)."""
    tags = packed(tagger.frame_scores(means(clips, rows)))
    found = np.zeros((len(rows), N_CLASSES), np.float32)
    np.put_along_axis(found, classes_of(tags), strengths_of(tags).astype(np.float32), 1)
    directions: Float32 = found / np.linalg.norm(found, axis=1, keepdims=True)
    return directions


def means(clips: TrainingClips, rows: Rows) -> UInt8:
    """Return the mean frames of clips, uint8 (n, 128)."""
    there = np.arange(clips.frames.shape[1]) < clips.n_frames[rows, None]
    return mean_frames(clips.frames[rows][there], clips.n_frames[rows])


def ranking(clips: TrainingClips, tagger: Tagger) -> Iterator[str]:
    """Yield how good the ranking is where clips have tags and no labels; no clip was trained on."""
    study = Study(clips, tagger, clips.rows("test"), clips.rows("validation"))
    directions = np.stack([tag_direction(whole) for whole in study.tags])
    heard = strengths(clips, tagger, clips.rows("validation"))
    whole = tagger.frame_scores(means(clips, clips.rows("validation")))
    ways = {
        "sound": study.cosine,
        "meaning: tags of 0.2 and more as if they were labels": directions
        @ directions_of(whole >= 0.2).T,
        "meaning: tags with strengths": directions @ heard.T,
        f"both ({MEANING})": (1 - MEANING) * study.cosine + MEANING * (directions @ heard.T),
        "meaning: labels of people": study.agreement,
    }
    yield from table(
        {
            name: ranking_figures(nearest(scores), study.wanted, study.labels)
            for name, scores in ways.items()
        }
    )


def sure(clips: TrainingClips, tagger: Tagger, catalog: Catalog) -> Iterator[str]:
    """Yield which share of labels is sure: of people's, and of the same given to other clips."""
    known = {key.decode() for key in clips.video_ids}
    unseen = [i for i, key in enumerate(catalog.clips["video_id"]) if key.decode() not in known]
    rows = clips.rows("test")
    frames = mean_frames(np.asarray(catalog.frames), catalog.clips["n_frames"])[unseen]
    sets = {
        "test split, by the tagger of the training split": (
            tagger.frame_scores(means(clips, rows)),
            clips.labels[rows],
        ),
        "unbal_train's sample, by the shipped one": (
            Tagger().frame_scores(frames),
            flags(catalog, N_CLASSES)[unseen],
        ),
    }
    rng, least = np.random.default_rng(0), sure_scores()
    yield "| clips | labels | sure of people's | sure of wrong ones |\n|---|---|---|---|"
    for name, (scores, labels) in sets.items():
        owners, classes = np.nonzero(labels)
        others = np.concatenate([rng.permutation(len(labels))[owners] for _ in range(20)])
        repeated = np.tile(classes, 20)
        is_wrong = ~closed(labels)[others, repeated]
        wrong = (scores >= least)[others, repeated][is_wrong].mean()
        right = (scores >= least)[owners, classes].mean()
        yield f"| {name} | {len(owners):,} | {right:.3f} | {wrong:.3f} |"


def report(archive: Path, cache: Path, shards: Path, vocabulary: Path) -> Iterator[str]:
    """Yield the lines of all tables."""
    clips, tagger = load_clips(archive, cache), Tagger(cache / "tagger_split.npz")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        audioset = build_catalog(out / "a", CatalogKind.AUDIOSET, [archive], noting=noted)
        youtube8m = build_catalog(out / "y", CatalogKind.YOUTUBE8M, [shards], noting=noted)
        yield f"## Tags of {len(youtube8m):,} videos of YouTube-8M\n"
        yield from videos(youtube8m, shared_names(vocabulary))
        yield "\n## Ranking by tags: queries of the test split among the validation split\n"
        yield from ranking(clips, tagger)
        yield "\n## Sure labels\n"
        yield from sure(clips, tagger, audioset)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    for line in report(*map(Path, sys.argv[1:])):
        print(line, flush=True)
