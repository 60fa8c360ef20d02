#!/usr/bin/env python3
"""A second decoder of `.lfz`, written from Specs/container.md and nothing else.

    decode_lfz.py FILE FOLDER    write entry n (tensors, then files) as FOLDER/n.bin
    decode_lfz.py --probe        exit 0 if the libraries it needs can be loaded

It is a test of the specification, not a tool: it checks what the specification
lets it check and stops at the first thing that is wrong. Standard library only;
zstd and xxHash are the system's, called through ctypes.
"""
import ctypes
import ctypes.util
import os
import struct
import sys

zstd = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
xxhash = ctypes.CDLL(ctypes.util.find_library("xxhash") or "libxxhash.so.0")
zstd.ZSTD_decompress.restype = ctypes.c_size_t
xxhash.XXH3_64bits.restype = ctypes.c_uint64


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


xxhash.XXH3_128bits.restype = Hash128
WIDTHS = {1: 8, 2: 4, 3: 2, 4: 2, 5: 8, 6: 4, 7: 2, 8: 1, 9: 8, 10: 4, 11: 2, 12: 1, 13: 1}


def xxh64(data):
    return xxhash.XXH3_64bits(data, ctypes.c_size_t(len(data)))


def xxh128(data):
    value = xxhash.XXH3_128bits(data, ctypes.c_size_t(len(data)))
    return value.high, value.low


def frame(data, size):
    out = ctypes.create_string_buffer(size)
    n = zstd.ZSTD_decompress(out, ctypes.c_size_t(size), data, ctypes.c_size_t(len(data)))
    assert n == size, "zstd frame"
    return out.raw


def planes(data, width, count, regrouped):
    end = 8 * width
    columns = []
    for plane in range(width):
        method, value, zero, length = struct.unpack_from("<BBHI", data, 8 * plane)
        stored = data[end:end + length]
        assert len(stored) == length and zero == 0, "plane directory"
        end += length
        if method == 0:
            columns.append(stored)
        elif method == 1:
            columns.append(frame(stored, count))
        elif method == 2:
            columns.append(bytes([value]) * count)
        else:
            raise AssertionError("plane method")
        assert len(columns[-1]) == count, "plane length"
    assert end == len(data), "planes fill the chunk"
    if regrouped:
        mantissa, exponent = columns[-2], columns[-1]
        columns[-2] = bytes((e << 7 & 0x80) | (m & 0x7F) for e, m in zip(exponent, mantissa))
        columns[-1] = bytes((m & 0x80) | (e >> 1) for e, m in zip(exponent, mantissa))
    out = bytearray(width * count)
    for plane, column in enumerate(columns):
        out[plane::width] = column
    return bytes(out)


def message(data):
    """Fields of a protobuf message, as {number: [value, ...]}."""
    fields, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            value = varint()
        elif key & 7 == 1:
            value = struct.unpack_from("<Q", data, at)[0]
            at += 8
        elif key & 7 == 2:
            size = varint()
            value = data[at:at + size]
            assert len(value) == size, "field length"
            at += size
        else:
            raise AssertionError("wire type")
        fields.setdefault(key >> 3, []).append(value)
    return fields


def one(fields, number, default=0):
    return fields.get(number, [default])[-1]


def decode(path, folder):
    data = open(path, "rb").read()
    magic, major, _, size, features, length, table, chunks, index, check, zero, seal = (
        struct.unpack_from("<8sHHIQQQIIQII", data))
    assert magic == b"\x89LFZ\r\n\x1a\n" and xxh64(data[:60]) & 0xFFFFFFFF == seal, "header"
    assert (major, size, features, zero) == (1, 64, 0, 0) and length == len(data), "header"
    assert table % 64 == 0 and table + 32 * chunks + index == length, "table"
    assert xxh64(data[table:]) == check, "checksum of table and index"
    raw, at = [], 64
    for number in range(chunks):
        offset, stored, size, check, codec, kind, zero2, zero4 = (
            struct.unpack_from("<QIIQBBHI", data, table + 32 * number))
        assert offset == at and zero2 == zero4 == 0, "chunk record"
        at = (offset + stored + 63) // 64 * 64
        assert at <= table and not any(data[offset + stored:at]), "padding"
        body = data[offset:offset + stored]
        assert xxh64(body) == check, "checksum of chunk %d" % number
        if codec == 2:
            body = planes(body, WIDTHS[kind], size // WIDTHS[kind], kind in (2, 4))
        elif codec == 1:
            body = frame(body, size)
        assert len(body) == size and codec <= 2, "chunk %d" % number
        raw.append(body)
    assert at == table, "nothing between chunks and table"
    root = message(data[table + 32 * chunks:])
    blobs, first = [], 0
    for item in map(message, root.get(2, [])):
        last = first + one(item, 4)
        blobs.append(b"".join(raw[first:last]))
        assert len(blobs[-1]) == one(item, 1), "blob length"
        assert xxh128(blobs[-1]) == (one(item, 2), one(item, 3)), "blob digest"
        first = last
    assert first == chunks, "every chunk has a blob"
    os.makedirs(folder, exist_ok=True)
    entries = [(message(t), 4) for t in root.get(3, [])] + [(message(f), 2) for f in root.get(4, [])]
    for number, (entry, field) in enumerate(entries):
        content = b""
        for part in map(message, entry.get(field, [])):
            unit = blobs[one(part, 1)]
            content += (unit[:one(part, 2)] if one(part, 2) else unit) * one(part, 3)
        if field == 4:
            count, shape = WIDTHS[one(entry, 2)], b"".join(entry.get(3, []))
            dimension = shift = 0
            for byte in shape:
                dimension |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    count, dimension, shift = count * dimension, 0, 0
            assert count == len(content), "shape"
        with open(os.path.join(folder, "%d.bin" % number), "wb") as out:
            out.write(content)


if __name__ == "__main__":
    if sys.argv[1:] != ["--probe"]:
        decode(sys.argv[1], sys.argv[2])
