#!/usr/bin/env python3
"""Write `safetensors/`, `zip/`, `index/`, `model/` and `dictionary/`, each with `valid/` and `invalid/`.

Every invalid one is a right one with one thing wrong, named for it. `invalid/expected.json` tells the answer (see
answers.py). What cannot be committed, pipes and devices, is made by the tests themselves.
"""

import argparse
import json
import os
import pathlib
import shutil
import struct
import sys
import warnings
import zipfile

import answers
import hostile

HERE = pathlib.Path(__file__).resolve().parent
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 476000000\n"


# --- safetensors ---------------------------------------------------------------------------------

def file(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(name='"a"', dtype='"F32"', shape="[2,3]", offsets="[0,24]", more=""):
    return f'{name}:{{"dtype":{dtype},"shape":{shape},"data_offsets":{offsets}{more}}}'


def one(data=24, **fields):
    return file("{" + entry(**fields) + "}", bytes(data))


def two(first, second, data):
    return file("{" + entry(shape="[1]", offsets=first) + "," + entry('"b"', shape="[1]", offsets=second) + "}",
                bytes(data))


RIGHT = one()


def safetensors_valid():
    yield "plain", RIGHT
    yield "empty", file("{}")
    yield "zero-size", one(data=0, shape="[0,3]", offsets="[0,0]")
    yield "scalar", one(data=4, shape="[]", offsets="[0,4]")
    yield "padded-header", file("{" + entry() + "}   ", bytes(24))
    yield "metadata", file('{"__metadata__":{"format":"pt"},' + entry() + "}", bytes(24))
    yield "two-out-of-order", two("[4,8]", "[0,4]", 8)
    yield "twins-of-unicode", file(
        "{" + entry('"\u00e9"', shape="[1]", offsets="[0,4]") + "," + entry('"e\u0301"', shape="[1]", offsets="[4,8]")
        + "}", bytes(8))


def safetensors_invalid():
    yield "empty-file", 2, "safetensors.truncated", "nothing in it", b""
    yield "seven-bytes", 2, "safetensors.truncated", "a header length needs 8 bytes", RIGHT[:7]
    yield "header-past-the-end", 2, "safetensors.truncated", "cut in the header", RIGHT[:30]
    yield "data-cut", 2, "safetensors.offsets", "cut in the data", RIGHT[:-1]
    yield "one-byte-more", 2, "safetensors.trailing", "bytes that belong to no tensor", RIGHT + b"\0"
    yield "header-over-the-cap", 2, "safetensors.header-length", "100,000,001 bytes", file("{}", length=100_000_001)
    yield "header-2-to-the-63", 2, "safetensors.header-length", "negative as a signed number", file("{}", length=1 << 63)
    yield "header-all-ones", 2, "safetensors.header-length", "2^64 - 1", file("{}", length=(1 << 64) - 1)
    yield "not-an-object", 2, "safetensors.header", "an array", file("[]        ")
    yield "space-first", 2, "safetensors.header", "the first byte must be {", file(" {}")
    yield "byte-order-mark", 2, "safetensors.header", "UTF-8 with a mark", file("\ufeff{}")
    yield "utf-16", 2, "safetensors.header", "another encoding", file("{}".encode("utf-16-be") + b" " * 4)
    yield "invalid-utf-8", 2, "json.encoding", "FF in a name", file(b'{"\xff":1}')
    yield "lone-surrogate", 2, "json.string", "half a pair", file(r'{"\ud800":1}')
    yield "duplicate-key", 2, "json.duplicate-key", "a name twice", file("{" + entry() + "," + entry() + "}", bytes(24))
    yield ("duplicate-key-by-escape", 2, "json.duplicate-key", "a name twice, once written as an escape",
           file("{" + entry() + "," + entry('"\\u0061"') + "}", bytes(24)))
    yield "fraction", 2, "safetensors.shape", "2.0 is no whole number", one(shape="[2.0,3]")
    yield "exponent", 2, "safetensors.shape", "1e1 is no whole number", one(data=40, shape="[1e1]", offsets="[0,40]")
    yield "negative", 2, "safetensors.shape", "-1", one(shape="[-1,3]")
    yield "minus-zero", 2, "safetensors.shape", "-0", one(data=0, shape="[-0]", offsets="[0,0]")
    yield "leading-zero", 2, "json.number", "02 is no number of JSON", one(shape="[02,3]")
    yield "number-as-text", 2, "safetensors.shape", "a string", one(shape='["2",3]')
    yield "dtype-unknown", 2, "safetensors.dtype", "F31", one(dtype='"F31"')
    yield "dtype-float8", 3, "safetensors.unsupported-dtype", "8-bit floats", one(
        data=6, dtype='"F8_E4M3"', offsets="[0,6]")
    yield "dtype-complex", 3, "safetensors.unsupported-dtype", "complex numbers", one(
        data=48, dtype='"C64"', offsets="[0,48]")
    yield "field-unknown", 2, "safetensors.field", "a field that is not in the format", one(more=',"stride":1')
    yield "field-missing", 2, "safetensors.data_offsets", "no offsets", file('{"a":{"dtype":"F32","shape":[1]}}')
    yield "shape-overflows", 2, "tensor.shape", "2^32 times 2^32", one(data=0, shape="[4294967296,4294967296]",
                                                                         offsets="[0,0]")
    yield ("shape-overflows-to-zero", 2, "tensor.shape", "a zero hides the overflow",
           one(data=0, shape="[4611686018427387904,4,0]", offsets="[0,0]"))
    yield "shape-beyond-64-bits", 2, "safetensors.shape", "2^64", one(shape="[18446744073709551616]")
    yield "rank-nine", 2, "tensor.shape", "nine dimensions", one(data=4, shape="[1,1,1,1,1,1,1,1,1]", offsets="[0,4]")
    yield "offsets-reversed", 2, "safetensors.offsets", "the end before the start", one(offsets="[24,0]")
    yield "offsets-past-the-end", 2, "safetensors.offsets", "beyond the file", one(offsets="[24,48]")
    yield "offsets-huge", 2, "safetensors.offsets", "2^63 - 1", one(offsets="[0,9223372036854775807]")
    yield "overlapping", 2, "safetensors.overlap", "two tensors share bytes", two("[0,4]", "[2,6]", 6)
    yield "same-bytes", 2, "safetensors.overlap", "two tensors are the same bytes", two("[0,4]", "[0,4]", 4)
    yield "hole", 2, "safetensors.hole", "bytes between two tensors", two("[0,4]", "[5,9]", 9)
    yield "hole-first", 2, "safetensors.hole", "bytes before the first tensor", one(data=25, offsets="[1,25]")
    yield "size-differs", 2, "safetensors.size", "fewer bytes than shape × type", one(data=20, offsets="[0,20]")
    yield "deep-nesting", 2, "json.depth", "70 arrays in arrays", file('{"a":' + "[" * 70 + "]" * 70 + "}")
    yield "very-deep-nesting", 2, "json.depth", "9000 arrays in arrays", file('{"a":' + "[" * 9000)
    yield "empty-name", 2, "tensor.name", "a name of no bytes", one(name='""')
    yield "nul-in-name", 2, "tensor.name", "U+0000", one(name='"a\\u0000b"')
    yield "long-name", 2, "tensor.name", "513 bytes", one(name='"' + "n" * 513 + '"')
    yield "metadata-number", 2, "safetensors.metadata", "not a string", file('{"__metadata__":{"a":1}}')
    yield "text-behind", 2, "json.trailing", "something after the object", file("{} {}")
    yield "comment", 2, "json.syntax", "comments are not JSON", file("{/**/}")
    yield "trailing-comma", 2, "json.syntax", "a comma too many", file("{" + entry() + ",}", bytes(24))
    yield "git-lfs-pointer", 2, "checkpoint.git-lfs-pointer", "a pointer, not the file", LFS
    yield "web-page", 2, "safetensors.header-length", "an error page saved under the name", b"<!DOCTYPE html><html></html>"


# --- zip -----------------------------------------------------------------------------------------

PLAIN = hostile.zip_checkpoint()
END, CENTRAL, LOCAL = b"PK\5\6", b"PK\1\2", b"PK\3\4"


def patched(*changes, base=PLAIN):
    """Bytes replaced: (place, bytes)."""
    data = bytearray(base)
    for place, value in changes:
        data[place:place + len(value)] = value
    return bytes(data)


def archive(members):
    import io
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for name, content, method in members:
            new.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def members(method=zipfile.ZIP_STORED, root="archive", **more):
    return [(f"{root}/data.pkl", hostile.state(), method), (f"{root}/byteorder", b"little", zipfile.ZIP_STORED),
            (f"{root}/data/0", hostile.VALUES, more.get("values", zipfile.ZIP_STORED)),
            (f"{root}/version", b"3\n", zipfile.ZIP_STORED)]


def zip_valid():
    yield "plain", PLAIN
    yield "comment", patched((PLAIN.rindex(END) + 20, b"\5\0")) + b"hello"
    yield "other-root", archive(members(root="my model"))


def zip_invalid():
    end, central, local = PLAIN.rindex(END), PLAIN.index(CENTRAL), 0
    yield "no-end-record", 2, "zip.end", "the end is missing", PLAIN[:end]
    yield "two-end-records", 2, "zip.end", "the comment of one is another", patched(
        (end + 20, struct.pack("<H", 22))) + PLAIN[end:]
    yield "prepended-data", 2, "zip.directory", "a program in front", b"#!/bin/sh\n" + PLAIN
    yield "prepended-zip", 2, "zip.directory", "an archive in front", archive(
        [("x/data.pkl", hostile.state(), 0)]) + PLAIN
    yield "name-differs", 2, "zip.local-header", "local and central names differ", patched((local + 30, b"X"))
    yield "size-differs", 2, "zip.local-header", "local and central sizes differ", patched((local + 22, b"\7"))
    yield "checksum-differs", 2, "zip.local-header", "local and central checksums differ", patched((local + 14, b"\7"))
    yield "duplicate-member", 2, "zip.duplicate", "a name twice", archive(
        members() + [("archive/data/0", bytes(24), 0)])
    yield "overlapping-members", 2, "zip.overlap", "two entries, one place", patched(
        (PLAIN.index(CENTRAL, central + 4) + 42, b"\0\0\0\0"))
    yield "encrypted", 3, "zip.encrypted", "encrypted members", patched((central + 8, b"\1"), (local + 6, b"\1"))
    for name, stem in (("../../etc/x", "climbing"), ("/archive/x", "absolute"), ("archive\\x", "backslash"),
                       ("archive/../x", "climbing-inside"), ("archive//x", "empty-part")):
        yield f"name-{stem}", 2, "zip.name", f"a member {name}", archive(members() + [(name, b"", 0)])
    yield "member-past-the-end", 2, "zip.local-header", "a size of 2^31 in one place only", patched(
        (central + 20, struct.pack("<II", 1 << 31, 1 << 31)))
    yield "member-past-the-end-on-both-sides", 2, "zip.bounds", "a size of 2^31", patched(
        (central + 20, struct.pack("<II", 1 << 31, 1 << 31)), (local + 18, struct.pack("<II", 1 << 31, 1 << 31)))
    yield "zip64-without-field", 2, "zip.extra", "the mark of a 64-bit size without one", patched(
        (central + 20, b"\xff" * 8))
    deflated = archive(members(method=zipfile.ZIP_DEFLATED))
    yield "deflated", 3, "zip.compressed", "a compressed pickle", deflated
    bomb = archive([("archive/data.pkl", hostile.state(), 0), ("archive/byteorder", b"little", 0),
                    ("archive/data/0", bytes(1 << 20), zipfile.ZIP_DEFLATED), ("archive/version", b"3\n", 0)])
    yield "deflate-bomb", 3, "zip.compressed", "a megabyte of zeros in a kilobyte", bomb
    pickle_start = PLAIN.index(hostile.state())
    yield "pickle-damaged", 2, "zip.checksum", "a byte of the pickle changed", patched((pickle_start + 20, b"\7"))
    yield "two-roots", 2, "pytorch.no-pickle", "two data.pkl", archive(
        members() + [("other/data.pkl", hostile.state(), 0)])
    yield "no-pickle", 2, "pytorch.no-pickle", "an archive of other things", archive(
        [("archive/readme", b"hello", 0)])
    yield "storage-missing", 2, "pytorch.storage-missing", "no data/0", archive(
        [member for member in members() if "data/0" not in member[0]])
    yield "storage-size", 2, "pytorch.storage-size", "23 of 24 bytes", archive(
        [(name, content[:23] if "data/0" in name else content, method) for name, content, method in members()])


# --- index ---------------------------------------------------------------------------------------

PART_A = file("{" + entry('"a"', shape="[1]", offsets="[0,4]") + "}", b"\0\0\x80\x3f")
PART_B = file("{" + entry('"b"', shape="[1]", offsets="[0,4]") + "}", b"\0\0\x80\x40")
MAP = {"a": "one.safetensors", "b": "two.safetensors"}
PARTS = {"one.safetensors": PART_A, "two.safetensors": PART_B}


def index(weight_map=None, text=None):
    if text is not None:
        return text
    return json.dumps({"metadata": {"total_size": 8}, "weight_map": MAP if weight_map is None else weight_map})


def index_valid():
    yield "plain", index(), PARTS, {}
    yield "without-metadata", json.dumps({"weight_map": MAP}), PARTS, {}
    yield "link-inside", index(), {"one.safetensors": PART_A, "real.safetensors": PART_B}, {
        "two.safetensors": "real.safetensors"}


def index_invalid():
    def with_b(name):
        return index({"a": "one.safetensors", "b": name})

    yield "climbing", 2, "io.unsafe-path", "..", with_b("../plain/two.safetensors"), PARTS, {}
    yield "climbing-inside", 2, "io.unsafe-path", "a/../..", with_b("x/../../two.safetensors"), PARTS, {}
    yield "absolute", 2, "io.unsafe-path", "/etc/passwd", with_b("/etc/passwd"), PARTS, {}
    yield "backslash", 2, "io.unsafe-path", "a name with a backslash", with_b("..\\two.safetensors"), PARTS, {}
    yield "nul", 2, "io.unsafe-path", "a name with U+0000", with_b("two.safetensors\0.txt"), PARTS, {}
    yield "empty-name", 2, "io.unsafe-path", "a name of nothing", with_b(""), PARTS, {}
    yield "folder-as-part", 2, "io.unsafe-path", "the folder itself", with_b("."), PARTS, {}
    yield "link-outside", 2, "io.unsafe-path", "a link that leaves the folder", index(), {
        "one.safetensors": PART_A}, {"two.safetensors": "../../valid/plain/two.safetensors"}
    yield "link-absolute", 2, "io.unsafe-path", "a link to the system", index(), {
        "one.safetensors": PART_A}, {"two.safetensors": "/etc/passwd"}
    yield "link-loop", 2, "shards.part-missing", "a link to itself", index(), {
        "one.safetensors": PART_A}, {"two.safetensors": "two.safetensors"}
    yield "shard-missing", 2, "shards.part-missing", "a part that is not there", index(), {
        "one.safetensors": PART_A}, {}
    yield "tensor-in-two-shards", 2, "shards.unexpected", "a in both", index(), {
        "one.safetensors": PART_A, "two.safetensors": two("[0,4]", "[4,8]", 8)}, {}
    yield "tensor-in-none", 2, "shards.missing", "c in no part", index({**MAP, "c": "two.safetensors"}), PARTS, {}
    yield "tensor-not-named", 2, "shards.unexpected", "b is not in the index", index(
        {"a": "one.safetensors"}), {"one.safetensors": two("[0,4]", "[4,8]", 8)}, {}
    yield "index-of-itself", 2, "shards.part", "a part that is the index", with_b(
        "model.safetensors.index.json"), PARTS, {}
    yield "number-as-part", 2, "shards.index", "5", index({"a": "one.safetensors", "b": 5}), PARTS, {}
    yield "no-weight-map", 2, "shards.index", "only metadata", index(text="{}"), PARTS, {}
    yield "array", 2, "shards.index", "an array", index(text="[]"), PARTS, {}
    yield "byte-order-mark", 2, "json.encoding", "UTF-8 with a mark", "\ufeff" + index(), PARTS, {}
    yield "duplicate-key", 2, "json.duplicate-key", "a tensor twice", index(
        text='{"weight_map":{"a":"one.safetensors","\\u0061":"two.safetensors"}}'), PARTS, {}
    yield "shard-is-lfs-pointer", 2, "checkpoint.git-lfs-pointer", "a pointer, not the file", index(), {
        **PARTS, "two.safetensors": LFS}, {}
    yield "shard-damaged", 2, "safetensors.offsets", "a part that ends early", index(), {
        **PARTS, "two.safetensors": PART_B[:-1]}, {}


# --- model ---------------------------------------------------------------------------------------

CONFIG = {"architectures": ["RobertaModel"], "model_type": "roberta", "vocab_size": 6, "hidden_size": 4,
          "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 4, "max_position_embeddings": 6,
          "type_vocab_size": 1, "layer_norm_eps": 1e-5, "pad_token_id": 1, "hidden_act": "gelu"}


def tensors():
    names = {"embeddings.word_embeddings.weight": (6, 4), "embeddings.position_embeddings.weight": (6, 4),
             "embeddings.token_type_embeddings.weight": (1, 4)}
    for norm in ("embeddings.LayerNorm", "encoder.layer.0.attention.output.LayerNorm",
                 "encoder.layer.0.output.LayerNorm"):
        names |= {f"{norm}.weight": (4,), f"{norm}.bias": (4,)}
    for dense in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
                  "intermediate.dense", "output.dense"):
        names |= {f"encoder.layer.0.{dense}.weight": (4, 4), f"encoder.layer.0.{dense}.bias": (4,)}
    return names


def weights(names, types=None, values=None):
    """A safetensors file of small numbers; `types` and `values` change single tensors."""
    header, data = [], b""
    for place, (name, shape) in enumerate(names.items()):
        count = 1
        for size in shape:
            count *= size
        kind = (types or {}).get(name, "F32")
        size = {"F32": 4, "I64": 8, "I32": 4, "F16": 2, "BOOL": 1}[kind]
        content = (values or {}).get(name)
        if content is None:
            numbers = [((place * 31 + step * 7) % 17 - 8) / 16 for step in range(count)]
            content = struct.pack(f"<{count}f", *numbers) if kind == "F32" else bytes(count * size)
        header.append(f'"{name}":{{"dtype":"{kind}","shape":{json.dumps(shape)},'
                      f'"data_offsets":[{len(data)},{len(data) + len(content)}]}}')
        data += content
    return file("{" + ",".join(header) + "}", data)


def model_valid():
    yield "roberta", CONFIG, weights(tensors())
    yield "longformer", {**CONFIG, "model_type": "longformer", "architectures": ["LongformerModel"],
                         "attention_window": [2]}, weights({**tensors(), **{
                             f"encoder.layer.0.attention.self.{kind}_global.{end}": (4, 4) if end == "weight" else (4,)
                             for kind in ("query", "key", "value") for end in ("weight", "bias")}})


def model_invalid():
    plain = weights(tensors())
    fields = [("hidden-size-zero", "hidden_size", 0), ("hidden-size-negative", "hidden_size", -4),
              ("hidden-size-huge", "hidden_size", 1 << 62), ("hidden-size-text", "hidden_size", "4"),
              ("hidden-size-fraction", "hidden_size", 4.0), ("heads-not-dividing", "num_attention_heads", 3),
              ("heads-zero", "num_attention_heads", 0), ("layers-zero", "num_hidden_layers", 0),
              ("layers-huge", "num_hidden_layers", 1 << 40), ("layers-null-and-missing", "num_hidden_layers", True),
              ("positions-too-few", "max_position_embeddings", 2), ("positions-negative", "max_position_embeddings", -1),
              ("vocabulary-zero", "vocab_size", 0), ("vocabulary-huge", "vocab_size", 1 << 60),
              ("padding-negative", "pad_token_id", -1), ("padding-list", "pad_token_id", [1]),
              ("epsilon-zero", "layer_norm_eps", 0), ("epsilon-text", "layer_norm_eps", "1e-5")]
    for name, key, value in fields:
        yield name, 2, "config.value", f"{key} {value!r}", {**CONFIG, key: value}, plain
    yield "layers-not-there", 2, "model.tensors", "a second layer", {**CONFIG, "num_hidden_layers": 2}, plain
    yield "positions-differ", 2, "model.tensors", "another table", {**CONFIG, "max_position_embeddings": 7}, plain
    yield "activation-unknown", 3, "config.activation", "relu6", {**CONFIG, "hidden_act": "relu6"}, plain
    yield "activation-number", 2, "config.value", "a number", {**CONFIG, "hidden_act": 1}, plain
    yield "decoder", 3, "config.decoder", "is_decoder", {**CONFIG, "is_decoder": True}, plain
    yield "relative-positions", 3, "config.relative-positions", "relative_key", {
        **CONFIG, "position_embedding_type": "relative_key"}, plain
    for kind in ("mpnet", "roberta-prelayernorm", "xlm-roberta-xl", "deberta-v2"):
        yield f"type-{kind}", 3, "model.unsupported", kind, {**CONFIG, "model_type": kind}, plain
    yield "type-unknown", 3, "model.unknown", "a type of the future", {**CONFIG, "model_type": "roberta-9"}, plain
    yield "type-missing", 2, "config.value", "no model_type, no class, no prefix", {
        key: value for key, value in CONFIG.items() if key not in ("model_type", "architectures")}, plain
    yield "left-over", 2, "model.tensors", "a tensor of no row", CONFIG, weights({**tensors(), "adapter.weight": (4, 4)})
    missing = {name: shape for name, shape in tensors().items() if not name.endswith("output.dense.bias")}
    yield "missing", 2, "model.tensors", "two tensors are missing", CONFIG, weights(missing)
    yield "misshapen", 2, "model.tensors", "a table of another width", CONFIG, weights(
        {**tensors(), "embeddings.word_embeddings.weight": (4, 6)})
    name = "encoder.layer.0.output.dense.weight"
    yield "integer-weights", 2, "model.tensors", "I32", CONFIG, weights(tensors(), types={name: "I32"})
    yield "boolean-weights", 2, "model.tensors", "BOOL", CONFIG, weights(tensors(), types={name: "BOOL"})
    yield "two-models", 2, "model.ambiguous", "student and teacher", CONFIG, weights(
        {**{f"student.{name}": shape for name, shape in tensors().items()},
         **{f"teacher.{name}": shape for name, shape in tensors().items()}})
    yield "no-tensors", 2, "model.tensors", "an empty file", CONFIG, file("{}")
    for stem, value in (("nan", b"\0\0\xc0\x7f"), ("infinity", b"\0\0\x80\xff")):
        yield f"weights-{stem}", 2, "weights.nonfinite", "one element", CONFIG, weights(
            tensors(), values={name: bytes(20) + value + bytes(40)})
    window = {**CONFIG, "model_type": "longformer", "architectures": ["LongformerModel"]}
    long = next(data for stem, _, data in model_valid() if stem == "longformer")
    for stem, value in (("odd", [3]), ("zero", [0]), ("negative", [-2]), ("text", ["2"]), ("fraction", [2.0]),
                        ("too-many", [2, 2]), ("none", []), ("object", {"0": 2})):
        yield f"window-{stem}", 2, "config.value", f"attention_window {value!r}", {**window, "attention_window": value}, long
    yield "dilation-zero", 2, "config.value", "attention_dilation 0", {
        **window, "attention_window": [2], "attention_dilation": [0]}, long
    texts = [("config-duplicate-key", "json.duplicate-key", '{"model_type":"roberta","model\\u005ftype":"bert"}'),
             ("config-byte-order-mark", "json.encoding", "\ufeff{}"), ("config-array", "checkpoint.configuration", "[]"),
             ("config-cut", "json.syntax", '{"model_type":'), ("config-empty", "json.syntax", ""),
             ("config-nan", "json.syntax", '{"layer_norm_eps":NaN}'),
             ("config-lfs-pointer", "checkpoint.git-lfs-pointer", LFS.decode())]
    for stem, code, text in texts:
        yield stem, 2, code, "the configuration's text", text, plain


# --- dictionary -----------------------------------------------------------------------------------

def dictionary(count, ending="\n"):
    """A fairseq dictionary of so many lines. The model that it is compared with has 23 rows (`flavours/fairseq-args`)."""
    return "".join(f"w{number} {100 - number}{ending}" for number in range(count)).encode()


def dictionary_valid():
    yield "with-mask", dictionary(18)
    yield "without-mask", dictionary(19)
    yield "overwritten", dictionary(17) + b"w0 1 #fairseq:overwrite\n"
    yield "carriage-returns", dictionary(18, "\r\n")
    yield "no-last-line-end", dictionary(18)[:-1]


def dictionary_invalid():
    yield "too-short", 2, "fairseq.vocabulary", "another model's dictionary", dictionary(17)
    yield "too-long", 2, "fairseq.vocabulary", "another model's dictionary", dictionary(20)
    yield "empty", 2, "fairseq.vocabulary", "no line at all", b""
    yield "cut", 2, "fairseq.dictionary", "cut in its last line", dictionary(18)[:-4]
    yield "token-twice", 2, "fairseq.dictionary", "a token twice", dictionary(17) + b"w0 1\n"
    yield "special-token", 2, "fairseq.dictionary", "a token that comes before the file's", dictionary(17) + b"<pad> 1\n"
    yield "empty-line", 2, "fairseq.dictionary", "an empty line", dictionary(17) + b"\n"
    yield "not-utf-8", 2, "fairseq.dictionary", "FF in a token", dictionary(17) + b"\xff 1\n"


# --- writing -------------------------------------------------------------------------------------

def write_files(root, ending, valid, invalid):
    for name, data in valid:
        (root / "valid" / f"{name}{ending}").write_bytes(data)
    expected = {}
    for name, code, error, why, data in invalid:
        (root / "invalid" / f"{name}{ending}").write_bytes(data)
        expected[f"{name}{ending}"] = {"exit": code, "code": error, "why": why}
    return expected


def write_index(folder, text, parts, links):
    folder.mkdir()
    (folder / "model.safetensors.index.json").write_text(text)
    for name, data in parts.items():
        (folder / name).write_bytes(data)
    for name, target in links.items():
        os.symlink(target, folder / name)


def write_model(folder, config, data):
    folder.mkdir()
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config, indent=1) + "\n")
    (folder / "model.safetensors").write_bytes(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="default: the folder of this script")
    out = parser.parse_args().out
    for kind in ("safetensors", "zip", "index", "model", "dictionary"):
        root = out / kind
        shutil.rmtree(root, ignore_errors=True)
        for part in ("valid", "invalid"):
            (root / part).mkdir(parents=True)
        expected = {}
        if kind == "safetensors":
            expected = write_files(root, ".safetensors", safetensors_valid(), safetensors_invalid())
        elif kind == "zip":
            expected = write_files(root, ".pt", zip_valid(), zip_invalid())
        elif kind == "dictionary":
            expected = write_files(root, ".txt", dictionary_valid(), dictionary_invalid())
        elif kind == "index":
            for name, *rest in index_valid():
                write_index(root / "valid" / name, *rest)
            for name, code, error, why, *rest in index_invalid():
                write_index(root / "invalid" / name, *rest)
                expected[name] = {"exit": code, "code": error, "why": why}
        else:
            for name, config, data in model_valid():
                write_model(root / "valid" / name, config, data)
            for name, code, error, why, config, data in model_invalid():
                write_model(root / "invalid" / name, config, data)
                expected[name] = {"exit": code, "code": error, "why": why}
        answers.write(root / "invalid", kind, expected)
        print(kind, len(expected))
    return 0


if __name__ == "__main__":
    sys.exit(main())
