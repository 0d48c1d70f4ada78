"""A server on loopback that plays the part of YouTube's player, script and frame.

The script does what https://www.youtube.com/iframe_api is documented to do: it calls
`onYouTubeIframeAPIReady`, and `YT.Player` puts a frame from its host in place of an element and
passes on what that frame says. The frame says what the first characters of the video's id ask for,
and error 153 wherever it was asked for without a referrer, as YouTube does.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from gui.player.page import Addresses

SCRIPT = """
const id = JSON.parse(document.getElementById("clip").textContent).video_id;
if (id.startsWith("away")) location.href = "HOST/elsewhere";
if (id.startsWith("ask_")) { alert("hello"); window.answers = [confirm("?"), prompt("?", "x")]; }
window.YT = { Player: class {
  constructor(element, options) {
    this.frame = document.createElement("iframe");
    this.frame.allow = "autoplay; camera; microphone; geolocation";
    this.frame.width = options.width;
    this.frame.height = options.height;
    const asked = new URLSearchParams({...options.playerVars, enablejsapi: 1});
    this.frame.src = `${options.host}/embed/${options.videoId}?${asked}`;
    document.getElementById(element).replaceWith(this.frame);
    addEventListener("message", (message) => {
      if (message.source !== this.frame.contentWindow) return;
      const { name, data } = message.data;
      options.events[name]?.({ data, target: this });
    });
  }
  pauseVideo() { this.frame.contentWindow.postMessage("pause", "*"); }
} };
onYouTubeIframeAPIReady();
"""

FRAME = """<!DOCTYPE html><body style="margin: 0; background: #203050; color: #fff">
<a id="out" href="https://www.youtube.com/watch?v=ID" target="_blank"
   style="position: fixed; inset: 0; color: #fff">video ID</a>
<script>
const say = (name, data) => parent.postMessage({ name, data }, "*");
const tell = (what) => fetch("/told", { method: "POST", body: JSON.stringify(what) });
const id = "ID", error = ERROR;
let stored = "yes";
try { localStorage.setItem("a", "b"); } catch { stored = "refused"; }
document.cookie = "scripted=1; Max-Age=9999; SameSite=None; Secure";
tell({ stored, cookie: document.cookie });
addEventListener("message", (message) => {
  if (message.data === "pause") { say("onStateChange", 2); tell({ state: 2 }); }
});
(async () => {
  if (id.startsWith("where")) {
    navigator.geolocation.getCurrentPosition(
      () => tell({ place: "known" }), (error) => tell({ place: error.message }));
  }
  if (id.startsWith("down")) location.href = "/download";
  if (id.startsWith("popu")) window.open("https://www.youtube.com/");
  say("onReady");
  if (error) say("onError", error);
  else { say("onStateChange", 3); say("onStateChange", 1); }
})();
</script>"""


@dataclass
class Player:
    """What was asked of the server, and what its frame told.

    Attributes
    ----------
    address : str
        The server's origin; another site than the page's 127.0.0.1.
    asked : list
        Paths with queries, and headers in lower case.
    told : list of dict
    gate : threading.Event
        Cleared, the script does not come.
    """

    address: str
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    told: list[dict[str, object]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    @property
    def addresses(self) -> Addresses:
        return Addresses(f"{self.address}/iframe_api", self.address)

    @property
    def frames(self) -> list[tuple[str, dict[str, list[str]], dict[str, str]]]:
        """What was asked of the player: the video's id, parameters, headers."""
        return [
            (urlsplit(path).path.removeprefix("/embed/"), parse_qs(urlsplit(path).query), headers)
            for path, headers in self.asked
            if path.startswith("/embed/")
        ]

    def has_told(self, key: str, value: object) -> bool:
        return any(told.get(key) == value for told in self.told)


class _Handler(BaseHTTPRequestHandler):
    player: Player

    def do_GET(self) -> None:
        self.player.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        if self.path == "/iframe_api":
            while not self.player.gate.wait(0.02):
                pass
            self._send("text/javascript", SCRIPT.replace("HOST", self.player.address))
        elif self.path.startswith("/embed/"):
            self._send("text/html", self._frame())
        elif self.path == "/download":
            self._send("application/octet-stream", "x" * 1000, "attachment; filename=x.bin")
        else:
            self._send("text/html", "elsewhere")

    def do_POST(self) -> None:
        self.player.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._send("text/plain", "")

    def _frame(self) -> str:
        video_id = urlsplit(self.path).path.removeprefix("/embed/")
        error = int(video_id[3:6]) if video_id.startswith("err") else 0
        if "Referer" not in self.headers:
            error = 153
        return FRAME.replace("ERROR", str(error)).replace("ID", video_id)

    def _send(self, kind: str, text: str, disposition: str = "inline") -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Disposition", disposition)
        self.send_header("Content-Length", str(len(text.encode())))
        self.send_header("Set-Cookie", "tracked=1; Max-Age=99999")
        self.send_header("Set-Cookie", "tracked2=1; Max-Age=99999; SameSite=None; Secure")
        self.end_headers()
        with suppress(ConnectionError):  # the player may have gone
            self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve_player() -> Iterator[Player]:
    """Serve on loopback until the block is left."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    player = handler.player = Player(f"http://localhost:{server.server_port}")
    player.gate.set()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield player
    finally:
        player.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
