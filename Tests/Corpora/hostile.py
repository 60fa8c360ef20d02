"""Assemble PyTorch checkpoints by hand, right ones and wrong ones, opcode by opcode.

The right one is a state dict of one float32 tensor, `weight` [2, 3] = 0…5. Each wrong one is the same but for
one change.
"""

import io
import struct
import tarfile
import warnings
import zipfile

MAGIC = 0x1950A86A20F9469CFC6C
VALUES = struct.pack("<6f", *range(6))
PROTO, STOP, MARK, TUPLE, TUPLE2, REDUCE, EMPTY_TUPLE = b"\x80", b".", b"(", b"t", b"\x86", b"R", b")"
EMPTY_DICT, EMPTY_LIST, SETITEM, SETITEMS, APPEND, NEWFALSE, PERSID = b"}", b"]", b"s", b"u", b"a", b"\x89", b"Q"


# --- opcodes -------------------------------------------------------------------------------------

def text(value):
    data = value.encode() if isinstance(value, str) else value
    return b"X" + struct.pack("<I", len(data)) + data  # BINUNICODE


def whole(value):
    """The shortest opcode an integer has."""
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -(1 << 31) <= value < 1 << 31:
        return b"J" + struct.pack("<i", value)
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data  # LONG1


def global_name(module, name):
    return f"c{module}\n{name}\n".encode()


def call(module, name, *arguments):
    return global_name(module, name) + MARK + b"".join(arguments) + TUPLE + REDUCE


def storage(key="0", count=6, kind="FloatStorage", tag="storage", legacy=False):
    """The persistent id of a storage; legacy files add a sixth field."""
    parts = text(tag) + global_name("torch", kind) + text(key) + text("cpu") + whole(count)
    return MARK + parts + (b"N" if legacy else b"") + TUPLE + PERSID


def tensor(source=None, offset=0, sizes=(2, 3), strides=(3, 1)):
    return call("torch._utils", "_rebuild_tensor_v2", source or storage(), whole(offset),
                MARK + b"".join(map(whole, sizes)) + TUPLE, MARK + b"".join(map(whole, strides)) + TUPLE, NEWFALSE,
                global_name("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE)


def pickle(value, protocol=2):
    return PROTO + bytes([protocol]) + value + STOP


def state(value=None, name="weight", protocol=2):
    """The pickle of {name: value}."""
    value = tensor() if value is None else value
    return pickle(EMPTY_DICT + (name if isinstance(name, bytes) else text(name)) + value + SETITEM, protocol)


def beside(value, protocol=2, legacy=False):
    """The pickle of a right tensor and, beside it, {"weight": value}: so the dictionary is found, and looked through."""
    right = text("right") + tensor(storage(legacy=legacy)) + SETITEM
    return pickle(EMPTY_DICT + right + text("weight") + value + SETITEM, protocol)


# --- files ---------------------------------------------------------------------------------------

def zip_checkpoint(data=None, values=VALUES, byteorder=b"little", extra=()):
    members = [("data.pkl", state() if data is None else data), ("byteorder", byteorder), ("data/0", values),
               ("version", b"3\n"), *extra]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            if content is not None:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", UserWarning)  # one of them has two members of one name
                    archive.writestr(zipfile.ZipInfo("archive/" + name), content)
    return out.getvalue()


def legacy_checkpoint(data=None, magic=MAGIC, keys=("0",), storages=((6, VALUES),), tail=b""):
    system = (EMPTY_DICT + MARK + text("protocol_version") + whole(1001) + text("little_endian") + b"\x88"
              + text("type_sizes") + EMPTY_DICT + SETITEMS)
    out = pickle(whole(magic)) + pickle(whole(1001)) + pickle(system)
    out += state(tensor(storage(legacy=True))) if data is None else data
    out += pickle(EMPTY_LIST + b"".join(text(key) + APPEND for key in keys))
    return out + b"".join(struct.pack("<q", count) + values for count, values in storages) + tail


def tar_checkpoint():
    """The form of 2016: a tar archive with one file for each kind of object."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in ("sys_info", "pickle", "tensors", "storages"):
            content = pickle(whole(0))
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def doubling(times):
    """A list of two of a list of two of … by the memo: few bytes, 2^times leaves."""
    return EMPTY_LIST + b"".join(b"q" + bytes([i]) + b"0" + EMPTY_LIST + (b"h" + bytes([i]) + APPEND) * 2
                                 for i in range(times))


# --- what is wrong with each ---------------------------------------------------------------------

HARMLESS = text("echo called")


def useless():
    """A right tensor beside values that no reader may walk without a bound: deep, shared, and in themselves."""
    values = {"nested": EMPTY_TUPLE + b"\x85" * 3000, "lists": EMPTY_LIST * 3000 + APPEND * 2999,
              "doubling": doubling(200), "itself": EMPTY_LIST + b"2" + APPEND}
    entries = b"".join(text(key) + value + SETITEM for key, value in {"weight": tensor(), **values}.items())
    return zip_checkpoint(pickle(EMPTY_DICT + entries))


def zip_mutations():
    """(stem, exit code, why, the pickle) of those that are wrong in `data.pkl` alone."""
    yield "reduce-os-system", 2, "a call of os.system in the state dict", beside(call("os", "system", HARMLESS))
    yield ("reduce-os-system-protocol-4", 2, "the same through STACK_GLOBAL",
           beside(text("posix") + text("system") + b"\x93" + HARMLESS + b"\x85" + REDUCE, protocol=4))
    yield "inst-eval", 2, "eval by the opcode INST", beside(MARK + HARMLESS + b"ibuiltins\neval\n")
    yield "obj-getattr", 2, "a class called by the opcode OBJ", beside(MARK + global_name("builtins", "getattr") + b"o")
    yield ("newobj-os-system", 2, "a class made by the opcode NEWOBJ",
           beside(global_name("os", "system") + HARMLESS + b"\x85\x81"))
    yield ("newobj-ex-os-system", 2, "the same by NEWOBJ_EX",
           beside(global_name("os", "system") + HARMLESS + b"\x85" + EMPTY_DICT + b"\x92", protocol=4))
    yield "sparse-tensor", 3, "a sparse tensor", state(call("torch._utils", "_rebuild_sparse_tensor", whole(0), EMPTY_TUPLE))
    yield "quantised-tensor", 3, "a quantised tensor", state(call("torch._utils", "_rebuild_qtensor", storage(), whole(0)))
    yield "list-in-itself", 2, "a list that contains itself by DUP", state(EMPTY_LIST + b"2" + APPEND)
    yield "nested-tuples", 2, "9000 tuples in tuples", state(EMPTY_TUPLE + b"\x85" * 9000)
    yield "unknown-global", 2, "an unknown global in the state dict", beside(call("my.module", "Thing", whole(1)))
    yield "bare-global", 2, "a global where a tensor belongs", beside(global_name("builtins", "print"))
    yield ("build-on-tensor-with-global", 2, "BUILD gives a tensor a state with an unknown global",
           state(tensor() + EMPTY_DICT + text("hook") + global_name("os", "system") + SETITEM + b"b"))
    yield "extension-registry", 2, "the opcode EXT1", state(b"\x82\x01")
    yield "not-a-tensor", 2, "a number in the state dict", state(whole(5))
    yield "unknown-opcode", 2, "the byte FF is no opcode", pickle(b"\xff")
    yield "memo-missing", 2, "memo entry 77 was never stored", state(b"h\x4d")
    yield "stack-underflow", 2, "REDUCE on an empty stack", pickle(REDUCE)
    yield "mark-missing", 2, "TUPLE without a MARK", pickle(whole(1) + TUPLE)
    yield "stop-on-empty-stack", 2, "STOP without a value", pickle(b"")
    yield "odd-setitems", 2, "SETITEMS with a key and no value", pickle(EMPTY_DICT + MARK + text("a") + SETITEMS)
    yield "setitem-on-number", 2, "SETITEM without a dictionary", pickle(whole(1) + text("a") + whole(2) + SETITEM)
    yield "huge-text", 2, "a text of 2^62 bytes", state(name=b"\x8d" + struct.pack("<Q", 1 << 62))
    yield "huge-bytes", 2, "a byte string of 2^64 - 1 bytes", state(b"\x8e" + struct.pack("<Q", (1 << 64) - 1))
    yield "huge-integer", 2, "an integer of 2^31 - 1 bytes", state(b"\x8b" + struct.pack("<i", (1 << 31) - 1))
    yield "negative-length", 2, "an integer of -1 bytes", state(b"\x8b" + struct.pack("<i", -1))
    yield "frame-past-end", 2, "a frame longer than the file", (
        b"\x80\x04\x95" + struct.pack("<Q", 1 << 40) + state(protocol=4)[2:])
    yield "bytes-after-stop", 2, "bytes after STOP", state() + b"\x00\x00"
    yield "stop-missing", 2, "the pickle ends before STOP", state()[:-1]
    yield "pickle-empty", 2, "an empty pickle", b""
    yield "protocol-six", 3, "pickle protocol 6", state(protocol=6)
    yield "name-not-utf8", 2, "a name that is not UTF-8", state(name=b"X\x02\x00\x00\x00\xff\xfe")
    yield "name-is-number", 2, "a number for a tensor's name", state(name=whole(3))
    yield "deep-nesting", 2, "9000 nested lists", state(EMPTY_LIST * 9000 + APPEND * 8999)
    yield "doubling-lists", 2, "2^200 leaves by way of the memo", state(doubling(200))
    yield "contains-itself", 2, "a state dict that contains itself", (
        pickle(EMPTY_DICT + b"q\x00" + text("right") + tensor() + SETITEM + text("weight") + b"h\x00" + SETITEM))
    yield "view-past-storage", 2, "a view of 9 elements on a storage of 6", state(tensor(sizes=(3, 3)))
    yield "stride-past-storage", 2, "strides that leave the storage", state(tensor(strides=(5, 1)))
    yield "offset-past-storage", 2, "an offset that leaves the storage", state(tensor(offset=1))
    yield "offset-negative", 2, "a negative offset", state(tensor(offset=-1))
    yield "stride-negative", 2, "a negative stride", state(tensor(offset=5, strides=(-3, -1)))
    yield "size-negative", 2, "a negative size", state(tensor(sizes=(-2, 3)))
    yield "size-overflows", 2, "2^62 times 2^62 elements", state(tensor(sizes=(1 << 62, 1 << 62), strides=(0, 0)))
    yield "size-beyond-64-bits", 2, "a size of 2^70", state(tensor(sizes=(1 << 70, 1), strides=(0, 0)))
    yield "broadcast-bomb", 2, "2^50 elements from one", state(tensor(sizes=(1 << 25, 1 << 25), strides=(0, 0)))
    yield "rank-differs", 2, "two sizes and one stride", state(tensor(strides=(1,)))
    yield "persistent-id-not-storage", 2, "a persistent id of another kind", state(tensor(storage(tag="module")))
    yield ("persistent-id-short", 2, "a persistent id of one field",
           state(tensor(MARK + text("storage") + TUPLE + PERSID)))
    yield "storage-type-unknown", 2, "an unknown storage class", state(tensor(storage(kind="SecretStorage")))
    yield "storage-key-outside", 2, "a storage key that climbs out", state(tensor(storage(key="../../etc/passwd")))
    yield "storage-missing", 2, "a storage the archive does not hold", state(tensor(storage(key="7")))
    yield "storage-count-huge", 2, "a storage of 2^61 elements", state(tensor(storage(count=1 << 61)))


def mutations():
    """(file name, exit code, why, bytes) of every invalid file; `answers.json` has the error itself."""
    for stem, code, why, data in zip_mutations():
        yield f"{stem}.pt", code, why, zip_checkpoint(data)
    whole_file = zip_checkpoint()
    yield "storage-truncated.pt", 2, "a storage shorter than its count", zip_checkpoint(values=VALUES[:-1])
    yield "storage-too-long.pt", 2, "a storage longer than its count", zip_checkpoint(values=VALUES + b"\x00" * 4)
    yield "big-endian.pt", 3, "big-endian data", zip_checkpoint(byteorder=b"big")
    yield "byteorder-unknown.pt", 2, "a byte order that is neither", zip_checkpoint(byteorder=b"middle")
    yield "pickle-twice.pt", 2, "two members of one name", zip_checkpoint(extra=[("data.pkl", state())])
    yield "archive-truncated.pt", 2, "the archive ends early", whole_file[: len(whole_file) // 2]
    yield "not-a-checkpoint.pt", 2, "neither zip nor pickle", b"<!DOCTYPE html>\n<html>not found</html>\n"
    yield "empty-file.pt", 2, "an empty file", b""

    legacy = legacy_checkpoint()
    outside = state(tensor(storage(legacy=True), sizes=(3, 3)))
    yield "legacy-wrong-magic.pt", 2, "another magic number", legacy_checkpoint(magic=MAGIC + 1)
    yield "legacy-storage-truncated.pt", 2, "the last storage ends early", legacy[:-1]
    yield "legacy-bytes-after-end.pt", 2, "bytes after the last storage", legacy_checkpoint(tail=b"\x00")
    yield "legacy-count-differs.pt", 2, "a storage's own count differs from its persistent id's", (
        legacy_checkpoint(storages=((5, VALUES[:-4]),)))
    yield "legacy-count-negative.pt", 2, "a negative count", legacy_checkpoint(storages=((-1, VALUES),))
    yield "legacy-count-huge.pt", 2, "a count of 2^62", legacy_checkpoint(storages=((1 << 62, VALUES),))
    yield "legacy-key-missing.pt", 2, "a storage that is not in the list of keys", (
        legacy_checkpoint(keys=(), storages=()))
    yield "legacy-key-twice.pt", 2, "a storage listed twice", (
        legacy_checkpoint(keys=("0", "0"), storages=((6, VALUES),) * 2))
    yield "legacy-view-past-storage.pt", 2, "a view of 9 elements on a storage of 6", legacy_checkpoint(outside)
    yield "legacy-reduce-os-system.pt", 2, "a call of os.system in the state dict", (
        legacy_checkpoint(beside(call("os", "system", HARMLESS), legacy=True)))
    yield "legacy-tar.pt", 3, "the tar form of 2016", tar_checkpoint()
