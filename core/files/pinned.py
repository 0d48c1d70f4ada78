"""Addresses, sizes and checksums of the official files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PinnedFile:
    """A file that is known to the last bit.

    Attributes
    ----------
    name : str
        Under which it lies in the data folder.
    size : int
        In bytes.
    sha256 : str
        Hexadecimal digits.
    url : str
        Where its makers publish it.
    """

    name: str
    size: int
    sha256: str
    url: str


_BUCKET = "https://storage.googleapis.com/audioset"

CHECKPOINT = PinnedFile(
    "vggish_model.ckpt",
    291_108_469,
    "0962b1914e3e053922d957c45bc84a78c985765641dc6bceeeb3a7d8dfecfdf6",
    f"{_BUCKET}/vggish_model.ckpt",
)
PCA = PinnedFile(
    "vggish_pca_params.npz",
    73_020,
    "4d878af3e306defbfb37095365aa7e5a6cecb86bad13e859e626151c4e6a8b9d",
    f"{_BUCKET}/vggish_pca_params.npz",
)
FILES = (CHECKPOINT, PCA)
"""What `fetch` fetches. Published by Google under the Apache License 2.0."""
