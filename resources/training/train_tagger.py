"""Train the tagger: VGGish's frames of real clips to probabilities of AudioSet's classes.

python -m resources.training.train_tagger FEATURES.tar.gz CACHE [--all]

First without --all: it learns from the training split alone and is calibrated on the validation
split, and CACHE/tagger_split.npz is what figures are measured with. Then with --all: from all of
`bal_train`, with the same calibration, comes CACHE/tagger.npz, which is shipped.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.tagging.tagger import FORMAT
from core.tagging.tags import closed_upwards
from core.types import EMBEDDING_SIZE
from resources.npz import npz
from resources.training.clips import N_CLASSES, TrainingClips, closed, load_clips

SEEDS = (13, 14)
"""Of the two networks whose probabilities are averaged: each alone is right less often."""

WIDTH = 512
EPOCHS = 20
BATCH = 256
RATE = 2e-3
AVERAGING = 0.995


class TaggerNetwork(nn.Module):
    """Two hidden layers on each frame, and how much each frame counts for each class."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.first = nn.Linear(EMBEDDING_SIZE, width)
        self.second = nn.Linear(width, width)
        self.classes = nn.Linear(width, N_CLASSES)
        self.weights = nn.Linear(width, N_CLASSES)

    def forward(self, frames: Tensor, there: Tensor) -> Tensor:
        """Return probabilities (B, 527) of frames (B, T, 128), of which bool (B, T) are there."""
        x = functional.dropout(functional.relu(self.first(frames)), 0.3, self.training)
        x = x + functional.relu(self.second(x))
        x = functional.dropout(x, 0.4, self.training)
        weights = self.weights(x).masked_fill(~there[:, :, None], -1e4).softmax(1)
        return (weights * torch.sigmoid(self.classes(x))).sum(1)


def exchanged(
    frames: Tensor, there: Tensor, labels: Tensor, rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Return clips of which half have some frames of another clip, and its labels in part."""
    n, t = there.shape
    other = torch.from_numpy(rng.permutation(n))
    share = np.where(rng.random(n) < 0.5, rng.beta(1, 1, n), 0)
    swap = torch.from_numpy(rng.random((n, t)) < share[:, None])
    kept = (~swap & there).sum(1, keepdim=True) / there.sum(1, keepdim=True).clamp(min=1)
    came = (swap & there[other]).sum(1, keepdim=True) / there[other].sum(1, keepdim=True)
    # One of ten seconds may or may not hold what the clip is labelled with.
    own, foreign = labels * (2 * kept).clamp(max=1), labels[other] * (2 * came).clamp(max=1)
    target = 1 - (1 - own) * (1 - foreign)
    return (
        torch.where(swap[:, :, None], frames[other], frames),
        torch.where(swap, there[other], there),
        target,
    )


def train(clips: TrainingClips, rows: NDArray[np.int64], seed: int) -> TaggerNetwork:
    """Return the moving average of a tagger's weights, trained on these clips."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    frames = torch.from_numpy(clips.frames)
    there = torch.arange(frames.shape[1]) < torch.from_numpy(clips.n_frames)[:, None]
    labels = torch.from_numpy(closed(clips.labels)).float()
    tagger = TaggerNetwork()
    with torch.no_grad():
        tagger.classes.bias.fill_(-4.0)
    average = copy.deepcopy(tagger)
    steps = EPOCHS * (len(rows) // BATCH)
    optimiser = torch.optim.AdamW(tagger.parameters(), lr=RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.1)
    step, begin = 0, time.perf_counter()
    for epoch in range(EPOCHS):
        order = rng.permutation(rows)
        for first in range(0, len(order) - BATCH + 1, BATCH):
            chosen = torch.from_numpy(order[first : first + BATCH])
            inputs = (frames[chosen].float() - 127) * (4 / 255)
            batch = exchanged(inputs, there[chosen], labels[chosen], rng)
            with torch.autocast("cpu", torch.bfloat16):
                found = tagger(*batch[:2])
            found = found.float().clamp(1e-6, 1 - 1e-6)
            loss = functional.binary_cross_entropy(found, batch[2], reduction="none").sum(1).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            step += 1
            with torch.no_grad():
                for mean, value in zip(average.parameters(), tagger.parameters(), strict=True):
                    mean.lerp_(value, 1 - min(AVERAGING, step / (step + 10)))
        elapsed = time.perf_counter() - begin
        print(f"{epoch + 1} loss {float(loss.detach()):.3f} {elapsed:.0f} s", flush=True)
    return average.eval()


def trained(clips: TrainingClips, rows: NDArray[np.int64], seed: int, cache: Path) -> TaggerNetwork:
    """Return a tagger that was trained on these clips, from `cache` if it is there."""
    kept = cache / f"tagger_{len(rows)}_{seed}.pt"
    if not kept.exists():
        torch.save(train(clips, rows, seed).state_dict(), kept)
    tagger = TaggerNetwork()
    tagger.load_state_dict(torch.load(kept, weights_only=True))
    return tagger.eval()


def probabilities(
    tagger: TaggerNetwork, clips: TrainingClips, rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return a tagger's probabilities of whole clips, float32, shape (len(rows), 527)."""
    parts = []
    for first in range(0, len(rows), 512):
        some = rows[first : first + 512]
        inputs = (torch.from_numpy(clips.frames[some]).float() - 127) * (4 / 255)
        there = torch.arange(inputs.shape[1]) < torch.from_numpy(clips.n_frames[some])[:, None]
        with torch.no_grad():
            parts.append(tagger(inputs, there).numpy())
    return np.concatenate(parts)


def fitted_platt(scores: NDArray[np.float32], labels: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and shift of the logit that make scores (C, 527) the labels' probabilities."""
    cut = torch.from_numpy(scores).double().clamp(1e-7, 1 - 1e-7)
    logits, wanted = torch.log(cut / (1 - cut)), torch.from_numpy(labels).double()
    values = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([values], max_iter=50, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        shifted = logits * values[0] + values[1]
        found = functional.binary_cross_entropy_with_logits(shifted, wanted, reduction="sum")
        found.backward()
        return found

    optimiser.step(loss)
    slope, shift = values.tolist()
    return slope, shift


def stored(
    taggers: list[TaggerNetwork], calibration: tuple[float, float]
) -> dict[str, NDArray[Any]]:
    """Return the arrays of the shipped file, as `core.tagging.tagger` reads them."""
    arrays: dict[str, NDArray[Any]] = {"format": np.array(FORMAT, np.int64)}
    names = {"first": "first", "second": "second", "classes": "class", "weights": "attention"}
    for layer, name in names.items():
        linear = [getattr(tagger, layer) for tagger in taggers]
        weights, biases = [each.weight.T for each in linear], [each.bias for each in linear]
        arrays[f"{name}_weight"] = torch.stack(weights).detach().numpy().astype(np.float16)
        arrays[f"{name}_bias"] = torch.stack(biases).detach().numpy().astype(np.float16)
    arrays["calibration"] = np.array(calibration, np.float32)
    return arrays


def main() -> None:
    """Train, calibrate and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    clips = load_clips(arguments.archive, arguments.cache)
    split_file = arguments.cache / "tagger_split.npz"
    rows = np.arange(len(clips.split)) if arguments.all else clips.rows("train")
    taggers = [trained(clips, rows, seed, arguments.cache) for seed in SEEDS]
    if arguments.all:
        with np.load(split_file) as found:
            slope, shift = found["calibration"].tolist()
        out = arguments.cache / "tagger.npz"
    else:
        rows, out = clips.rows("validation"), split_file
        scores = np.mean([probabilities(tagger, clips, rows) for tagger in taggers], axis=0)
        slope, shift = fitted_platt(closed_upwards(scores), closed(clips.labels[rows]))
    print(f"calibration: slope {slope:.3f}, shift {shift:.3f}")
    out.write_bytes(npz(stored(taggers, (slope, shift))))


if __name__ == "__main__":
    main()
