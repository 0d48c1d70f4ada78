"""The listener's network in torch: MobileNet's body from the teacher, with a head of our own.

The teacher (YAMNet) is MobileNet v1 on the same log-mel patches, but for the number that is added
before the logarithm. Its published file holds most weights in 8 bits; they are read from there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

OFFSET, TEACHER_OFFSET = 0.01, 0.001
EMBEDDING_SIZE, N_CLASSES = 128, 527

USUAL_ENERGY = 200.0
"""Of a patch, as the mean over frames of the sum of squared mel magnitudes: about -26 dBFS."""

LARGEST_GAIN = 31.6
"""30 dB: what is quieter still is silence, and stays it."""

_BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
           (512, 1), (512, 1), (1024, 2), (1024, 1)]  # fmt: skip
"""Channels and stride of each depthwise separable block behind the first convolution."""


class SameConv(nn.Module):
    """A 3x3 or 1x1 convolution with TensorFlow's padding, followed by ReLU."""

    def __init__(self, into: int, out: int, stride: int = 1, *, depthwise: bool = False) -> None:
        super().__init__()
        size = 1 if into != 1 and not depthwise else 3
        groups = into if depthwise else 1
        self.stride = stride
        # Of an even number of rows, stride 2 takes the last one's neighbour as zero, not the first.
        self.pad = (0, 1, 0, 1) if stride == 2 else ((1, 1, 1, 1) if size == 3 else (0, 0, 0, 0))
        self.conv = nn.Conv2d(into, out, size, stride, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        """Return float tensor (N, out, H, W)."""
        if self.stride == 1:
            pad = self.pad[0]
            convolved = functional.conv2d(
                x, self.conv.weight, self.conv.bias, padding=pad, groups=self.conv.groups
            )
        else:
            convolved = self.conv(functional.pad(x, self.pad))
        return functional.relu(convolved)


class Body(nn.Module):
    """Log-mel patches to 1,024 features."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [SameConv(1, 32, 2)]
        into = 32
        for out, stride in _BLOCKS:
            layers += [SameConv(into, into, stride, depthwise=True), SameConv(into, out)]
            into = out
        self.layers = nn.Sequential(*layers)

    def forward(self, patches: Tensor) -> Tensor:
        """Return float tensor (N, 1024) of patches, float tensor (N, 96, 64)."""
        mel = torch.clamp(torch.exp(patches) - OFFSET, min=0.0)
        # How loud a recording is says nothing of what is in it, but changes the teacher's mind.
        energy = mel.square().sum((1, 2), keepdim=True) / mel.shape[1]
        mel = mel * torch.clamp((USUAL_ENERGY / (energy + 1e-9)).sqrt(), max=LARGEST_GAIN)
        x = torch.log(mel + TEACHER_OFFSET)[:, None]
        return self.layers(x).mean((2, 3))


class Head(nn.Module):
    """Features to an embedding and scores of classes before the sigmoid."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Linear(1024, EMBEDDING_SIZE)
        self.classes = nn.Linear(EMBEDDING_SIZE, N_CLASSES)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (N, 527) and embeddings (N, 128) of features (N, 1024)."""
        embedding = self.embedding(features)
        return self.classes(embedding), embedding


class Listener(nn.Module):
    """The whole network."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = Body(), Head()

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (N, 527) and embeddings (N, 128) of patches (N, 96, 64)."""
        logits, embedding = self.head(self.body(patches))
        return logits, embedding


def teacher_weights(path: Path) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Return the body's weights, and weight and bias of the last layer, from the teacher's file."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    details = {row["index"]: row for row in interpreter.get_tensor_details()}

    def value(index: int) -> Tensor:
        raw = interpreter.get_tensor(index).astype(np.float32)
        steps = details[index]["quantization_parameters"]
        if len(steps["scales"]):
            shape = [1] * raw.ndim
            shape[steps["quantized_dimension"]] = -1
            raw = raw * steps["scales"].reshape(shape)
        return torch.from_numpy(raw)

    state: dict[str, Tensor] = {}
    last_weight = last_bias = torch.empty(0)
    layer = 0
    for operation in interpreter._get_ops_details():  # the file's only list of layers
        kind, inputs = operation["op_name"], [int(i) for i in operation["inputs"]]
        if kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            weight = value(inputs[1])
            order = (3, 0, 1, 2) if kind == "DEPTHWISE_CONV_2D" else (0, 3, 1, 2)
            state[f"layers.{layer}.conv.weight"] = weight.permute(order).contiguous()
            state[f"layers.{layer}.conv.bias"] = value(inputs[2])
            layer += 1
        elif kind == "FULLY_CONNECTED" and value(inputs[1]).shape[1] == 1024:
            last_weight, last_bias = value(inputs[1]), value(inputs[2])
    return state, last_weight, last_bias
