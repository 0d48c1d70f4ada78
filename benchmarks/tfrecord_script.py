"""Read shards of a folder with TensorFlow, as others do; prints clips a second.

python -m benchmarks.tfrecord_script {by-shard|loop|batched} FOLDER EVERY

by-shard: a TFRecordDataset for each shard and SequenceExample.FromString, the recipe that is
usually followed. loop: the same with one TFRecordDataset of all shards. batched:
tf.io.parse_sequence_example on 1,024 records at a time, read from several files at once. Of the
shards, sorted by name, every EVERYth is read.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

CONTEXT = {
    "video_id": tf.io.FixedLenFeature([], tf.string),
    "start_time_seconds": tf.io.FixedLenFeature([], tf.float32),
    "end_time_seconds": tf.io.FixedLenFeature([], tf.float32),
    "labels": tf.io.VarLenFeature(tf.int64),
}
FRAMES = {"audio_embedding": tf.io.RaggedFeature(tf.string)}


def loop(paths: list[str]) -> int:
    """Decode every record into arrays, one by one."""
    n_clips = 0
    for record in tf.data.TFRecordDataset(paths):
        example = tf.train.SequenceExample.FromString(record.numpy())
        rows = example.feature_lists.feature_list["audio_embedding"].feature
        np.stack([np.frombuffer(row.bytes_list.value[0], np.uint8) for row in rows])
        context = example.context.feature
        context["video_id"].bytes_list.value[0].decode()
        list(context["labels"].int64_list.value)
        n_clips += 1
    return n_clips


def by_shard(paths: list[str]) -> int:
    """Decode every record of one shard after the other."""
    return sum(loop([path]) for path in paths)


def batched(paths: list[str]) -> int:
    """Decode 1,024 records at a time, on all processors."""
    records = tf.data.TFRecordDataset(paths, num_parallel_reads=tf.data.AUTOTUNE).batch(1024)
    n_clips = 0
    for batch in records.prefetch(2):
        context, _, _ = tf.io.parse_sequence_example(batch, CONTEXT, FRAMES)
        n_clips += len(context["video_id"])
    return n_clips


WAYS = {"by-shard": by_shard, "loop": loop, "batched": batched}

if __name__ == "__main__":
    _, way, folder, every = sys.argv
    shards = [str(path) for path in sorted(Path(folder).rglob("*.tfrecord"))][:: int(every)]
    began_s = time.perf_counter()
    n_read = WAYS[way](shards)
    print(n_read / (time.perf_counter() - began_s))
