"""PulseAudio's sources and sinks (PipeWire answers as it does): which there are, and when one goes.

PulseAudio moves a stream whose source or sink is taken away to another one and says nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pulsectl

_NAME = "soundalike"
_LISTEN_S = 0.25
"""How long a watch may take to end where it misses being woken."""


class _Pulse(pulsectl.Pulse):  # type: ignore[misc]
    """A connection whose answers own their memory.

    pulsectl keeps a view of each ``sample_spec``; libpulse uses that memory anew for the next
    item, so that all items would have the last one's rate.
    """

    def _pulse_info_cb(  # type: ignore[no-untyped-def]
        self, info_cls, data_list, done_cb, ctx, info, eof, userdata
    ):
        if not eof and userdata is None:
            info = [type(info[0]).from_buffer_copy(info[0])]
        super()._pulse_info_cb(info_cls, data_list, done_cb, ctx, info, eof, userdata)


def listed(kind: str) -> tuple[list[Any], str] | None:
    """Return sources or sinks, and the default one's name; None where nothing answers.

    Parameters
    ----------
    kind : {"input", "output"}
    """
    try:
        with _Pulse(_NAME) as pulse:
            server = pulse.server_info()
            if kind == "input":
                return pulse.source_list(), str(server.default_source_name)
            return pulse.sink_list(), str(server.default_sink_name)
    except (pulsectl.PulseError, pulsectl.PulseDisconnected):
        return None


class Watch:
    """Tells when a source or a sink is taken away, or the whole server.

    Parameters
    ----------
    kind : {"input", "output"}
    key : str
        Its name.
    gone : callable
        Called once, in a thread of the watch's own.
    """

    def __init__(self, kind: str, key: str, gone: Callable[[], None]) -> None:
        self._kind, self._key, self._gone = kind, key, gone
        self._is_ended = threading.Event()
        self._pulse: _Pulse | None = None
        self._thread = threading.Thread(target=self._run, name="watching", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._is_ended.set()
        pulse = self._pulse
        if pulse is not None:
            pulse.event_listen_stop()
        self._thread.join()

    def _run(self) -> None:
        try:
            with _Pulse(_NAME) as pulse:
                is_there = self._follow(pulse)
        except (pulsectl.PulseError, pulsectl.PulseDisconnected):
            is_there = False
        if not is_there and not self._is_ended.is_set():
            self._gone()

    def _follow(self, pulse: _Pulse) -> bool:
        """Return False once it is taken away, True once nobody wants to know."""
        removed: set[int] = set()

        def on_event(event: Any) -> None:
            if event.t == "remove":
                removed.add(event.index)
                raise pulsectl.PulseLoopStop

        # Asked for before looking, so that nothing happens in between.
        pulse.event_callback_set(on_event)
        pulse.event_mask_set("source" if self._kind == "input" else "sink")
        items = pulse.source_list() if self._kind == "input" else pulse.sink_list()
        # A device that comes back has the same name and another number.
        index = next((item.index for item in items if item.name == self._key), None)
        self._pulse = pulse
        try:
            while index is not None and index not in removed:
                if self._is_ended.is_set():
                    return True
                pulse.event_listen(_LISTEN_S)
        finally:
            self._pulse = None
        return False
