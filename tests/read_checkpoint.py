"""Print what TensorFlow's own reader finds: usage: read_checkpoint.py PATH….

A line of JSON for each checkpoint: the SHA-256 of every variable's values, by name.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf

if __name__ == "__main__":
    for path in sys.argv[1:]:
        reader = tf.train.load_checkpoint(path)
        names = reader.get_variable_to_shape_map()
        found = {name: hashlib.sha256(reader.get_tensor(name).tobytes()) for name in names}
        line = json.dumps({name: digest.hexdigest() for name, digest in found.items()})
        sys.stdout.write(f"{line}\n")
