"""Train the listener's head on the teacher's body, on sounds as they are and on changed ones.

python -m resources.training.train_listener SOUNDS CACHE

SOUNDS is the folder with `clips.tar` and the teacher; CACHE keeps frames, features, and
`listener.pt`, which `export_listener` makes the shipped file of.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.types import Float32
from resources.training.agreement import agreement, neighbours
from resources.training.augment import Augmentation
from resources.training.network import EMBEDDING_SIZE, Body, Head, Listener, teacher_weights
from resources.training.sounds import N_CLASSES, Sounds, load_sounds

SEED = 13
CHANGED = 0.25
"""How many changed windows there are for each that is as it was: with two, what the head finds in
clean sounds becomes another (first class as before in 74 % instead of 84 %)."""

BATCH, EPOCHS, RATE = 512, 6, 5e-4
ALIKE_WEIGHT = 300.0
"""Of the embeddings' loss against that of the scores, a sum over the classes."""

NEVER = -200.0
"""Before the sigmoid, for the classes that the teacher lacks: 0 in float32 behind it."""

_STEP = 64
"""Windows at a time: more do not fit into the cache, and take three times as long."""


def features_of(body: Body, patches: Float32) -> NDArray[np.float16]:
    """Return a body's features, float16 (N, 1024), of patches (N, 96, 64)."""
    with torch.no_grad():
        return body(torch.from_numpy(patches)).numpy().astype(np.float16)


def windows_as_they_are(sounds: Sounds, body: Body, cache: Path) -> NDArray[np.float16]:
    """Return the features of all windows, from `cache` if they are there."""
    kept = cache / "features.npy"
    if not kept.exists():
        rows = np.arange(len(sounds.clip))
        parts = [
            features_of(body, sounds.patches(rows[first : first + _STEP]))
            for first in range(0, len(rows), _STEP)
        ]
        np.save(kept, np.concatenate(parts))
    return np.asarray(np.load(kept))


def changed_windows(
    sounds: Sounds, split: str, number: int, targets: Float32, body: Body, cache: Path
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Return features and targets of changed windows of a split, from `cache` if they are there.

    Windows are drawn by 1 / sqrt(how many have the same first class).
    """
    kept = cache / f"changed_{split}.npz"
    if not kept.exists():
        rng = np.random.default_rng(SEED)
        augmentation = Augmentation(sounds, targets, rng)
        windows = sounds.windows(split)
        first = targets[windows].argmax(1)
        share = 1 / np.sqrt(np.bincount(first, minlength=N_CLASSES)[first])
        features, scores = [], []
        for begin in range(0, number, _STEP):
            drawn = rng.choice(windows, (2, min(_STEP, number - begin)), p=share / share.sum())
            patches, target = augmentation.batch(drawn[0], drawn[1])
            features.append(features_of(body, patches))
            scores.append(target.astype(np.float16))
        np.savez(kept, features=np.concatenate(features), targets=np.concatenate(scores))
    with np.load(kept) as stored:
        return stored["features"], stored["targets"]


def loss_of(logits: Tensor, embedding: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """Return how far scores are from the target's, and cosines of embeddings from its cosines."""
    scores = functional.binary_cross_entropy_with_logits(
        logits[:, known], target[:, known], reduction="none"
    )
    unit = functional.normalize(embedding, dim=1)
    roots = functional.normalize(target.sqrt(), dim=1)
    wanted = roots @ roots.T
    # Most pairs have nothing in common; those that have something say more.
    alike = ((unit @ unit.T - wanted).square() * (0.1 + wanted)).mean()
    return scores.sum(1).mean() + ALIKE_WEIGHT * alike


def first_head(features: Float32, weight: Tensor, bias: Tensor, known: Tensor) -> Head:
    """Return the head that comes nearest to the teacher's last layer through 128 numbers.

    They are the principal components of its logits on these features (W, 1024), each divided by
    the root of its deviation: between logits as they are, and equal shares for all components.
    """
    inputs = torch.from_numpy(features)
    mean = inputs.mean(0)
    logits = (inputs - mean) @ weight.T
    variance, components = torch.linalg.eigh(logits.T @ logits / len(logits))
    order = torch.arange(len(variance) - 1, len(variance) - 1 - EMBEDDING_SIZE, -1)
    scale = variance[order] ** 0.25
    components = components[:, order]
    head = Head()
    with torch.no_grad():
        head.embedding.weight.copy_((components / scale).T @ weight)
        head.embedding.bias.copy_(-head.embedding.weight @ mean)
        head.classes.weight.zero_()
        head.classes.weight[known] = components * scale
        head.classes.bias.fill_(NEVER)
        head.classes.bias[known] = weight @ mean + bias
    return head


def train(head: Head, features: Tensor, targets: Tensor, known: Tensor) -> None:
    """Train a head on features (N, 1024) and targets (N, 527), both float16."""
    rng = np.random.default_rng(SEED)
    steps = EPOCHS * (len(features) // BATCH)
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.1)
    for epoch in range(EPOCHS):
        order, losses = torch.from_numpy(rng.permutation(len(features))), []
        for first in range(0, len(order) - BATCH + 1, BATCH):
            rows = order[first : first + BATCH]
            logits, embedding = head(features[rows].float())
            loss = loss_of(logits, embedding, targets[rows].float(), known)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(float(loss.detach()))
        print(f"{epoch + 1} loss {np.mean(losses):.3f}", flush=True)


def figures(
    head: Head, features: NDArray[np.float16], targets: Float32, sources: NDArray[np.int64]
) -> dict[str, float]:
    """Return agreement with targets and, where sources are given, P@5 of the embedding."""
    with torch.no_grad():
        logits, embedding = head(torch.from_numpy(features.astype(np.float32)))
    found = agreement(torch.sigmoid(logits).numpy(), targets)
    if len(sources):
        found["P@5"] = neighbours(embedding.numpy(), targets, sources)
    return found


def main() -> None:
    """Train and keep `listener.pt`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sounds", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(arguments.threads)
    sounds = load_sounds(arguments.sounds, arguments.cache)
    with np.load(arguments.sounds / "teacher_scores.npz") as stored:
        known = torch.from_numpy(stored["teacher_classes"].astype(np.int64))
    listener = Listener().to(memory_format=torch.channels_last)
    state, weight, bias = teacher_weights(arguments.sounds / "teacher_yamnet.tflite")
    listener.body.load_state_dict(state)
    features = windows_as_they_are(sounds, listener.body, arguments.cache)
    targets = np.zeros((len(features), N_CLASSES), np.float32)
    logits = torch.from_numpy(features.astype(np.float32)) @ weight.T + bias
    targets[:, known] = torch.sigmoid(logits).numpy()
    rows, unseen = sounds.windows("train"), sounds.windows("validation")
    sources = sounds.source_of_clip[sounds.clip[unseen]]
    listener.head = first_head(features[rows].astype(np.float32), weight, bias, known)
    torch.save(listener.state_dict(), arguments.cache / "first.pt")
    place = listener.body, arguments.cache
    changed, joined = changed_windows(sounds, "train", int(CHANGED * len(rows)), targets, *place)
    hard, wanted = changed_windows(sounds, "validation", 2000, targets, *place)

    def report(when: str) -> None:
        clean = figures(listener.head, features[unseen], targets[unseen], sources)
        other = figures(listener.head, hard, wanted.astype(np.float32), sources[:0])
        print(when, json.dumps({"as they are": clean, "changed": other}), flush=True)

    report("before")
    train(
        listener.head,
        torch.from_numpy(np.concatenate([features[rows], changed])),
        torch.from_numpy(np.concatenate([targets[rows].astype(np.float16), joined])),
        known,
    )
    report("after")
    torch.save(listener.state_dict(), arguments.cache / "listener.pt")


if __name__ == "__main__":
    main()
