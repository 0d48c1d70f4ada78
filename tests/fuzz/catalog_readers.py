"""Records, archives, catalogues and embeddings made elsewhere."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from random import Random

import numpy as np

from core.audio.examples import EXAMPLES, example
from core.audio.writing import save_wav
from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.catalog.manifest import MANIFEST
from core.embedding_queries import embedding_queries
from core.options import CatalogKind, Comparison, Filter, Options, Ranking
from core.paths import DataFolder
from core.search.matcher import Matcher
from core.types import Query
from tests.fuzz.mutations import mutated
from tests.fuzz.reader import Reader
from tests.fuzz.structured import mutated_json, mutated_message, mutated_npy, mutated_npz
from tests.record_writers import (
    clip_record,
    frame_record,
    packed,
    quickly_framed,
    raw_records,
    video_record,
)
from tests.resealed import reseal, sealed

_AUDIOSET, _YOUTUBE8M = "audioset.tfrecord", "youtube8m.tfrecord"


def audioset_records(n_records: int = 12) -> list[bytes]:
    """Return records of AudioSet's, of clips of one to ten seconds."""
    random = np.random.default_rng(1)
    return [
        clip_record(
            b"%011d" % number,
            10.0 * number,
            10.0 * number + 1 + number % 10,
            (number * 37 % 527, number % 7),
            random.integers(0, 256, (1 + number % 10, 128), np.uint8),
        )
        for number in range(n_records)
    ]


def youtube8m_records(n_records: int = 6) -> list[bytes]:
    """Return records of YouTube-8M's, at video and at frame level."""
    random = np.random.default_rng(2)
    records = []
    for number in range(n_records):
        key = b"ab%02d" % number
        labels = [number, 100 * number]
        means = {"mean_audio": 128, "mean_rgb": 1024}
        floats = {name: random.normal(0, 0.5, size).tolist() for name, size in means.items()}
        records.append(video_record(id=key, labels=labels, **floats))
        seconds = [random.integers(0, 256, (3, size), np.uint8) for size in (128, 1024)]
        rows = [[bytes(row) for row in each] for each in seconds]
        records.append(frame_record(*rows, id=b"cd%02d" % number, labels=labels))
    return records


def framed(records: list[bytes]) -> bytes:
    """Return records as the content of a `.tfrecord` file."""
    return b"".join(map(quickly_framed, records))


def mutated_shard(random: Random, shard: bytes) -> bytes:
    """Return a shard in which some records are other ones, or whose bytes are."""
    if random.random() < 0.3:
        return mutated(random, shard)
    records = list(raw_records(shard))
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(records))
        records[at] = mutated_message(random, records[at], records)
    return framed(records)


class _Building(Reader):
    """What builds a catalogue of something, and looks at what was built."""

    def read(self, folder: Path, name: str) -> None:
        out = folder / "out"
        kind = CatalogKind.YOUTUBE8M if name.startswith("youtube8m") else CatalogKind.AUDIOSET
        catalog = build_catalog(out, kind, [folder / name], visual="visual" in name)
        catalog.category_counts()
        catalog.clip(len(catalog) - 1)


class RecordReader(_Building):
    """Shards of AudioSet and YouTube-8M: built into a catalogue."""

    name = "tfrecord"

    def make_samples(self, folder: Path) -> None:
        (folder / _AUDIOSET).write_bytes(framed(audioset_records()))
        for name in (_YOUTUBE8M, "youtube8m-visual.tfrecord"):
            (folder / name).write_bytes(framed(youtube8m_records()))

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        return mutated_shard(random, content)


class ArchiveReader(_Building):
    """Archives of shards, packed and not."""

    name = "archive"

    def make_samples(self, folder: Path) -> None:
        records = audioset_records()
        members = [
            ("audioset_v1_embeddings/bal_train/00.tfrecord", framed(records[:5])),
            ("README", b"of no use" * 100),
            (
                "audioset_v1_embeddings/unbal_train/" + "long" * 40 + ".tfrecord",
                framed(records[5:]),
            ),
        ]
        (folder / "audioset.tar").write_bytes(packed(members, "w"))
        (folder / "audioset.tar.gz").write_bytes(packed(members, "w"))

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        changed = mutated(random, content) if random.random() < 0.9 else content
        if random.random() < 0.7:
            changed = with_fitting_heads(changed)
        if not name.endswith("gz"):
            return changed
        whole = gzip.compress(changed, 1, mtime=0)
        return mutated(random, whole) if random.random() < 0.4 else whole


def with_fitting_heads(content: bytes) -> bytes:
    """Return an archive in which the checksums of all that looks like a head fit."""
    changed = bytearray(content)
    for at in range(0, len(changed) - 511, 512):
        if changed[at + 257 : at + 262] == b"ustar":
            total = sum(changed[at : at + 512]) - sum(changed[at + 148 : at + 156]) + 8 * 0x20
            changed[at + 148 : at + 156] = b"%06o\0 " % total
    return bytes(changed)


class CatalogReader(Reader):
    """Catalogues of AudioSet and YouTube-8M whose checksums fit: opened, searched, described."""

    name = "catalog"
    kinds = ("audioset", "youtube8m")

    def make_samples(self, folder: Path) -> None:
        records = folder / "records"
        records.mkdir()
        (records / _AUDIOSET).write_bytes(framed(audioset_records(40)))
        (records / _YOUTUBE8M).write_bytes(framed(youtube8m_records(20)))
        build_catalog(folder / "audioset", CatalogKind.AUDIOSET, [records / _AUDIOSET])
        build_catalog(
            folder / "youtube8m", CatalogKind.YOUTUBE8M, [records / _YOUTUBE8M], visual=True
        )

    def begin(self, samples: Path) -> None:
        self.folders = {kind: samples / kind for kind in self.kinds}
        frames = np.random.default_rng(3).integers(0, 256, (3, 128), np.uint8)
        tags = np.linspace(0, 1, 527, dtype=np.float32)
        self.query = Query("asked", frames, 3.0, tags=tags)
        Matcher(Catalog.open(self.folders[self.kinds[0]])).compile().join()

    def input(self, random: Random) -> tuple[str, bytes]:
        kind = random.choice(self.kinds)
        paths = sorted(each for each in self.folders[kind].iterdir() if each.suffix != ".parquet")
        path = random.choice(paths)
        content = path.read_bytes()
        if path.suffix == ".npy":
            return f"{kind}/{path.name}", mutated_npy(random, content)
        changed = mutated_json(random, content)
        if path.name == MANIFEST and random.random() < 0.7:
            changed = _sealed_again(changed)
        return f"{kind}/{path.name}", changed

    def place(self, folder: Path, name: str, content: bytes) -> None:
        kind, _, file = name.partition("/")
        shutil.copytree(self.folders[kind], folder / "catalog")
        (folder / "catalog" / file).write_bytes(content)
        if file != MANIFEST:
            reseal(folder / "catalog")

    def read(self, folder: Path, name: str) -> None:
        catalog = Catalog.open(folder / "catalog", verify=True)
        matcher = Matcher(catalog)
        try:
            self.search(matcher)
        finally:
            matcher.close()
        catalog.category_counts()
        for row in {0, len(catalog) - 1} & set(range(len(catalog))):
            video_id = catalog.clip(row).video_id
            matcher_rows = catalog.find(video_id)
            assert row in matcher_rows
        catalog.to_dataframe()
        if catalog.manifest.kind == CatalogKind.SOUNDS:
            self.look_at_files(catalog)

    def search(self, matcher: Matcher) -> None:
        """Ask in every way that the catalogue knows."""
        matcher.compile().join()
        rankings = [Ranking.SOUND, *([Ranking.BOTH] if matcher.catalog.has_meaning else [])]
        for ranking in rankings:
            matcher.matches(self.query, 7, by=Comparison.MEAN, ranking=ranking)
        matcher.matches(self.query, 7, by=Comparison.FRAMES)
        names = [name for name, _ in matcher.catalog.category_counts()][:1]
        if names and names[0] != "(others)":
            matcher.matches(self.query, 7, Filter(tuple(names)))

    def look_at_files(self, catalog: Catalog) -> None:
        """Ask for the files of a catalogue of own sounds."""
        files = catalog.sound_files
        for row in range(len(files)):
            files.path(row)
        for row in range(len(catalog)):
            files.of_clip(row)
        files.find("/nowhere/at/all.wav")


def _sealed_again(text: bytes) -> bytes:
    """Return the text of a manifest with a checksum that fits, where it is JSON at all."""
    try:
        content = json.loads(text)
        content.pop("crc32c", None)
        return sealed(content).encode()
    except (ValueError, AttributeError, RecursionError, TypeError):
        return text


class OwnSoundsReader(CatalogReader):
    """Catalogues of own sounds."""

    name = "own-sounds"
    kinds = ("sounds",)

    def make_samples(self, folder: Path) -> None:
        from core.sounds.update import update_sounds

        sounds = folder / "files"
        sounds.mkdir()
        for name in EXAMPLES:
            save_wav(example(name), sounds / f"{name}.wav")
        (sounds / "damaged.wav").write_bytes(b"RIFF of something else")
        update_sounds(
            folder / "sounds", [sounds], DataFolder(folder / "home"), Options(), workers=1
        )
        shutil.rmtree(folder / "home", ignore_errors=True)


class QueryFileReader(Reader):
    """Embeddings made elsewhere, as queries."""

    name = "query-file"

    def make_samples(self, folder: Path) -> None:
        random = np.random.default_rng(4)
        frames = random.integers(0, 256, (5, 128), np.uint8)
        patches = random.normal(0, 1, (5, 96, 64)).astype(np.float32)
        np.savez(folder / "a.npz", postprocessed=frames)
        np.savez(folder / "b.npz", postprocessed=frames, log_mel=patches[:2], embedding=frames)
        np.savez(folder / "c.npz", postprocessed=frames[:2], log_mel=patches[:2])
        records = [clip_record(frames=frames[: 1 + number % 5]) for number in range(4)]
        (folder / "d.tfrecord").write_bytes(framed(records))

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        if name.endswith(".npz"):
            return mutated_npz(random, content)
        return mutated_shard(random, content)

    def read(self, folder: Path, name: str) -> None:
        for query in embedding_queries(folder / name):
            assert query.frames.shape[1] == 128
            assert np.isfinite(query.tags).all()


class PcaReader(Reader):
    """PCA parameters."""

    name = "pca"

    def make_samples(self, folder: Path) -> None:
        from tests.made_data import write_pca

        write_pca(folder / "pca.npz")

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        return mutated_npz(random, content)

    def read(self, folder: Path, name: str) -> None:
        from core.vggish.postprocess import Pca

        parameters = Pca.load(folder / name)
        with np.errstate(all="ignore"):
            found = parameters.postprocess(np.ones((2, 128), np.float32))
        assert found.shape == (2, 128)


class MapReader(Reader):
    """Maps of a catalogue, from the cache: one that is damaged is made again."""

    name = "map"

    def make_samples(self, folder: Path) -> None:
        from core.catalog.projection import kept_map
        from core.jobs import Job

        records = folder / _AUDIOSET
        records.write_bytes(framed(audioset_records(40)))
        catalog = build_catalog(folder / "catalog", CatalogKind.AUDIOSET, [records])
        kept_map(catalog, folder / "maps", Job())

    def begin(self, samples: Path) -> None:
        (path,) = (samples / "maps").iterdir()
        self.samples = {path.name: path.read_bytes()}
        self.catalog = Catalog.open(samples / "catalog")

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        return mutated_npz(random, content)

    def read(self, folder: Path, name: str) -> None:
        from core.catalog.projection import kept_map
        from core.jobs import Job

        found = kept_map(self.catalog, folder, Job())
        assert np.isfinite(found.points).all()
        assert max(found.groups.tolist(), default=0) < len(found.names)


CATALOG_READERS = (
    RecordReader,
    ArchiveReader,
    CatalogReader,
    OwnSoundsReader,
    QueryFileReader,
    PcaReader,
    MapReader,
)
