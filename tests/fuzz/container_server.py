"""The process that decodes containers, forked from one that has imported FFmpeg already.

Starting a Python that imports FFmpeg takes ten times as long as decoding an input of the harness.
Run as a script this is that server: it imports what the program's own process imports, no more, so
that the same bounds leave as much memory, and each fork of it does what that process does.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace

from core.audio import container_child


class ForkedProcess:
    """What `subprocess.Popen` is to the program's decoder of containers, without a new Python."""

    def __init__(self, command: list[str | bytes], server: socket.socket) -> None:
        requests, answers = os.pipe(), os.pipe()
        # After the Python, its option and the script.
        words = json.dumps([os.fsdecode(word) for word in command[3:]]).encode()
        socket.send_fds(server, [words], [requests[0], answers[1]])
        os.close(requests[0])
        os.close(answers[1])
        # Until the next request the server keeps the number, so that it is nobody else's.
        self._process = os.pidfd_open(int(server.recv(32)))
        self.stdin, self.stdout = os.fdopen(requests[1], "wb"), os.fdopen(answers[0], "rb")

    def kill(self) -> None:
        """End it, if it has not ended."""
        if self._process >= 0:
            signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until it has ended."""
        if self._process >= 0:
            select.select([self._process], [], [])
            os.close(self._process)
            self._process = -1


class ContainerServer:
    """Starts the server.

    Attributes
    ----------
    subprocess : namespace
        What `core.audio.container` can have in the place of that module.
    """

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.fuzz.container_server", str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        self.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": self._forked})

    def _forked(self, command: list[str | bytes], **_: object) -> ForkedProcess:
        return ForkedProcess(command, self._socket)

    def close(self) -> None:
        """End the server, which ends with its user, too."""
        self._socket.close()
        self._process.wait()


def main(descriptor: int) -> None:
    """Fork for each request, until nobody is left to ask."""
    server = socket.socket(fileno=descriptor)
    while True:
        words, descriptors, *_ = socket.recv_fds(server, 1 << 16, 2)
        if not words:
            return
        while _has_reaped():
            pass
        child = os.fork()
        if not child:
            server.close()
            sys.stdin, sys.stdout = os.fdopen(descriptors[0]), os.fdopen(descriptors[1], "w")
            container_child.main(*json.loads(words))
            return
        for each in descriptors:
            os.close(each)
        server.send(b"%d" % child)


def _has_reaped() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] > 0
    except ChildProcessError:
        return False


if __name__ == "__main__":
    main(int(sys.argv[1]))
