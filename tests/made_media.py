"""Phone sound and videos for tests, written with FFmpeg."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

KINDS = {  # ending: FFmpeg's format, its encoder, the rate
    "m4a": ("mp4", "aac", 44_100),
    "alac.m4a": ("ipod", "alac", 44_100),
    "aac": ("adts", "aac", 44_100),
    "wma": ("asf", "wmav2", 44_100),
    "webm": ("webm", "libopus", 48_000),
    "mka": ("matroska", "ac3", 48_000),
    "mkv": ("matroska", "flac", 48_000),
    "mp4": ("mp4", "aac", 48_000),
    "mov": ("mov", "pcm_s16le", 44_100),
    "3gp": ("3gp", "libopencore_amrnb", 8_000),
    "amr": ("amr", "libopencore_amrnb", 8_000),
    "ac3": ("ac3", "ac3", 48_000),
    "caf": ("caf", "alac", 44_100),
    "avi": ("avi", "libmp3lame", 44_100),
    "mts": ("mpegts", "aac", 48_000),
    "wv": ("wv", "wavpack", 44_100),
}


def sweep(rate_hz: int, duration_s: float) -> np.ndarray:
    """Return a tone that rises from 200 to 2000 Hz: every place in it is a different one."""
    times_s = np.arange(round(rate_hz * duration_s)) / rate_hz
    return 0.5 * np.sin(2 * np.pi * (200 * times_s + 900 / duration_s * times_s**2))


def write_media(
    path: Path,
    sounds: Sequence[np.ndarray],
    rate_hz: int,
    container: str,
    codec: str,
    has_pictures: bool = False,
    names: Sequence[dict[str, str]] = (),
    options: dict[str, str] | None = None,
) -> Path:
    """Write mono sounds, shape (n,), a track each, and pictures before them if wanted."""
    with av.open(path, "w", format=container, options=options or {}) as file:
        video = file.add_stream("mpeg4", rate=10) if has_pictures else None
        if video is not None:
            video.width = video.height = 32
            video.pix_fmt = "yuv420p"
        tracks = []
        for number in range(len(sounds)):
            track = file.add_stream(codec, rate=rate_hz, layout="mono")
            track.bit_rate = 12_200 if codec == "libopencore_amrnb" else 128_000
            track.metadata.update(names[number] if names else {})
            tracks.append(track)
        if video is not None:
            longest_s = max((len(sound) for sound in sounds), default=rate_hz) / rate_hz
            for number in range(round(longest_s * 10)):
                picture = av.VideoFrame.from_ndarray(np.full((32, 32, 3), number % 255, np.uint8))
                picture.pts = number
                file.mux(video.encode(picture))
            file.mux(video.encode(None))
        for track, sound in zip(tracks, sounds, strict=True):
            frame = av.AudioFrame.from_ndarray(
                np.round(sound * 32_767).astype(np.int16)[None], "s16", "mono"
            )
            frame.sample_rate, frame.pts = rate_hz, 0
            resampler = av.AudioResampler(
                track.codec_context.format.name, "mono", rate_hz, track.frame_size or None
            )
            for part in [*resampler.resample(frame), *resampler.resample(None)]:
                file.mux(track.encode(part))
            file.mux(track.encode(None))
    return path
