"""Sound files, phone sound and videos."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from random import Random
from types import MappingProxyType
from zlib import crc32

import numpy as np
import soundfile

from core.audio import container
from core.audio.decoder import DecodingError, SndfileDecoder
from core.audio.reader import AudioFile
from tests.fuzz.container_server import ContainerServer
from tests.fuzz.mutations import mutated
from tests.fuzz.reader import Reader
from tests.made_media import KINDS, sweep, write_media

DURATION_S = 0.3

SNDFILE_KINDS = MappingProxyType(
    {
        "pcm16.wav": ("WAV", "PCM_16"),
        "float.wav": ("WAV", "FLOAT"),
        "adpcm.wav": ("WAV", "IMA_ADPCM"),
        "ms.wav": ("WAV", "MS_ADPCM"),
        "gsm.wav": ("WAV", "GSM610"),
        "extensible.wav": ("WAVEX", "PCM_24"),
        "rf64.wav": ("RF64", "PCM_16"),
        "w64.w64": ("W64", "PCM_16"),
        "aiff.aiff": ("AIFF", "PCM_16"),
        "au.au": ("AU", "ULAW"),
        "caf.caf": ("CAF", "ALAC_16"),
        "flac.flac": ("FLAC", "PCM_16"),
        "vorbis.ogg": ("OGG", "VORBIS"),
        "opus.opus": ("OGG", "OPUS"),
        "mp3.mp3": ("MP3", "MPEG_LAYER_III"),
        "voc.voc": ("VOC", "PCM_16"),
    }
)
FFMPEG_KINDS = ("m4a", "alac.m4a", "aac", "wma", "webm", "mka", "mkv", "mp4", "3gp", "avi", "mts")


def write_sounds(folder: Path) -> None:
    """Write a short sound in every format of libsndfile's that people use."""
    for name, (form, kind) in SNDFILE_KINDS.items():
        rate_hz = 48_000 if kind == "OPUS" else 16_000
        sound = sweep(rate_hz, DURATION_S)
        is_mono = kind in ("GSM610", "OPUS")
        samples = sound if is_mono else np.stack([sound, 0.5 * sound], axis=1)
        soundfile.write(folder / name, samples, rate_hz, kind, format=form)


def write_videos(folder: Path) -> None:
    """Write a short sound in containers of FFmpeg's, some of them with pictures."""
    for name in FFMPEG_KINDS:
        form, codec, rate_hz = KINDS[name]
        write_media(
            folder / f"sound.{name}",
            [sweep(rate_hz, DURATION_S)],
            rate_hz,
            form,
            codec,
            name in ("mp4", "mkv", "avi", "mts"),
            options={"fflags": "+bitexact"},
        )


class SndfileReader(Reader):
    """Within the program's own process: what libsndfile makes of a file."""

    name = "sound"
    allowed = (DecodingError, OSError)

    def make_samples(self, folder: Path) -> None:
        write_sounds(folder)

    def read(self, folder: Path, name: str) -> None:
        decoder = SndfileDecoder(folder / name)
        try:
            n_read = 0
            # A header may promise years: whoever reads stops at two days.
            while n_read < 1 << 22 and (n_new := len(decoder.read(decoder.block_values))):
                n_read += n_new
            decoder.seek(n_read // 2)
            decoder.read(100)
        finally:
            decoder.close()


class FfmpegReader(Reader):
    """What the process for containers does, without starting one for each."""

    name = "container"
    allowed = (DecodingError,)
    is_contained = True
    batch = 250

    def make_samples(self, folder: Path) -> None:
        write_videos(folder)

    def begin(self, samples: Path) -> None:
        super().begin(samples)
        import av.logging

        av.logging.set_level(av.logging.PANIC)
        # As over there: a decoder that never ends ends the process.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def read(self, folder: Path, name: str) -> None:
        import av

        from core.audio.container_child import NothingToDecodeError, Track

        endings = (NothingToDecodeError, av.error.FFmpegError, OSError, ValueError, MemoryError)
        signal.alarm(50)
        try:
            with (folder / name).open("rb") as file:
                track = Track(file, 1, None)
                n_read = 0
                while n_read < 1 << 22 and (found := len(track.read(1 << 14))):
                    n_read += found
                track.seek(int(0.2 * track.rate_hz))
                track.read(100)
        except endings as error:  # what `main` over there tells of
            raise DecodingError(str(error)) from error
        finally:
            signal.alarm(0)


class AudioFileReader(Reader):
    """All of the way: whatever decoder, any span, excerpts; FFmpeg in a process for each read.

    That process is a fork, and in one of `started_share` inputs a Python of its own, as outside.
    """

    name = "audio-file"
    batch = 500
    started_share = 50
    limit_s = 130.0  # a decoder over there has a minute for each answer

    def make_samples(self, folder: Path) -> None:
        write_sounds(folder)
        write_videos(folder)

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        changed = mutated(random, content, list(self.samples.values()))
        if name.endswith(".wav") and random.random() < 0.2:
            return with_chunk(random, changed)
        return changed

    def begin(self, samples: Path) -> None:
        super().begin(samples)
        self.server = ContainerServer()

    def read(self, folder: Path, name: str) -> None:
        is_started = crc32((folder / name).read_bytes()) % self.started_share == 0
        container.subprocess = subprocess if is_started else self.server.subprocess
        audio = AudioFile(folder / name)
        waveform = audio.waveform()
        assert np.isfinite(waveform.samples).all()
        assert not any(not note.isprintable() for note in audio.notes)
        if audio.duration_s > 0.1:
            audio.waveform(0.05, 0.1)
        list(audio.excerpts([0.0, 0.1, 5.0], 0.02))


def with_chunk(random: Random, content: bytes) -> bytes:
    """Return a WAV file with one more chunk: of metadata that may say anything, or of any size."""
    names = (b"LIST", b"INFO", b"bext", b"iXML", b"cue ", b"smpl", b"id3 ", b"JUNK", b"data")
    payload = random.randbytes(random.choice((0, 3, 64, 700)))
    size = random.choice((len(payload), 2**31, 2**32 - 1, 0)).to_bytes(4, "little")
    return content[:36] + random.choice(names) + size + payload + content[36:]


SOUND_READERS = (SndfileReader, FfmpegReader, AudioFileReader)
