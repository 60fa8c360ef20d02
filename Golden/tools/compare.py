"""Tell two copies of a golden case apart: what is random in a file's bytes is not a difference, all else is."""

import argparse
import hashlib
import json

import numpy as np
import torch
from safetensors.numpy import load_file

EXPECTED_LIMIT = 1e-11  # another machine's float64 sums may round differently
PICKLES = (".bin", ".pt")  # PyTorch writes addresses into them


def only_in_one(committed, new, prefix=""):
    return [f"{prefix}{name}: only in the committed copy" for name in sorted(committed - new)] + \
           [f"{prefix}{name}: only in a new copy" for name in sorted(new - committed)]


def compare_arrays(name, left, right, limit=None):
    """Differences of two dictionaries of arrays: bit for bit, or up to `limit`."""
    problems = only_in_one(left.keys(), right.keys(), f"{name}: ")
    for key in sorted(left.keys() & right.keys()):
        a, b = left[key], right[key]
        if (a.dtype, a.shape) != (b.dtype, b.shape):
            problems.append(f"{name}: {key} is {a.dtype}{list(a.shape)}, should be {b.dtype}{list(b.shape)}")
        elif limit is None:
            if a.tobytes() != b.tobytes():
                problems.append(f"{name}: {key} has other bytes")
        elif not np.abs(a - b).max() <= limit:
            problems.append(f"{name}: {key} is off by {np.abs(a - b).max():g}")
    return problems


def flatten(value, path=""):
    """A loaded checkpoint as {path: array or repr}, so that two can be compared whatever their nesting."""
    if isinstance(value, torch.Tensor):
        return {path: value.numpy()}
    if hasattr(value, "__dict__") and not isinstance(value, dict):
        value = vars(value)
    if isinstance(value, (list, tuple)):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        return {key: leaf for name, inner in value.items() for key, leaf in flatten(inner, f"{path}/{name}").items()}
    return {path: np.array(repr(value))}


def load_pickle(path):
    with torch.serialization.safe_globals([argparse.Namespace]):
        return flatten(torch.load(path, weights_only=True))


def without_measurements(record):
    """`case.json` without what may differ between two honest runs, and without the bits of lfconv's own outputs."""
    record = json.loads(json.dumps(record))
    record.pop("bits", None)
    provenance = record.get("provenance", {})
    for name in ("date", "measured"):
        provenance.pop(name, None)
    provenance.get("versions", {}).pop("python", None)
    provenance["sha256"] = {name: digest for name, digest in provenance.get("sha256", {}).items()
                            if not name.endswith(PICKLES)}
    return record


def compare_cases(committed, new):
    """Every difference between two case folders, as a list of sentences."""
    if not (committed / "case.json").exists():
        return ["the committed copy is missing"]
    listing = [{path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
               for folder in (committed, new)]
    problems = only_in_one(*listing)

    records = [json.loads((folder / "case.json").read_text(encoding="utf-8")) for folder in (committed, new)]
    left, right = map(without_measurements, records)
    for key in sorted(left.keys() | right.keys()):
        if left.get(key) != right.get(key):
            problems.append(f"case.json: {key} is {left.get(key)!r}, should be {right.get(key)!r}")
    for name, digest in records[0].get("provenance", {}).get("sha256", {}).items():
        if name in listing[0] and hashlib.sha256((committed / name).read_bytes()).hexdigest() != digest:
            problems.append(f"{name}: not the file whose SHA-256 case.json records")

    for name in sorted(listing[0] & listing[1] - {"case.json"}):
        pair = committed / name, new / name
        if name.endswith(".safetensors"):
            limit = EXPECTED_LIMIT if name == "expected.safetensors" else None
            problems += compare_arrays(name, *map(load_file, pair), limit=limit)
        elif name.endswith(PICKLES):
            problems += compare_arrays(name, *map(load_pickle, pair))
        elif pair[0].read_bytes() != pair[1].read_bytes():
            problems.append(f"{name}: other bytes")
    return problems
