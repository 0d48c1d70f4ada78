"""Options that several commands have."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import CatalogError
from core.options import (
    DEFAULT_K,
    ENGINES,
    CatalogKind,
    Comparison,
    ListenerKind,
    Ranking,
    Weights,
)

_OF_FEATURES = ("include", "exclude", "scheduler", "visual")
_OF_SOUNDS = ("no_subfolders", "model", "pca", "listener")


def _add_catalog(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--catalog", type=Path, metavar="DIR", help="the catalogue to search")


def _add_catalogs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--catalog",
        dest="catalogs",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="the catalogue to search (repeatable: each gives an answer of its own)",
    )


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add which classes clips may have."""
    parser.add_argument(
        "--include",
        action="append",
        default=[],
        metavar="CLASS",
        help="only clips of this class or one below it (name or id; repeatable)",
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="CLASS",
        help="no clips of this class or one below it (repeatable)",
    )


def _add_audio(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "audio", type=Path, metavar="AUDIO", help="a sound or video, or - for the standard input"
    )


def add_paths(
    parser: argparse._ActionsContainer, nargs: str = "+", default: Sequence[Path] | None = None
) -> None:
    """Add the sounds that are meant."""
    parser.add_argument(
        "path",
        nargs=nargs,
        default=default,
        type=Path,
        metavar="PATH",
        help="a sound or video, a folder of them with its subfolders, - for the standard input, "
        "or embeddings of VGGish's: .npz from embed, .tfrecord from Google's vggish_inference_demo",
    )


def _add_steer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--more",
        action="append",
        default=[],
        metavar="CLASS",
        help="as if more of this class were heard (name or id; repeatable)",
    )
    parser.add_argument(
        "--less",
        action="append",
        default=[],
        metavar="CLASS",
        help="clips of this class, or one below it, go down (repeatable)",
    )


def _add_span(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--start", type=float, metavar="S", help="seconds to begin at")
    parser.add_argument("--end", type=float, metavar="S", help="seconds to end at")


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--track",
        type=positive,
        default=1,
        metavar="N",
        help="of a video with several sound tracks, which one (1)",
    )
    parser.add_argument(
        "--expand",
        type=positive,
        default=1,
        metavar="N",
        help="time expansion: take sounds N times slower and lower, such as 10 for bats; times are "
        "then those of the slower sound (1)",
    )


def _add_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-subfolders", action="store_true", help="of a folder, only its own sounds"
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, metavar="FILE", help="VGGish's checkpoint")
    parser.add_argument("--pca", type=Path, metavar="FILE", help="its PCA parameters")
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default=ENGINES[0],
        help=f"what runs VGGish; tensorflow is only the reference ({ENGINES[0]})",
    )
    parser.add_argument(
        "--listener",
        type=ListenerKind,
        choices=list(ListenerKind),
        help="what analyses sounds; VGGish where it is installed",
    )


def _add_k(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-k", type=positive, default=DEFAULT_K, metavar="N", help=f"how many ({DEFAULT_K})"
    )


def add_match(parser: argparse._ActionsContainer) -> None:
    """Add how sounds are compared."""
    parser.add_argument(
        "--match",
        choices=list(map(str, Comparison)),
        default=str(Comparison.MEAN),
        help="compare sounds as wholes, or their best-aligned seconds (mean)",
    )


def add_rank(parser: argparse.ArgumentParser) -> None:
    """Add what makes a clip a good match."""
    parser.add_argument(
        "--rank",
        choices=list(map(str, Ranking)),
        default=str(Ranking.BOTH),
        help="by how a clip sounds, by what its labels mean, or by both (both)",
    )


def _add_offline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--offline",
        action="store_true",
        help="ask nobody for the YouTube ids of YouTube-8M's version 2, which has ids of its own; "
        "those that were looked up before are known "
        "(SOUNDALIKE_ID_SERVICE is the address that is asked)",
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _add_search_filters(parser: argparse.ArgumentParser) -> None:
    add_filters(parser)
    parser.add_argument(
        "--only-sure-labels",
        action="store_true",
        help="let count only those labels of AudioSet's clips that the tagger is sure of",
    )


GROUPS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "audio": _add_audio,
    "catalog": _add_catalog,
    "catalogs": _add_catalogs,
    "filters": _add_search_filters,
    "k": _add_k,
    "match": add_match,
    "paths": add_paths,
    "rank": add_rank,
    "steer": _add_steer,
    "span": _add_span,
    "reading": _add_reading,
    "folders": _add_folders,
    "model": _add_model,
    "offline": _add_offline,
    "json": _add_json,
}


def check_build(arguments: argparse.Namespace) -> None:
    """Refuse options that do nothing for the kind of catalogue that is built.

    Raises
    ------
    CatalogError
        If one was given.
    """
    is_own = arguments.kind == CatalogKind.SOUNDS
    for option in _OF_FEATURES if is_own else _OF_SOUNDS:
        if getattr(arguments, option):
            raise CatalogError(
                f"--{option.replace('_', '-')} is for catalogues of "
                f"{'released features' if is_own else 'own sounds'}.",
                "Leave it out; a search can filter by classes." if is_own else "Leave it out.",
            )
    if arguments.visual and arguments.kind != CatalogKind.YOUTUBE8M:
        raise CatalogError("AudioSet has no visual vectors.", "Leave out --visual.")


def positive(text: str) -> int:
    """Return a number of at least 1, as argparse wants it."""
    return _whole(text, 1)


def natural(text: str) -> int:
    """Return a number of at least 0, as argparse wants it."""
    return _whole(text, 0)


def _whole(text: str, least: int) -> int:
    number = int(text)
    if number < least:
        raise argparse.ArgumentTypeError(f"{text} is not at least {least}")
    return number


def weights(text: str) -> Weights:
    """Return what sound and pictures count, as argparse wants it."""
    try:
        return Weights.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None
