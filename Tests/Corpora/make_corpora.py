#!/usr/bin/env python3
"""Write the PyTorch checkpoints that the reader's tests use: `pytorch/valid/` and `pytorch/invalid/`.

Valid files come from `torch.save` itself, in every form the reader claims to know. Beside each stands a safetensors
file of the same stem with the same tensors, made contiguous, as the truth.

Invalid files are one hand-assembled checkpoint with one thing wrong in each. `expected.json` tells what the reader must
answer (see answers.py). Nothing in them may ever be called.

Legacy files hold storage addresses, so that their bytes change from run to run; their tensors do not.
"""

import argparse
import collections
import io
import json
import pathlib
import sys
import zipfile

import numpy as np
import torch
from safetensors.torch import save_file

import answers
import hostile

HERE = pathlib.Path(__file__).resolve().parent
SIZE_LIMIT = 20_000
LEGACY = {"_use_new_zipfile_serialization": False}
FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)
UNSIGNED = (torch.uint16, torch.uint32, torch.uint64)


class Unheard:
    """A class no reader knows, as checkpoints of whole training runs have them outside their weights."""

    def __init__(self):
        self.path = pathlib.PurePosixPath("somewhere/else")
        self.steps = [1, 2.5, None]


def element(dtype, shape, seed):
    """Random values over the type's whole range of bit patterns, without NaN (which compares unequal to itself)."""
    rng = np.random.Generator(np.random.PCG64(seed))
    count = int(np.prod(shape, dtype=np.int64))
    if dtype.is_floating_point:
        return torch.from_numpy(rng.uniform(-4.0, 4.0, count)).to(dtype).reshape(shape)
    if dtype == torch.bool:
        return torch.from_numpy(rng.integers(0, 2, count).astype(bool)).reshape(shape)
    kind = np.dtype(str(dtype).removeprefix("torch."))
    limits = np.iinfo(kind)
    return torch.from_numpy(rng.integers(limits.min, limits.max, count, dtype=kind, endpoint=True)).reshape(shape)


def by_type(dtypes):
    return collections.OrderedDict(
        (str(dtype).removeprefix("torch."), element(dtype, (2, 3), seed)) for seed, dtype in enumerate(dtypes))


def views():
    """Tensors that share storages: offsets, transposes, steps, a broadcast, the same tensor under two names."""
    base = element(torch.float32, (60,), 1)
    half = element(torch.bfloat16, (4, 5), 2)
    return {
        "whole": base, "tail": base[37:], "matrix": base[:48].view(6, 8), "transposed": base[:48].view(6, 8).t(),
        "columns": base[:48].view(6, 8)[:, 2:5], "every.third": base[1::3],
        "permuted": base.view(3, 4, 5).permute(2, 0, 1),
        "broadcast": base[5:6].expand(4, 3), "tied": base, "half": half, "half.transposed": half.t(), "one": base[59],
    }


def parameters():
    weight = torch.nn.Parameter(element(torch.float32, (3, 4), 3))
    return collections.OrderedDict(weight=weight, frozen=torch.nn.Parameter(element(torch.float16, (5,), 4), False),
                                   plain=element(torch.float32, (2,), 5), tied=weight)


def empty_and_scalar():
    return {"empty": torch.empty(0), "no.columns": torch.empty(3, 0, dtype=torch.float16),
            "scalar": torch.tensor(2.5), "counter": torch.tensor(-7, dtype=torch.int64),
            "ones": element(torch.float32, (1, 1, 1), 6)}


def module_state():
    """A module's own state dict, an OrderedDict that carries `_metadata` as an attribute."""
    module = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
    state = module.state_dict()
    for seed, (name, value) in enumerate(list(state.items())):
        state[name].copy_(element(value.dtype, value.shape, 20 + seed))
    return state


def training_run():
    """What Lightning writes: the state dict among everything else a run remembers."""
    counts = collections.defaultdict(int, a=1)
    state = collections.OrderedDict((f"model.{name}", value) for name, value in by_type(FLOATS[:2]).items())
    optimizer = {"state": {0: {"exp_avg": element(torch.float32, (7,), 8)}}, "param_groups": [{"lr": 1e-3}]}
    return {
        "epoch": 3, "global_step": 1 << 40, "pytorch-lightning_version": "1.9.5", "state_dict": state,
        "loops": None, "callbacks": {("early", 2): {"best": float("inf")}}, "lr_schedulers": [],
        "optimizer_states": [optimizer],
        "hyper_parameters": {"namespace": argparse.Namespace(seed=1, name="\u00e9\U0001f600"), "counts": counts,
                             "scalar": np.float64(0.5), "array": np.arange(3), "flags": (True, False), "set": {1, 2},
                             "huge": -(1 << 90), "bytes": b"\x00\xff", "dtype": torch.float16, "unheard": Unheard()},
    }


def state_of(checkpoint):
    return checkpoint["state_dict"] if "state_dict" in checkpoint else checkpoint


def without_member(data, unwanted):
    """A zip archive again, its members stored, without those whose path ends in `unwanted`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if not entry.filename.endswith(unwanted):
                new.writestr(zipfile.ZipInfo(entry.filename), old.read(entry))
    return out.getvalue()


def saved(value, **options):
    out = io.BytesIO()
    torch.save(value, out, **options)
    return out.getvalue()


def write_valid(folder):
    def write(name, checkpoint, data=None, **options):
        path = folder / name
        if data is None:
            torch.save(checkpoint, path, **options)
        else:
            path.write_bytes(data)
        truth = {key: value.detach().contiguous().clone() for key, value in state_of(checkpoint).items()}
        save_file(truth, path.with_suffix(".safetensors"))
        loaded = state_of(torch.load(path, weights_only=False))  # ours, written a line above
        loaded = {key: value for key, value in loaded.items() if isinstance(value, torch.Tensor)}
        assert list(loaded) == list(truth) and all(torch.equal(loaded[key], truth[key]) for key in truth), name

    for form, options in (("zip", {}), ("legacy", LEGACY)):
        write(f"{form}-float-types.pt", by_type(FLOATS), **options)
        write(f"{form}-integer-types.pt", by_type(INTEGERS), **options)
        write(f"{form}-views.bin", views(), **options)
        write(f"{form}-parameters.pt", parameters(), **options)
        write(f"{form}-empty-and-scalar.pt", empty_and_scalar(), **options)
        write(f"{form}-module-state.bin", module_state(), **options)
        write(f"{form}-training-run.ckpt", training_run(), **options)
        for protocol in range(2, 6):
            named = {**by_type(FLOATS), "\u00fc.\u4e2d": element(torch.float32, (2,), 9)}
            write(f"{form}-protocol-{protocol}.pt", named, pickle_protocol=protocol, **options)
        for protocol in (4, 5):
            write(f"{form}-nested-protocol-{protocol}.ckpt", training_run(), pickle_protocol=protocol, **options)

    write("zip-unsigned-types.pt", by_type(UNSIGNED))  # by _rebuild_tensor_v3; PyTorch cannot read its own legacy form
    plain = by_type(FLOATS)
    write("zip-root-named-archive.pt", plain, data=saved(plain))
    write("zip-without-byteorder.pt", plain, data=without_member(saved(plain), "byteorder"))
    torch.serialization.set_crc32_options(False)
    write("zip-without-checksums.pt", plain)
    torch.serialization.set_crc32_options(True)
    control = {"weight": torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])}
    write("zip-assembled-by-hand.pt", control, data=hostile.zip_checkpoint())
    write("zip-beside-useless-values.pt", control, data=hostile.useless())
    write("legacy-assembled-by-hand.pt", control, data=hostile.legacy_checkpoint())


def write_invalid(folder):
    expected = {}
    for name, code, why, data in hostile.mutations():
        (folder / name).write_bytes(data)
        expected[name] = {"exit": code, "why": why}
    answers.write(folder, "pytorch", expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="default: the folder of this script")
    root = parser.parse_args().out / "pytorch"
    for name, write in (("valid", write_valid), ("invalid", write_invalid)):
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        write(folder)
        sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
        large = [name for name, size in sizes.items() if size >= SIZE_LIMIT]
        if large:
            raise SystemExit(f"{SIZE_LIMIT} bytes or more: {', '.join(large)}")
        print(f"{folder}: {len(sizes)} files, {sum(sizes.values())} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
