"""Make `resources/listener.onnx` of a trained listener: weights in 8 bits, computed in float32.

python -m resources.training.export_listener CACHE/listener.pt OUT.onnx

Weights of dense and 1x1 layers are whole numbers of -127 to 127 with one float32 step a row, which
the runtime turns back into float32 once, when it loads the file; all others are halves.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from resources.training.network import (
    LARGEST_GAIN,
    OFFSET,
    TEACHER_OFFSET,
    USUAL_ENERGY,
    Listener,
)

VERSION = "1"
"""`core.tagging.listener` wants this one: change both with what goes in or comes out."""

PRODUCER = "Soundalike (initialised from and distilled from YAMNet, Google, Apache 2.0)"


class Graph:
    """An ONNX graph that grows node by node."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node and return the name of its output."""
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant as it is and return its name."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def number(self, name: str, value: float) -> str:
        """Add a number in float32 and return its name."""
        return self.constant(name, np.array(value, np.float32))

    def half(self, name: str, value: torch.Tensor) -> str:
        """Add weights that are stored in 16 bits and return the name of them in float32."""
        stored = self.constant(f"{name}_16", value.detach().numpy().astype(np.float16))
        return self.add("Cast", [stored], name, to=TensorProto.FLOAT)

    def bytes(self, name: str, value: torch.Tensor) -> str:
        """Add weights that are stored in 8 bits, one step a row; return them in float32."""
        array = value.detach().numpy()
        rows = array.reshape(len(array), -1)
        step = np.maximum(np.abs(rows).max(1) / 127, 1e-12).astype(np.float32)
        whole = np.rint(rows / step[:, None]).astype(np.int8).reshape(array.shape)
        stored = [self.constant(f"{name}_8", whole), self.constant(f"{name}_step", step)]
        return self.add("DequantizeLinear", stored, name, axis=0)


def exported(listener: Listener) -> onnx.ModelProto:
    """Return the network: "patches" (N, 96, 64) to "scores" (N, 527) and "embedding" (N, 128)."""
    graph = Graph()
    x = graph.add("Exp", ["patches"], "exponential")
    x = graph.add("Sub", [x, graph.number("offset", OFFSET)], "shifted")
    mel = graph.add("Max", [x, graph.number("none", 0.0)], "mel")
    axes = graph.constant("bands_and_frames", np.array([1, 2]))
    x = graph.add("Mul", [mel, mel], "squares")
    x = graph.add("ReduceSum", [x, axes], "sum", keepdims=1)
    x = graph.add("Add", [x, graph.number("little", 96e-9)], "energy")
    x = graph.add("Div", [graph.number("usual", 96 * USUAL_ENERGY), x], "ratio")
    x = graph.add("Sqrt", [x], "gain")
    x = graph.add("Min", [x, graph.number("largest", LARGEST_GAIN)], "cut_gain")
    x = graph.add("Mul", [mel, x], "levelled")
    x = graph.add("Add", [x, graph.number("teacher_offset", TEACHER_OFFSET)], "positive")
    x = graph.add("Log", [x], "log_mel")
    x = graph.add("Unsqueeze", [x, graph.constant("axis", np.array([1]))], "picture")
    for number, layer in enumerate(listener.body.layers):
        conv, name = layer.conv, f"layer{number}"
        store = graph.bytes if conv.groups == 1 and conv.in_channels > 1 else graph.half
        inputs = [x, store(f"{name}_weight", conv.weight), graph.half(f"{name}_bias", conv.bias)]
        left, right, top, bottom = layer.pad
        x = graph.add(
            "Conv", inputs, f"{name}_sum", group=conv.groups,
            pads=[top, left, bottom, right], strides=[layer.stride] * 2,
        )  # fmt: skip
        x = graph.add("Relu", [x], name)
    x = graph.add("GlobalAveragePool", [x], "pooled")
    x = graph.add("Flatten", [x], "features")
    for layer, name in ((listener.head.embedding, "embedding"), (listener.head.classes, "logits")):
        weight = graph.bytes(f"{name}_weight", layer.weight)
        bias = graph.constant(f"{name}_bias", layer.bias.detach().numpy())
        x = graph.add("Gemm", [x, weight, bias], name, transB=1)
    graph.add("Sigmoid", [x], "scores")
    rows, number = "patches_in_a_batch", TensorProto.FLOAT
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "listener",
            [helper.make_tensor_value_info("patches", number, [rows, 96, 64])],
            [
                helper.make_tensor_value_info("scores", number, [rows, 527]),
                helper.make_tensor_value_info("embedding", number, [rows, 128]),
            ],
            graph.weights,
        ),
        producer_name=PRODUCER,
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )
    helper.set_model_props(model, {"version": VERSION})
    onnx.checker.check_model(model, full_check=True)
    return model


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    listener = Listener()
    listener.load_state_dict(torch.load(sys.argv[1], weights_only=True))
    Path(sys.argv[2]).write_bytes(exported(listener.eval()).SerializeToString())
