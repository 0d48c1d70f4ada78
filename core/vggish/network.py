"""What VGGish is made of: its variables, and the same network written down as an ONNX graph.

The architecture and the variables' names are those of Google's release (tensorflow/models,
``research/audioset/vggish``): six 3x3 convolutions with four 2x2 max-pools, three dense layers,
ReLU everywhere but behind the last, whose output is the embedding.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.errors import WrongModelError
from core.types import EMBEDDING_SIZE, Float32

POOL = "pool"
LAYERS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("vggish/conv1", (3, 3, 1, 64)),
    (POOL, (2, 2)),
    ("vggish/conv2", (3, 3, 64, 128)),
    (POOL, (2, 2)),
    ("vggish/conv3/conv3_1", (3, 3, 128, 256)),
    ("vggish/conv3/conv3_2", (3, 3, 256, 256)),
    (POOL, (2, 2)),
    ("vggish/conv4/conv4_1", (3, 3, 256, 512)),
    ("vggish/conv4/conv4_2", (3, 3, 512, 512)),
    (POOL, (2, 2)),
    ("vggish/fc1/fc1_1", (12288, 4096)),
    ("vggish/fc1/fc1_2", (4096, 4096)),
    ("vggish/fc2", (4096, EMBEDDING_SIZE)),
)
"""Every layer in order with the shape of its weights: (height, width, in, out) or (in, out)."""

_PAGE_BYTES = 4096

Weights = Mapping[str, Float32]
"""Variable name to float32 array, for every name in `variable_shapes`."""


def variable_shapes() -> dict[str, tuple[int, ...]]:
    """Return the shape of every variable of the released checkpoint, by name."""
    shapes = {}
    for layer, shape in LAYERS:
        if layer != POOL:
            shapes[f"{layer}/weights"] = shape
            shapes[f"{layer}/biases"] = shape[-1:]
    return shapes


def check_shapes(found: Mapping[str, tuple[int, ...]], source: str) -> None:
    """Refuse variables that are not VGGish's.

    Raises
    ------
    WrongModelError
        Naming the first variable that is missing or has another shape.
    """
    hint = "Choose Google's vggish_model.ckpt, or a checkpoint with the same variables."
    for name, shape in variable_shapes().items():
        if name not in found:
            raise WrongModelError(f"{source} is not a VGGish checkpoint: it has no {name}.", hint)
        if tuple(found[name]) != shape:
            raise WrongModelError(
                f"{source} is not a VGGish checkpoint: {name} has the shape "
                f"{tuple(found[name])} instead of {shape}.",
                hint,
            )


def seeded_weights(seed: int) -> dict[str, Float32]:
    """Return random weights: He-normal (He et al. 2015) with small biases, the same every time.

    Parameters
    ----------
    seed : int
        Of NumPy's default generator.
    """
    random = np.random.default_rng(seed)
    weights: dict[str, Float32] = {}
    for name, shape in variable_shapes().items():
        scale = 0.05 if name.endswith("/biases") else np.sqrt(2.0 / np.prod(shape[:-1]))
        values = random.standard_normal(shape, dtype=np.float32)
        weights[name] = values * np.float32(scale)
    return weights


def write_onnx(weights: Weights, path: Path) -> None:
    """Write the network with its weights as ``path`` and ``path.weights`` beside it.

    The weights lie in a file of their own, which the runtime maps instead of parsing.
    Input ``patches`` is float32 (N, 96, 64), output ``embedding`` float32 (N, 128).
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = [], [numpy_helper.from_array(np.array([0, 1, 96, 64]), "image_shape")]
    weights_file = path.with_name(f"{path.name}.weights").open("wb")

    def add(operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(name: str, values: Float32) -> str:
        # Written here rather than by onnx, which copies all weights twice and holds up every
        # other thread meanwhile. The runtime maps what starts at a page.
        weights_file.write(bytes(-weights_file.tell() % _PAGE_BYTES))
        offset = weights_file.tell()
        weights_file.write(np.ascontiguousarray(values, "<f4").data)
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=values.shape)
        tensor.data_location = TensorProto.EXTERNAL
        place = {"location": path.name + ".weights", "offset": offset, "length": values.size * 4}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        constants.append(tensor)
        return name

    with weights_file:
        value, is_flat = add("Reshape", ["patches", "image_shape"], "image"), False
        for index, (layer, shape) in enumerate(LAYERS):
            if layer == POOL:
                value = add("MaxPool", [value], f"pool{index}", kernel_shape=[2, 2], strides=[2, 2])
                continue
            kernel = weights[f"{layer}/weights"]
            bias = constant(f"{layer}/biases", weights[f"{layer}/biases"])
            output = "embedding" if layer == LAYERS[-1][0] else f"{layer}/linear"
            if len(shape) == 4:
                kernel_name = constant(f"{layer}/weights", kernel.transpose(3, 2, 0, 1))
                value = add("Conv", [value, kernel_name, bias], output, pads=[1, 1, 1, 1])
            else:
                if not is_flat:
                    # The dense weights expect height, width, channel; ONNX convolves channel first.
                    value = add("Transpose", [value], "channels_last", perm=[0, 2, 3, 1])
                    value, is_flat = add("Flatten", [value], "flat"), True
                value = add("Gemm", [value, constant(f"{layer}/weights", kernel), bias], output)
            if output != "embedding":
                value = add("Relu", [value], f"{layer}/relu")

    graph = helper.make_graph(
        nodes,
        "vggish",
        [helper.make_tensor_value_info("patches", TensorProto.FLOAT, ["N", 96, 64])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", EMBEDDING_SIZE])],
        constants,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9, producer_name="soundalike"
    )
    onnx.save_model(model, path)
