"""Lists of matches to take away: files for other programs, a table to paste, a playlist."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.atomic import written_whole
from core.errors import SoundalikeError
from core.foreign import plain
from core.types import Match, youtube_id_of

MOST_IN_PLAYLIST = 50
"""YouTube takes no more videos in one address."""

LABELS_SEPARATOR = " | "
"""Between the labels of a clip in a line; the names themselves have commas."""

_BEGINS_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are as wide as Chinese letters, and mean the same there."""

_COLUMNS = (
    "rank",
    "similarity",
    "title",
    "channel",
    "labels",
    "start_s",
    "end_s",
    "best_second",
    "video_id",
    "url",
    "path",
)


@dataclass(frozen=True)
class Listed:
    """A match with what YouTube says of its video.

    Attributes
    ----------
    match : Match
    title, channel : str
        Empty where they are not known.
    """

    match: Match
    title: str = ""
    channel: str = ""


def save(
    path: Path, heading: str, listed: Sequence[Listed], spectrogram_png: bytes | None = None
) -> None:
    """Write a list as .csv, .json, .html or .m3u; an existing file is replaced, whole or not.

    Parameters
    ----------
    path : Path
        Its ending chooses the format.
    heading : str
        What the list is an answer to, for people.
    listed : sequence of Listed
    spectrogram_png : bytes, optional
        A picture of what was searched for, which the page shows.

    Raises
    ------
    SoundalikeError
        If the ending is another, or the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in _WRITERS and ending != ".html":
        raise SoundalikeError(
            f"{path.name} ends in none of .csv, .json, .html and .m3u.",
            "Choose one of these endings.",
        )
    if ending == ".html":
        text = html_page(heading, listed, spectrogram_png)
    else:
        text = _WRITERS[ending](heading, listed)
    try:
        with written_whole(path) as file:
            # Excel takes a file without the mark for one of its own country's encoding.
            encoding = "utf-8-sig" if ending == ".csv" else "utf-8"
            # JSON can tell of a path that is no text, by its own escapes.
            errors = "backslashreplace" if ending == ".json" else "replace"
            file.write(text.encode(encoding, errors))
    except OSError as error:
        raise SoundalikeError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Make room on the disk, or choose a folder that you may write to.",
        ) from error


def as_table(listed: Sequence[Listed]) -> tuple[str, str]:
    """Return the rows as text separated by tabs, and as an HTML table, for a spreadsheet."""
    rows = [
        [str(cell) for cell in row]
        for row in (_COLUMNS, *(_cells(one, _line_for_spreadsheet) for one in listed))
    ]
    lines = ["\t".join(row) for row in rows]
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return "\n".join(lines) + "\n", f'<meta charset="utf-8"><table>{body}</table>'


def playlist_link(matches: Iterable[Match]) -> str:
    """Return one address that plays the first 50 videos after each other; empty for none."""
    ids = [youtube_id_of(match.url) for match in matches]
    ids = list(dict.fromkeys(filter(None, ids)))[:MOST_IN_PLAYLIST]
    return f"https://www.youtube.com/watch_videos?video_ids={','.join(ids)}" if ids else ""


def _cells(one: Listed, text: Callable[[str], str]) -> tuple[str | int | float, ...]:
    """Return a row of a table; `text` makes every text harmless."""
    match = one.match
    return (
        match.rank,
        round(match.similarity, 6),
        text(one.title),
        text(one.channel),
        text(LABELS_SEPARATOR.join(match.labels)),
        match.start_s,
        match.end_s,
        "" if match.best_second is None else match.best_second,
        text(match.video_id),
        text(match.url),
        text(match.path),
    )


def spreadsheet_text(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula: whatever others may have written.

    See "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection.
    """
    is_formula = text.lstrip().startswith(_BEGINS_FORMULA) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if is_formula else text


def _line_for_spreadsheet(text: str) -> str:
    return spreadsheet_text(_one_line(text))


def _one_line(text: str) -> str:
    return plain(" ".join(text.split()))


def _csv(heading: str, listed: Sequence[Listed]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(one, spreadsheet_text) for one in listed)
    return file.getvalue()


def _json(heading: str, listed: Sequence[Listed]) -> str:
    matches = [_record(one) for one in listed]
    return json.dumps({"query": heading, "matches": matches}, ensure_ascii=False, indent=1) + "\n"


def match_record(match: Match) -> dict[str, Any]:
    """Return what JSON says of a match; what is not known is left out."""
    record: dict[str, Any] = {
        "rank": match.rank,
        **({"path": match.path} if match.path else {"video_id": match.video_id}),
        "start_s": match.start_s,
        "end_s": match.end_s,
        "labels": list(match.labels),
        "similarity": round(match.similarity, 6),
    }
    for name, part in (("sound", match.sound), ("meaning", match.meaning)):
        if part is not None:
            record[name] = round(part, 6)
    if match.path:
        record["key"] = match.video_id
        record["missing"] = match.is_missing
        if match.other_paths:
            record["other_paths"] = list(match.other_paths)
    else:
        record["url"] = match.url
    if match.no_link is not None:
        record["no_link"] = match.no_link
    if match.best_second is not None and match.query_second is not None:
        record["best_second"] = match.best_second
        record["query_second"] = round(match.query_second, 2)
    return record


def _record(one: Listed) -> dict[str, Any]:
    known = {"title": one.title, "channel": one.channel}
    return {**match_record(one.match), **{name: text for name, text in known.items() if text}}


def _m3u(heading: str, listed: Sequence[Listed]) -> str:
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(heading)}"]
    for one in listed:
        match = one.match
        address = match.path or match.url
        # An address has no blanks in it; a path may, but is a line of its own.
        one_line = plain(address) if match.path else _one_line(address)
        if not address or address != one_line:
            continue
        title = one.title or os.path.basename(match.path)  # noqa: PTH119 - bytes may be no text
        name = title or ", ".join(match.labels) or match.video_id
        # A length of -1 is one that is not known.
        length_s = round(match.end_s - match.start_s) or -1
        lines += [f"#EXTINF:{length_s},{_one_line(name)}", address]
    return "\n".join(lines) + "\n"


_WRITERS: dict[str, Callable[[str, Sequence[Listed]], str]] = {
    ".csv": _csv,
    ".json": _json,
    ".m3u": _m3u,
    ".m3u8": _m3u,
}


def html_page(
    heading: str,
    listed: Sequence[Listed],
    spectrogram_png: bytes | None = None,
    has_thumbnails: bool = True,
    about: str = "",
    picture_width: int | None = None,
) -> str:
    """Return one page that needs no other file; thumbnails are shown from YouTube's addresses.

    Parameters
    ----------
    heading : str
    listed : sequence of Listed
    spectrogram_png : bytes, optional
    has_thumbnails : bool
        False for a page that is to be printed, without a network.
    about : str
        A line below the heading.
    picture_width : int, optional
        The spectrogram's, in pixels, for what cannot fit it to the page by itself.
    """
    picture = f"<p>{html.escape(about)}</p>" if about else ""
    if spectrogram_png:
        data = base64.b64encode(spectrogram_png).decode("ascii")
        width = "" if picture_width is None else f'width="{picture_width}" '
        source = f"data:image/png;base64,{data}"
        picture += f'<img class="sound" {width}alt="Spectrogram" src="{source}">'
    rows = "\n".join(_html_row(one, has_thumbnails) for one in listed)
    return _PAGE.format(
        heading=html.escape(heading),
        picture=picture,
        thumbnails="<th></th>" if has_thumbnails else "",
        rows=rows,
    )


def _html_row(one: Listed, has_thumbnail: bool) -> str:
    match = one.match
    title = html.escape(one.title or match.video_id)
    thumbnail = ""
    if youtube_id := youtube_id_of(match.url):
        url = html.escape(match.url)
        title = f'<a href="{url}">{title}</a>'
        source = f"https://i.ytimg.com/vi/{youtube_id}/mqdefault.jpg"
        thumbnail = f'<a href="{url}"><img alt="" loading="lazy" src="{source}"></a>'
    elif match.path:
        title = html.escape(plain(match.path))
    elif match.no_link is not None:
        title += f"<br><small>{html.escape(match.no_link)}</small>"
    if one.channel:
        title += f"<br><small>{html.escape(one.channel)}</small>"
    cells = (
        str(match.rank),
        *((thumbnail,) if has_thumbnail else ()),
        title,
        html.escape(" · ".join(match.labels)),
        _span(match),
        f"{match.similarity:.3f}",
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _span(match: Match) -> str:
    if match.end_s == 0:
        return "whole video"
    best = (
        "" if match.best_second is None else f"<br><small>best {_clock(match.best_second)}</small>"
    )
    return f"{_clock(match.start_s)}–{_clock(match.end_s)}{best}"


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data: https://i.ytimg.com; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width">
<title>{heading}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 24px auto; max-width: 1000px }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }}
th, td {{ text-align: left; padding: 8px; border-bottom: 1px solid rgba(128, 128, 128, .3) }}
td {{ overflow-wrap: anywhere }}
td img {{ display: block; width: 160px; height: 90px; background: rgba(128, 128, 128, .2) }}
.sound {{ max-width: 100% }}
small {{ opacity: .75 }}
</style>
</head>
<body>
<h1>{heading}</h1>
{picture}
<table>
<tr><th>#</th>{thumbnails}<th>Video</th><th>Labels</th><th>Time</th><th>Similarity</th></tr>
{rows}
</table>
</body>
</html>
"""
