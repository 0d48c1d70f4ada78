"""The program as a whole: its command line, and what servers answer to its downloads."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import sys
import threading
from pathlib import Path
from random import Random
from typing import ClassVar

from core.audio.examples import example
from core.audio.writing import save_wav
from tests.fuzz.catalog_readers import audioset_records, framed
from tests.fuzz.mutations import INTERESTING, mutated
from tests.fuzz.reader import Reader

_SLOW = "build sounds sounds --out own --workers 1"
_SLOW_SHARE = 0.05
"""Of the usual number of command lines made of the slow one: it starts a process that takes a
hundred times as long as any other does."""

_COMMANDS = (
    "match rain.wav -k 3 --json",
    "match rain.wav --rank meaning --match frames --include Animal --exclude Music",
    "match rain.wav bell.wav --start 0.5 --end 2 --more Rain --less Speech",
    "match . --no-subfolders --tags",
    "match queries.tfrecord --json",
    "match rain.wav --catalog catalog --offline",
    "similar 00000000003 --catalog catalog -k 2 --json",
    "similar 00000000003 --catalog catalog --match frames",
    "find rain on a roof -k 3 --json",
    "find dog --catalog catalog --include Animal",
    "tags rain.wav --csv",
    "tags rain.wav bell.wav --audacity --out labels --force",
    "tags rain.wav --raven --expand 2 --track 1",
    "build audioset queries.tfrecord --out new --include Animal --workers 1",
    _SLOW,
    "update catalog --remove-missing --workers 1",
    "duplicates catalog --json",
    "info catalog --json",
    "info",
    "classes --tree --json --catalog catalog",
    "export catalog table.csv --vectors",
    "export catalog table.json",
    "embed rain.wav --out a.npz --start 1",
    "example new.wav --sound Bell --seed 3",
    "files",
    "files list",
    "files verify",
    "files use audioset",
    "files remove model",
    "files import rain.wav",
    "files move elsewhere",
    "teach list",
    "--version",
    "--help",
)
_ODD_WORDS = (
    *("", "-", "--", "-k", "--json", "--k=3", "-k0", "-k-1", "nan", "inf", "1e400", "0x10", "٣"),
    *("..", "~", "/dev/full", "/dev/null", "/dev/stdin", "rain.wav", "no.wav", "a\x1b[2Jb", "a\nb"),
    *("\udcff.wav", "x" * 5000, "--catalog", "catalog", "sounds", "audioset", "Animal", "aNIMAL"),
    *("--weights", "audio=1,visual=2", "--listener", "vggish", "built-in", "--model", "--pca"),
    *("https://youtu.be/00000000003", "-0000000003", "%s%n", "{0}", "*", "--help", "=1+1"),
)
_NEVER = ("fetch", "--scheduler")
"""What would ask the network."""


class CommandLineReader(Reader):
    """Any command line: exit status 0, 1 with two lines, or 2; never a traceback."""

    name = "command-line"
    batch = 200
    limit_s = 120.0

    def make_samples(self, folder: Path) -> None:
        from core.catalog.build.build import build_catalog
        from core.options import CatalogKind

        work = folder / "work"
        (work / "sounds").mkdir(parents=True)
        for name in ("Rain", "Bell"):
            save_wav(example(name), work / f"{name.lower()}.wav")
        shutil.copyfile(work / "rain.wav", work / "sounds" / "rain.wav")
        records = work / "queries.tfrecord"
        records.write_bytes(framed(audioset_records(5)))
        build_catalog(work / "catalog", CatalogKind.AUDIOSET, [records])

    def begin(self, samples: Path) -> None:
        self.work = samples / "work"
        self.lines = [line.split(" ") for line in _COMMANDS]
        self.shares = [_SLOW_SHARE if line == _SLOW else 1.0 for line in _COMMANDS]
        os.environ["SOUNDALIKE_DEBUG"] = "1"  # an error that nobody foresaw comes through
        os.environ["SOUNDALIKE_ID_SERVICE"] = "http://127.0.0.1:9"

    def input(self, random: Random) -> tuple[str, bytes]:
        (line,) = random.choices(self.lines, self.shares)
        words = list(line)
        for _ in range(random.choice((0, 1, 1, 2, 3, 5))):
            self._change(random, words)
        words = ["status" if word in _NEVER else word for word in words]
        return "words", b"\0".join(os.fsencode(word.replace("\0", "")) for word in words)

    def _change(self, random: Random, words: list[str]) -> None:
        at = random.randrange(len(words) + 1)
        other = random.choice(random.choice(self.lines))
        match random.randrange(6):
            case 0:
                words.insert(at, other)
            case 1:
                words[at : at + 1] = [random.choice(_ODD_WORDS)]
            case 2:
                words.insert(at, random.choice(_ODD_WORDS))
            case 3 if len(words) > 1:
                del words[at : at + 1]
            case 4:
                words[at : at + 1] = [str(random.choice(INTERESTING))]
            case 5 if at < len(words):
                changed = mutated(random, os.fsencode(words[at])).replace(b"\0", b"")
                words[at] = os.fsdecode(changed)

    def place(self, folder: Path, name: str, content: bytes) -> None:
        shutil.copytree(self.work, folder / "work")
        (folder / name).write_bytes(content)

    def read(self, folder: Path, name: str) -> None:
        from core.__main__ import main

        arguments = [os.fsdecode(word) for word in (folder / name).read_bytes().split(b"\0")]
        os.environ["SOUNDALIKE_HOME"] = str(folder / "home")
        os.chdir(folder / "work")
        outputs = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in "12"]
        sys.stdin = io.TextIOWrapper(io.BytesIO(b"RIFF"))
        try:
            with contextlib.redirect_stdout(outputs[0]), contextlib.redirect_stderr(outputs[1]):
                status = main(arguments)
        except SystemExit as ending:
            status = ending.code
        finally:
            os.chdir("/")
        told = outputs[1].buffer.getvalue().decode()
        assert status in (0, 1, 2), status
        assert "Traceback" not in told
        if status == 1:
            lines = told.splitlines()
            assert lines[-2].startswith("error: "), told
            assert lines[-1].startswith("hint: "), told
            assert not list(folder.rglob("*.partial"))


class HttpReader(Reader):
    """Answers of a server, byte for byte, to a download and to the service of YouTube ids."""

    name = "http"
    batch = 200
    body: ClassVar[bytes] = bytes(range(256)) * 40

    def make_samples(self, folder: Path) -> None:
        size = len(self.body)
        heads = {
            "whole": f'200 OK\r\nContent-Length: {size}\r\nETag: "a"',
            "part": f"206 Partial Content\r\nContent-Range: bytes 100-{size - 1}/{size}\r\n"
            f'Content-Length: {size - 100}\r\nETag: "a"',
            "chunked": "200 OK\r\nTransfer-Encoding: chunked",
            "packed": f"200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {size}",
            "page": f"200 OK\r\nContent-Type: text/html\r\nContent-Length: {size}",
            "elsewhere": "302 Found\r\nLocation: http://127.0.0.1:9/else\r\nContent-Length: 0",
            "later": "503 Busy\r\nRetry-After: 1\r\nContent-Length: 0",
            "refused": "416 No\r\nContent-Length: 0",
        }
        chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (size, self.body)
        for name, head in heads.items():
            content = chunk if name == "chunked" else self.body
            (folder / name).write_bytes(f"HTTP/1.1 {head}\r\n\r\n".encode() + content)
        answer = b'i("ab00","abcdefghijk");'
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer)
        (folder / "id").write_bytes(head + answer)
        gone = b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>"
        (folder / "gone").write_bytes(b"HTTP/1.1 404 Not Found\r\n\r\n" + gone)

    def begin(self, samples: Path) -> None:
        super().begin(samples)
        self.answer = b""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connected, _ = self.server.accept()
            with contextlib.suppress(OSError), connected:
                connected.settimeout(5)
                connected.recv(1 << 16)
                connected.sendall(self.answer)
                connected.shutdown(socket.SHUT_WR)

    def read(self, folder: Path, name: str) -> None:
        import hashlib

        from core.catalog.youtube_ids import YoutubeIds
        from core.downloads.download import Download, Patience, part_path
        from core.downloads.mirrors import Mirror
        from core.downloads.pinned import PinnedFile
        from core.jobs import Job

        self.answer = (folder / name).read_bytes()
        if name in ("id", "gone"):
            found = YoutubeIds(folder / "ids.sqlite", self.address).resolve(["ab00"], None, 3.0)
            assert set(found.values()) <= {"", "abcdefghijk"} or len(found["ab00"]) == 11
            return
        digest = hashlib.sha256(self.body).hexdigest()
        file = PinnedFile("x.bin", len(self.body), digest, "https://x/x.bin")
        part = part_path(folder, file)
        if name == "part":
            part.write_bytes(self.body[:100])
        patience = Patience(2, 0.001, 0.002, 0.0, 0.5, 1.0, 3.0)
        try:
            got = b"".join(Download(file, Mirror(base=self.address), part, patience).blocks(Job()))
            assert got == self.body
        finally:
            for rest in (part, part.with_name(f"{part.name}.json")):  # kept on purpose
                rest.unlink(missing_ok=True)


PROGRAM_READERS = (CommandLineReader, HttpReader)
