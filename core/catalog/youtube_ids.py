"""YouTube's ids of YouTube-8M's version 2 videos, asked for one by one and remembered.

Version 2 was released with four-character ids of its own, so that videos could be taken back. A
service says what an id stands for: ``http://data.yt8m.org/2/j/i/XX/XXXX.js``, XX being its first
two characters, answers ``i("XXXX","<11 characters>");``, or with the storage's error page where
the video is gone. See "Hidden Video IDs",
https://research.google.com/youtube8m/video_id_conversion.html.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from core.catalog.records.ids import is_youtube_id
from core.downloads.http import proxies_to, session_of
from core.errors import DownloadError
from core.jobs import Job
from core.sqlite import CacheDatabase

if TYPE_CHECKING:
    from requests import Session

GONE = ""
"""Stands for the id of a video that YouTube no longer shows."""

_TABLES = "CREATE TABLE IF NOT EXISTS ids (key TEXT PRIMARY KEY, id TEXT, asked REAL);"
_KEY = re.compile(r"[A-Za-z0-9]{4}")
_ANSWER = re.compile(r'i\("([A-Za-z0-9]{4})","([A-Za-z0-9_-]{11})"\);?\s*')
# What the storage says of a file that it does not have, or may not show. An error page alone, which
# any proxy may send, does not make a video gone.
_NOT_THERE = re.compile(
    r"<\?xml [^>]*\?>\s*<Error>\s*<Code>(NoSuchKey|AccessDenied)</Code>.*</Error>\s*", re.DOTALL
)
TIMEOUT_S = 3.0
_MOST_WAIT_S = 10.0
_POLL_S = 0.05
_MAX_ANSWER_BYTES = 4096
_AT_ONCE = 8
ASK_AGAIN_S = 30 * 86_400
"""After how long a video that was gone is asked for again."""


def is_key(video_id: str) -> bool:
    """Return whether this is an id of version 2, which the service may know."""
    return _KEY.fullmatch(video_id) is not None


class YoutubeIds:
    """Looks ids up, and keeps what was found in a small database.

    Parameters
    ----------
    cache : Path
        The database's file; it and its folder are made when the first answer comes. Where it
        cannot be written, ids are looked up all the same.
    service : str
        The address below which the answers are.
    """

    def __init__(self, cache: Path, service: str) -> None:
        self._cache = CacheDatabase(cache, _TABLES)
        self._service = service.rstrip("/")

    def known(self, keys: Iterable[str]) -> dict[str, str]:
        """Return what has been found before by key, a YouTube id or `GONE`; asks nobody."""
        oldest = time.time() - ASK_AGAIN_S
        found = {}

        def look(db: sqlite3.Connection) -> None:
            for key in keys:
                row = db.execute("SELECT id, asked FROM ids WHERE key = ?", (key,)).fetchone()
                if row and _is_sound(row[0], row[1], oldest):
                    found[key] = row[0]

        self._cache.read(look)
        return found

    def resolve(
        self, keys: Iterable[str], job: Job | None = None, most_wait_s: float = _MOST_WAIT_S
    ) -> dict[str, str]:
        """Return what these keys stand for, a YouTube id or `GONE`, as far as it can be found.

        Keys that the service does not answer for now are left out, and asked for again next time.

        Parameters
        ----------
        keys : iterable of str
            Ids of version 2; anything else is left out and never asked for.
        job : Job, optional
            Told about progress; may cancel. What was found by then is remembered.
        most_wait_s : float
            How long to wait for all answers together. A service that answers none of the first
            few is not waited for any longer.

        Raises
        ------
        DownloadError
            If the service's address is none.
        """
        if not re.match(r"https?://[^/]", self._service):
            raise DownloadError(
                f"{self._service!r} is no address of a service that knows YouTube ids.",
                "Set SOUNDALIKE_ID_SERVICE to one that begins with http://, or unset it.",
            )
        wanted = list(filter(is_key, dict.fromkeys(keys)))
        found = self.known(wanted)
        answers: dict[str, str] = {}
        missing = [key for key in wanted if key not in found]
        try:
            n_unanswered = 0
            for key, answer in self._answers(missing, job or Job(), most_wait_s):
                if answer is not None:
                    answers[key] = answer
                n_unanswered += answer is None
                if n_unanswered >= _AT_ONCE and not answers:
                    break
        finally:
            self._remember(answers)
        return {**found, **answers}

    def _answers(
        self, keys: list[str], job: Job, most_wait_s: float
    ) -> Iterator[tuple[str, str | None]]:
        """Yield keys with their answers as they come, until all are there or it takes too long."""
        end_s = time.monotonic() + most_wait_s
        waiting: SimpleQueue[str] = SimpleQueue()
        answers: SimpleQueue[tuple[str, str | None]] = SimpleQueue()
        enough = threading.Event()
        for key in keys:
            waiting.put(key)

        def work() -> None:
            with session_of() as session:
                while not enough.is_set():
                    try:
                        key = waiting.get_nowait()
                    except Empty:
                        return
                    answers.put((key, self._fetch(session, key, enough)))

        # Not a pool, which a program would wait for at its end: nothing bounds how long an
        # operating system takes to find out that a name has no address.
        for _ in keys[:_AT_ONCE]:
            threading.Thread(target=work, name="looking up YouTube ids", daemon=True).start()
        try:
            n_answers = 0
            while n_answers < len(keys) and time.monotonic() < end_s:
                job.report("Looking up YouTube ids", n_answers / len(keys))
                try:
                    answer = answers.get(timeout=_POLL_S)
                except Empty:
                    continue
                n_answers += 1
                yield answer
        finally:
            enough.set()

    def _fetch(self, session: Session, key: str, enough: threading.Event) -> str | None:
        """Return a YouTube id, `GONE`, or None where nobody knows."""
        import requests

        address = f"{self._service}/{key[:2]}/{key}.js"
        body = b""
        try:
            with session.get(
                address,
                timeout=TIMEOUT_S,
                stream=True,
                # It is not encrypted: whoever is between could lead us to any machine.
                allow_redirects=False,
                proxies=proxies_to(address),
            ) as answer:
                # Byte by byte, for the time-out holds for each: a slow sender is not waited for.
                for byte in answer.iter_content(1):
                    body += byte
                    if len(body) > _MAX_ANSWER_BYTES or enough.is_set():
                        return None
                return _parsed(key, answer.status_code, body.decode("latin-1"))
        except (requests.RequestException, OSError, ValueError, DownloadError):
            return None

    def _remember(self, answers: dict[str, str]) -> None:
        rows = [(key, answer, time.time()) for key, answer in answers.items()]
        if rows:
            text = "INSERT OR REPLACE INTO ids VALUES (?, ?, ?)"
            self._cache.write(lambda db: db.executemany(text, rows).close())


def _is_sound(video_id: object, looked_up_s: object, oldest_s: float) -> bool:
    """Return whether what was kept is an answer: the file may hold anything."""
    if not isinstance(video_id, str) or not isinstance(looked_up_s, (int, float)):
        return False
    is_id = is_youtube_id(video_id.encode("utf-8", "replace"))
    return is_id or (video_id == GONE and looked_up_s > oldest_s)


def _parsed(key: str, status: int, text: str) -> str | None:
    """Return the id of an answer, `GONE` where the storage says so, None where it is odd."""
    answer = _ANSWER.fullmatch(text.strip())
    if answer and status == 200:
        return answer[2] if answer[1] == key else None
    is_gone = status in (200, 403, 404) and _NOT_THERE.fullmatch(text.strip())
    return GONE if is_gone else None
