"""Make the data folder of version 0.1 that the upgrade is tested with.

Usage: python -m tests.setup.make_data_folder, from the project's folder. The commit of that version
is checked out beside it and fills a folder as a person would; what comes of it lies in
``data_folder_0_1.zip``. Nobody needs to run it again, and nothing else makes that file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

COMMIT = "1360b87794b691f4722dcce5b9e3fe514cd8f655"
HERE = Path(__file__).resolve().parent
FOLDER = HERE / "data_folder_0_1.zip"
PLACE = Path(tempfile.gettempdir()) / "soundalike-0.1"


def core(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "core", *map(str, arguments)], check=True)


def fill() -> None:
    """Use the program of that version for a while; runs with its code."""
    import soundfile

    from core.audio.reader import load
    from core.catalog.build.build import build_catalog
    from core.class_teaching import SoundAnswer
    from core.engine import Engine
    from core.library import Library
    from core.library_types import PastSearch, Star
    from core.options import Filter, Ranking
    from core.paths import DataFolder
    from core.setup.inventory import choose
    from gui.settings import Remembered, Settings, settings_path
    from tests.record_writers import clip_record, quickly_framed, write_archive

    data = DataFolder.default()
    sounds = PLACE / "sounds"
    sounds.mkdir()
    for kind in ("Rain", "Bell"):
        path = sounds / f"{kind.lower()}.wav"
        core("example", path, "--sound", kind)
    frames = [bytes((7 * clip + 3 * second) % 256 for _ in range(128)) for clip in range(9)
              for second in range(3)]  # fmt: skip
    records = [
        clip_record(b"clip%07d" % clip, 30.0, 40.0, [clip * 10], frames[3 * clip : 3 * clip + 3])
        for clip in range(9)
    ]
    shard = b"".join(map(quickly_framed, records))
    archive = write_archive(PLACE / "features.tar.gz", {"audioset/bal_train/cl.tfrecord": shard})
    build_catalog(data.catalogs / "nine clips", "audioset", [archive])
    core("build", "sounds", sounds, "--out", data.catalogs / "my sounds")
    choose(data, ["my sounds"])
    engine = Engine(data)
    library = Library(data.library)
    for name in ("rain.wav", "bell.wav"):
        query = engine.query(load(sounds / name))
        past = PastSearch(
            name=name, path=str(sounds / name), duration_s=query.duration_s, label="Rain"
        )
        key = library.remember(past, query)
    library.keep(key, "our bell", True)
    library.star(Star("iwsJJ1R3bNk", 30.0, 40.0, ("Rain",), "https://example.org", "like ours"))
    library.hide("nR4iAAAAAAA")
    library.save_preset("without people", Filter(exclude=("Speech",)))
    engine.teach(
        "our rain", [SoundAnswer(engine.query(load(sounds / "rain.wav")), "rain.wav", 0, True)]
    )
    engine.close()
    Settings(settings_path(data)).write(
        Remembered(k=40, ranking=Ranking.SOUND, volume=0.25, may_look_up=False, shows_map=True)
    )
    data.recordings.mkdir(exist_ok=True)
    samples, rate_hz = soundfile.read(sounds / "bell.wav", dtype="int16")
    soundfile.write(data.recordings / "2026-11-20 10.00.00.flac", samples[:rate_hz], rate_hz)
    leave_what_older_ones_left(data.models, data.catalogs)


def leave_what_older_ones_left(models: Path, catalogs: Path) -> None:
    """Write what versions before 0.1 made, and 0.1 had no use for."""
    for folder, name, content in (
        (models / "demo-1", "manifest.json", {"format": 1, "is_demo": True}),
        (catalogs / "starter-1-3", "catalog.json", {"kind": "demo"}),
        (models / "vggish-0123456789abcdef-01234567-v1", "manifest.json", {
            "format": 1, "model_id": "vggish-0123456789abcdef-01234567", "name": "VGGish (mine)",
            "source": "/nowhere/mine.ckpt", "is_released": False, "source_state": [[1, 2]],
            "agreement": 4.7e-06, "int8_cosine": 0.97, "int8_offered": False,
        }),
    ):  # fmt: skip
        folder.mkdir(parents=True)
        (folder / name).write_text(json.dumps(content))
        if "int8_cosine" in content:
            (folder / "network.int8.onnx").write_bytes(b"quantised")


def make() -> None:
    """Check that version out, have it fill a folder, and pack that."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir()
    home, checkout = PLACE / "home", PLACE / "checkout"
    subprocess.run(["git", "worktree", "add", "--detach", checkout, COMMIT], check=True)
    try:
        shutil.copy(__file__, checkout / "tests" / "setup")
        command = [sys.executable, "-m", "tests.setup.make_data_folder", "fill"]
        environment = {**os.environ, "SOUNDALIKE_HOME": str(home), "PYTHONPATH": str(checkout)}
        subprocess.run(command, check=True, cwd=checkout, env=environment)
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", checkout], check=True)
    with zipfile.ZipFile(FOLDER, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(home.rglob("*")):
            if path.is_file() and "cache" not in path.relative_to(home).parts:
                packed.write(path, path.relative_to(home))


if __name__ == "__main__":
    fill() if sys.argv[1:] == ["fill"] else make()
