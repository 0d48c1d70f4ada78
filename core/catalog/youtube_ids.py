"""YouTube's ids of YouTube-8M's version 2 videos, asked for one by one and remembered.

Version 2 was released with four-character ids of its own, so that videos could be taken back. A
service says what an id stands for: ``http://data.yt8m.org/2/j/i/XX/XXXX.js``, XX being its first
two characters, answers ``i("XXXX","<11 characters>");``, or with an error page where the video is
gone. See "YouTube-8M Dataset", https://research.google.com/youtube8m/video_id_conversion.html.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from core.jobs import Job

SERVICE = "http://data.yt8m.org/2/j/i"
_KEY = re.compile(r"[A-Za-z0-9]{4}")
_ANSWER = re.compile(r'i\("([A-Za-z0-9]{4})","([A-Za-z0-9_-]{11})"\);?\s*')
_TIMEOUT_S = 5.0
_MAX_ANSWER_BYTES = 4096
_AT_ONCE = 8
_ASK_AGAIN_S = 30 * 86_400
"""After how long a video that was gone is asked for again."""


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

    def __init__(self, cache: Path, service: str = SERVICE) -> None:
        self._cache = cache
        self._service = service.rstrip("/")

    def known(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the YouTube ids that have been found before, by key; asks nobody."""
        return {key: found for key, found in self._remembered(keys).items() if found}

    def resolve(self, keys: Iterable[str], job: Job | None = None) -> dict[str, str]:
        """Return the YouTube ids of these keys, as far as they are known or can be found.

        Videos that are gone, and keys that the service does not answer for now, are left out;
        the latter are asked for again next time.

        Parameters
        ----------
        keys : iterable of str
            Ids of version 2; anything else is left out and never asked for.
        job : Job, optional
            Told about progress; may cancel.
        """
        job = job or Job()
        wanted = [key for key in dict.fromkeys(keys) if _KEY.fullmatch(key)]
        found = self._remembered(wanted)
        missing = [key for key in wanted if key not in found]
        answers: dict[str, str] = {}
        try:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                for key, answer in zip(
                    missing, pool.map(self._ask_unless(job), missing), strict=True
                ):
                    job.report("Looking up YouTube ids", (len(answers) + 1) / len(missing))
                    if answer is not None:
                        answers[key] = answer
        finally:
            self._remember(answers)
        return {key: answer for key, answer in {**found, **answers}.items() if answer}

    def _ask_unless(self, job: Job):  # type: ignore[no-untyped-def]
        return lambda key: None if job.is_cancelled else self._ask(key)

    def _ask(self, key: str) -> str | None:
        """Return a YouTube id, "" where the video is gone, None where nobody knows."""
        import requests

        address = f"{self._service}/{key[:2]}/{key}.js"
        try:
            with requests.get(address, timeout=_TIMEOUT_S, stream=True) as answer:
                if answer.status_code in (403, 404):
                    return ""  # the storage behind the service answers so for what it does not have
                if answer.status_code != 200:
                    return None
                body = answer.raw.read(_MAX_ANSWER_BYTES, decode_content=True)
        except (requests.RequestException, OSError, ValueError):
            return None
        except Exception as error:
            if type(error).__module__.startswith("urllib3."):
                return None
            raise
        return _parsed(key, body.decode("latin-1")) if len(body) < _MAX_ANSWER_BYTES else None

    def _remembered(self, keys: Iterable[str]) -> dict[str, str]:
        if not self._cache.is_file():
            return {}
        oldest = time.time() - _ASK_AGAIN_S
        found = {}
        try:
            with closing(
                sqlite3.connect(f"{self._cache.absolute().as_uri()}?mode=ro", uri=True)
            ) as db:
                for key in keys:
                    row = db.execute("SELECT id, asked FROM ids WHERE key = ?", (key,)).fetchone()
                    if row and (row[0] or row[1] > oldest):
                        found[key] = str(row[0])
        except sqlite3.Error:
            return found  # a damaged cache only costs asking again
        return found

    def _remember(self, answers: dict[str, str]) -> None:
        if not answers:
            return
        try:
            self._cache.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._cache)) as db, db:
                db.execute(
                    "CREATE TABLE IF NOT EXISTS ids (key TEXT PRIMARY KEY, id TEXT, asked REAL)"
                )
                rows = [(key, answer, time.time()) for key, answer in answers.items()]
                db.executemany("INSERT OR REPLACE INTO ids VALUES (?, ?, ?)", rows)
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error) or "malformed" in str(error):
                self._cache.unlink(missing_ok=True)
        except OSError:
            pass


def _parsed(key: str, text: str) -> str | None:
    """Return the id of an answer, "" where it says that there is none, None where it is odd."""
    answer = _ANSWER.fullmatch(text.strip())
    if answer:
        return answer[2] if answer[1] == key else None
    return "" if text.lstrip().startswith("<?xml") and "<Code>" in text else None
