"""What Qt gives a model's methods: an index, whichever of its two kinds."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex

Index = QModelIndex | QPersistentModelIndex
