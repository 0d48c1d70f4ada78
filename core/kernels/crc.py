"""TFRecord's checksums inside compiled loops.

The CRC-32C is that of RFC 3720, section 12.1: polynomial 0x1EDC6F41, reflected. Processors with
SSE 4.2 have an instruction for it, five times as fast as sixteen tables; others use the tables.

Import this inside functions: Numba takes half a second.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from core.kernels.compiling import compiled, processor_has, word_at
from core.types import Int64, UInt8

Three: TypeAlias = tuple[np.uint32, np.uint32, np.uint32]

_POLYNOMIAL = 0x82F63B78


def _tables() -> NDArray[np.uint32]:
    """Return tables for 16 bytes a step."""
    tables = np.zeros((16, 256), np.uint32)
    tables[0] = np.arange(256)
    for _ in range(8):
        tables[0] = (tables[0] >> 1) ^ ((tables[0] & 1) * _POLYNOMIAL)
    for row in range(1, 16):
        tables[row] = (tables[row - 1] >> 8) ^ tables[0][tables[row - 1] & 0xFF]
    return tables


_CRC = _tables()


@compiled
def tabled_crc(data: UInt8, begin: int, end: int, crc: np.uint32) -> np.uint32:
    """Return the CRC register after ``data[begin:end]``, from tables."""
    at = begin
    while at + 16 <= end:
        crc = (
            _CRC[15, (crc & 0xFF) ^ data[at]]
            ^ _CRC[14, ((crc >> np.uint32(8)) & 0xFF) ^ data[at + 1]]
            ^ _CRC[13, ((crc >> np.uint32(16)) & 0xFF) ^ data[at + 2]]
            ^ _CRC[12, (crc >> np.uint32(24)) ^ data[at + 3]]
            ^ _CRC[11, data[at + 4]]
            ^ _CRC[10, data[at + 5]]
            ^ _CRC[9, data[at + 6]]
            ^ _CRC[8, data[at + 7]]
            ^ _CRC[7, data[at + 8]]
            ^ _CRC[6, data[at + 9]]
            ^ _CRC[5, data[at + 10]]
            ^ _CRC[4, data[at + 11]]
            ^ _CRC[3, data[at + 12]]
            ^ _CRC[2, data[at + 13]]
            ^ _CRC[1, data[at + 14]]
            ^ _CRC[0, data[at + 15]]
        )
        at += 16
    while at < end:
        crc = _CRC[0, (crc ^ data[at]) & 0xFF] ^ (crc >> np.uint32(8))
        at += 1
    return crc


@intrinsic
def _crc_of_word(typing_context: Any, crc: Any, word: Any) -> Any:
    """Return the CRC register (uint32) after eight bytes."""
    return types.uint32(types.uint32, types.int64), _code


def _code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    crc, word = arguments
    wide = ir.IntType(64)
    step = builder.module.declare_intrinsic(
        "llvm.x86.sse42.crc32.64.64", fnty=ir.FunctionType(wide, (wide, wide))
    )
    return builder.trunc(builder.call(step, (builder.zext(crc, wide), word)), ir.IntType(32))


@compiled
def instructed_crc(data: UInt8, begin: int, end: int, crc: np.uint32) -> np.uint32:
    """Return what `tabled_crc` returns, by the processor's instruction."""
    address = data.ctypes.data
    at = begin
    while at + 8 <= end:
        crc = _crc_of_word(crc, word_at(address + at))
        at += 8
    return tabled_crc(data, at, end, crc)


@compiled
def tabled_crcs(data: UInt8, spans: Int64, first: int) -> Three:
    """Return the CRC registers after three spans, shape (M, 2), from a row on."""
    start = np.uint32(0xFFFFFFFF)
    return (
        tabled_crc(data, spans[first, 0], spans[first, 1], start),
        tabled_crc(data, spans[first + 1, 0], spans[first + 1, 1], start),
        tabled_crc(data, spans[first + 2, 0], spans[first + 2, 1], start),
    )


@compiled
def instructed_crcs(data: UInt8, spans: Int64, first: int) -> Three:
    """Return what `tabled_crcs` returns, by the processor's instruction.

    It can begin another one each clock, but gives its result after three: so there are three.
    """
    one, other, third = spans[first, 0], spans[first + 1, 0], spans[first + 2, 0]
    together = min(spans[first, 1] - one, spans[first + 1, 1] - other, spans[first + 2, 1] - third)
    together -= together % 8
    address = data.ctypes.data
    crcs = np.uint32(0xFFFFFFFF), np.uint32(0xFFFFFFFF), np.uint32(0xFFFFFFFF)
    for at in range(address, address + together, 8):
        crcs = (
            _crc_of_word(crcs[0], word_at(at + one)),
            _crc_of_word(crcs[1], word_at(at + other)),
            _crc_of_word(crcs[2], word_at(at + third)),
        )
    return (
        instructed_crc(data, one + together, spans[first, 1], crcs[0]),
        instructed_crc(data, other + together, spans[first + 1, 1], crcs[1]),
        instructed_crc(data, third + together, spans[first + 2, 1], crcs[2]),
    )


_has_instruction = processor_has("sse4.2")
_crc = instructed_crc if _has_instruction else tabled_crc
_crcs = instructed_crcs if _has_instruction else tabled_crcs


@compiled
def _masked(register: np.uint32) -> np.uint32:
    crc = register ^ np.uint32(0xFFFFFFFF)
    # Numba computes with 64 bits; what is above 32 has to go.
    return np.uint32(((crc >> np.uint32(15)) | (crc << np.uint32(17))) + np.uint32(0xA282EAD8))


@compiled
def masked_crc(data: UInt8, begin: int, end: int) -> np.uint32:
    """Return TFRecord's checksum of ``data[begin:end]``."""
    return _masked(_crc(data, begin, end, np.uint32(0xFFFFFFFF)))


@compiled
def masked_crcs(data: UInt8, spans: Int64, first: int) -> Three:
    """Return TFRecord's checksums of three spans, in half of the time of one after the other."""
    one, other, third = _crcs(data, spans, first)
    return _masked(one), _masked(other), _masked(third)
