"""The window: a folder a feature, no sound or search logic; threads live in `gui.workers` only."""

import builtins

# PySide6 puts a function of its own in the place of `__import__`, which reads the source of each
# module from then on to see whether it may use `from __feature__ import …`: a fifth of the time to
# the first paint, and the window waits for it while workers import. Nothing here uses that.
_import = builtins.__import__
import PySide6.QtCore  # noqa: E402, F401

builtins.__import__ = _import
