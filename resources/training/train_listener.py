"""Train the listener: the teacher's body with a narrower head, then on changed sounds.

python -m resources.training.train_listener SOUNDS CACHE [--steps N] [--from-scratch]

SOUNDS is the folder with `clips.tar` and the teacher; CACHE keeps frames, checkpoints and
`listener.pt`, which `export_listener` makes the shipped file of.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
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
BATCH = 128
BODY_RATE, HEAD_RATE = 1e-4, 5e-4
AVERAGING = 0.998
FROZEN = 7
"""Layers that stay the teacher's: what they find is in every sound; training them costs 40 %."""

NEVER = -200.0
"""Before the sigmoid, for the classes that the teacher lacks: 0 in float32 behind it."""

ALIKE_WEIGHT = 20.0
"""Of the embeddings' loss against that of the scores, a sum over the classes."""


def run_in_batches(module: torch.nn.Module, patches: Float32, size: int = 256) -> list[Tensor]:
    """Return a module's outputs (each (N, ...)) for many patches, in float32."""
    parts = []
    with torch.no_grad():
        for first in range(0, len(patches), size):
            found = module(torch.from_numpy(patches[first : first + size]))
            parts.append(found if isinstance(found, tuple) else (found,))
    return [torch.cat(column) for column in zip(*parts, strict=True)]


def teacher_in_float32(
    sounds: Sounds, teacher: Path, teacher_classes: NDArray[np.int64], cache: Path
) -> tuple[Float32, Float32]:
    """Return features (W, 1024) and scores (W, 527) of the teacher's network for all windows.

    Its own file rounds the spectrum of each frame to 8 bits before the mel bands, which drowns the
    quiet half of any sound with few strong tones; here it has our front end's float32.
    """
    kept = cache / "teacher.npz"
    if not kept.exists():
        state, weight, bias = teacher_weights(teacher)
        body = Body().to(memory_format=torch.channels_last)
        body.load_state_dict(state)
        features = torch.empty(len(sounds.clip), 1024)
        for first in range(0, len(features), 4096):
            windows = np.arange(first, min(first + 4096, len(features)))
            (features[windows],) = run_in_batches(body, sounds.patches(windows))
        scores = np.zeros((len(features), N_CLASSES), np.float32)
        scores[:, teacher_classes] = torch.sigmoid(features @ weight.T + bias).numpy()
        np.savez(kept, features=features.numpy().astype(np.float16), scores=scores)
    with np.load(kept) as stored:
        return stored["features"].astype(np.float32), stored["scores"]


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


class Evaluation:
    """Figures on windows of sources that training does not see, as they are and changed."""

    def __init__(self, sounds: Sounds, split: str, targets: Float32) -> None:
        rng = np.random.default_rng(SEED)
        self._windows = sounds.windows(split)
        self._sounds, self._targets = sounds, targets
        some = rng.choice(self._windows, 1500, replace=False)
        others = rng.choice(self._windows, 1500)
        self._hard = Augmentation(sounds, targets, rng).batch(some, others)

    def __call__(self, listener: Listener) -> dict[str, dict[str, float]]:
        """Return agreement with the teacher's file, with it in float32, changed, and P@5."""
        listener.eval()
        logits, embedding = run_in_batches(listener, self._sounds.patches(self._windows))
        scores = torch.sigmoid(logits).numpy()
        published = self._sounds.scores[self._windows].astype(np.float32)
        hard, _ = run_in_batches(listener, self._hard[0])
        targets = self._targets[self._windows]
        sources = self._sounds.source_of_clip[self._sounds.clip[self._windows]]
        listener.train()
        return {
            "teacher's file": agreement(scores, published),
            "teacher in float32": agreement(scores, targets),
            "changed sounds": agreement(torch.sigmoid(hard).numpy(), self._hard[1]),
            "neighbours": {"P@5": neighbours(embedding.numpy(), targets, sources)},
        }


def train(
    listener: Listener,
    sounds: Sounds,
    targets: Float32,
    known: Tensor,
    steps: int,
    cache: Path,
    rates: tuple[float, float] = (BODY_RATE, HEAD_RATE),
) -> Listener:
    """Train all of the network; return the moving average of its weights."""
    rng = np.random.default_rng(SEED)
    augmentation = Augmentation(sounds, targets, rng)
    windows = sounds.windows("train")
    top = targets[windows].argmax(1)
    share = 1 / np.sqrt(np.bincount(top, minlength=N_CLASSES)[top])
    share /= share.sum()
    evaluate = Evaluation(sounds, "validation", targets)
    listener = listener.to(memory_format=torch.channels_last)
    average = copy.deepcopy(listener)
    optimiser = torch.optim.AdamW(
        [
            {"params": listener.body.parameters(), "lr": rates[0]},
            {"params": listener.head.parameters(), "lr": rates[1]},
        ],
        weight_decay=1e-3,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, list(rates), total_steps=steps, pct_start=0.05, anneal_strategy="cos"
    )
    begin, sums = time.perf_counter(), []
    for step in range(1, steps + 1):
        drawn = rng.choice(windows, (2, BATCH), p=share)
        patches, target = augmentation.batch(drawn[0], drawn[1])
        with torch.autocast("cpu", torch.bfloat16):
            features = listener.body(torch.from_numpy(patches))
        logits, embedding = listener.head(features.float())
        loss = loss_of(logits, embedding, torch.from_numpy(target), known)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(listener.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        sums.append(float(loss.detach()))
        keep = min(AVERAGING, step / (step + 10))
        with torch.no_grad():
            for mean, value in zip(average.parameters(), listener.parameters(), strict=True):
                mean.lerp_(value, 1 - keep)
        if step % 50 == 0:
            rate = step * BATCH / (time.perf_counter() - begin)
            print(f"{step} loss {np.mean(sums[-50:]):.3f} {rate:.0f}/s", flush=True)
        if step % 250 == 0 or step == steps:
            torch.save(average.state_dict(), cache / "checkpoint.pt")
            print(step, json.dumps(evaluate(average)), flush=True)
    return average


def main() -> None:
    """Train and keep `listener.pt`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sounds", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--from-scratch", action="store_true")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(arguments.threads)
    sounds = load_sounds(arguments.sounds, arguments.cache)
    with np.load(arguments.sounds / "teacher_scores.npz") as stored:
        teacher_classes = stored["teacher_classes"].astype(np.int64)
    known = torch.from_numpy(teacher_classes)
    teacher = arguments.sounds / "teacher_yamnet.tflite"
    features, targets = teacher_in_float32(sounds, teacher, teacher_classes, arguments.cache)
    listener = Listener()
    rates = (BODY_RATE, HEAD_RATE)
    if arguments.from_scratch:
        rates = (2e-3, 2e-3)
    else:
        windows = sounds.windows("train")
        listener.body.frozen = FROZEN
        state, weight, bias = teacher_weights(teacher)
        listener.body.load_state_dict(state)
        listener.head = first_head(features[windows], weight, bias, known)
        torch.save(listener.state_dict(), arguments.cache / "head_only.pt")
    print(0, json.dumps(Evaluation(sounds, "validation", targets)(listener)), flush=True)
    if arguments.steps:
        listener = train(listener, sounds, targets, known, arguments.steps, arguments.cache, rates)
    name = "scratch.pt" if arguments.from_scratch else "listener.pt"
    torch.save(listener.state_dict(), arguments.cache / name)


if __name__ == "__main__":
    main()
