"""From answers to a class: logistic regression on embeddings, and an estimate that is honest.

What is *not* of the class is learned from the answers *no* and from `background`, some hundred
other sounds, of which a few may be of the class: they weigh as much as the answers. Chosen by
simulation on classes of AudioSet that were left out (`benchmarks/teaching.py`, docs/quality.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError
from core.teaching.embedding_model import EmbeddingModel
from core.teaching.taught_class import (
    MOST_EXAMPLES,
    Estimate,
    Example,
    TaughtClass,
    checked_name,
    vectors_of,
)
from core.types import Float32

FEWEST_ESTIMATED = 8
"""Answers from which on a class is judged at all."""

LEAST_PRECISION = 0.8
"""The threshold is the lowest that reaches it, where one does without losing much."""

_INVERSE_PENALTY = 0.5
_FOLDS = 5
_SEED = 0
_RARE = 0.995
"""The quantile of other sounds' decisions that is the threshold where answers are too few."""

Float64 = NDArray[np.float64]


def taught(
    name: str, model: EmbeddingModel, examples: Sequence[Example], background: Float32
) -> TaughtClass:
    """Return the class that answers describe. The same answers give the same class.

    Parameters
    ----------
    name : str
    model : EmbeddingModel
        That made the embeddings of examples and background.
    examples : sequence of Example
        One for each place; at least one that is a member.
    background : float32 array, shape (n, 128)
        Unit vectors of other sounds, n at least 2.

    Raises
    ------
    ModelError
        If the name is none, there are no examples of the class, too many, or two answers for one
        place.
    """
    try:
        name = checked_name(name)
    except ValueError as error:
        raise ModelError(f"The class cannot be taught: {error}.", "Give it another name.") from None
    _check(name, examples)
    is_member = np.array([example.is_member for example in examples])
    vectors = vectors_of(examples).astype(np.float64)
    others = background.astype(np.float64)
    weights, bias = _fitted(vectors, is_member, others)
    held_out, others_held_out = _held_out(vectors, is_member, others)
    if len(examples) < FEWEST_ESTIMATED:
        threshold, estimate = float(np.quantile(others_held_out, _RARE)), Estimate()
    else:
        threshold, estimate = _threshold(held_out, is_member, others_held_out)
    spread = max(float(others_held_out.std()), 1e-3)
    return TaughtClass(
        name,
        model.id,
        model.name,
        weights.astype(np.float32),
        threshold - bias,
        spread,
        estimate,
        tuple(examples),
    )


def with_answers(known: Sequence[Example], answers: Sequence[Example]) -> list[Example]:
    """Return examples and further answers, of which the newest counts for each place."""
    return list({example.key: example for example in (*known, *answers)}.values())


def _check(name: str, examples: Sequence[Example]) -> None:
    places = {example.key for example in examples}
    if len(places) < len(examples):
        raise ModelError(
            f"“{name}” has two answers for one sound.", "Say yes or no to each sound once."
        )
    if not any(example.is_member for example in examples):
        raise ModelError(
            f"“{name}” has no example.", "Mark at least one sound as one of the class."
        )
    if len(examples) > MOST_EXAMPLES:
        raise ModelError(
            f"“{name}” has more than {MOST_EXAMPLES:,} examples.", "Leave some of them out."
        )


def _fitted(
    vectors: Float64, is_member: NDArray[np.bool_], others: Float64
) -> tuple[Float64, float]:
    """Return weights (128,) and bias of the logistic regression.

    Members count 1 each. All that is none counts together as much as all members, half of it the
    answers, but no answer more than a member: the few surprising ones would outweigh the rest.
    """
    from sklearn.linear_model import LogisticRegression

    n_members = int(is_member.sum())
    n_not = len(is_member) - n_members
    weight_of_no = min(n_members / 2 / n_not, 1.0) if n_not else 0.0
    weight_of_other = n_members * (0.5 if n_not else 1.0) / len(others)
    weights = np.where(is_member, 1.0, weight_of_no)
    model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=500)
    model.fit(
        np.concatenate([vectors, others]),
        np.concatenate([is_member, np.zeros(len(others), bool)]),
        np.concatenate([weights, np.full(len(others), weight_of_other)]),
    )
    return model.coef_[0], float(model.intercept_[0])


def _held_out(
    vectors: Float64, is_member: NDArray[np.bool_], others: Float64
) -> tuple[Float64, Float64]:
    """Return the decisions of examples and of others by models that did not see them."""
    random = np.random.default_rng(_SEED)
    n_folds = min(_FOLDS, int(is_member.sum()))
    found, found_others = np.empty(len(vectors)), np.empty(len(others))
    if n_folds < 2:  # a member left out leaves none: it judges itself
        weights, bias = _fitted(vectors, is_member, others)
        return vectors @ weights + bias, others @ weights + bias
    fold = np.empty(len(vectors), np.int64)
    for each in (is_member, ~is_member):  # both kinds in each fold
        places = random.permutation(np.flatnonzero(each))
        fold[places] = np.arange(len(places)) % n_folds
    fold_of_others = random.permutation(np.arange(len(others)) % n_folds)
    for number in range(n_folds):
        out, others_out = fold == number, fold_of_others == number
        weights, bias = _fitted(vectors[~out], is_member[~out], others[~others_out])
        found[out] = vectors[out] @ weights + bias
        found_others[others_out] = others[others_out] @ weights + bias
    return found, found_others


def _threshold(
    decisions: Float64, is_member: NDArray[np.bool_], others: Float64
) -> tuple[float, Estimate]:
    """Return the lowest threshold that is precise enough, or the one of the best F1.

    The latter also where precision costs more than half of the recall: one example above all
    others would do to be precise.
    """
    found = []
    for threshold in np.sort(decisions[is_member]).tolist():
        is_above = decisions >= threshold
        n_found = int((is_above & is_member).sum())
        precision = n_found / int(is_above.sum() + (others >= threshold).sum())
        recall = n_found / int(is_member.sum())
        f1 = 2 * precision * recall / (precision + recall)
        found.append((f1, threshold, Estimate(round(precision, 3), round(recall, 3)), recall))
    _, threshold, estimate, recall = max(found, key=lambda each: each[0])
    for _, other_threshold, other, other_recall in found:
        if (other.precision or 0) >= LEAST_PRECISION and other_recall >= recall / 2:
            return other_threshold, other
    return threshold, estimate
