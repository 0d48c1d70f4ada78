"""All that can be done with inputs, in one import, which may take long."""

from core.audio.devices import list_inputs
from core.audio.level_monitor import LevelMonitor
from core.audio.recorder import Recorder

__all__ = ["LevelMonitor", "Recorder", "list_inputs"]
