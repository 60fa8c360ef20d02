#!/usr/bin/env python3
"""Read the corpora with the readers that others use, and compare what they say with lfconv.

Every safetensors file of Tests/Corpora, valid and invalid, goes through Python's safetensors, and every
PyTorch file through torch.load(weights_only=True). Where one reads a file that the other refuses, or
where both read other tensors, the file must stand in a table of Specs/readers.md with the reason; a
line there without such a disagreement is an error too.

    python Golden/tools/peers.py LFCONV [--list]
"""

import argparse
import json
import multiprocessing
import pathlib
import re
import resource
import subprocess
import sys
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPORA = ROOT / "Tests/Corpora"
TABLE = ROOT / "Specs/readers.md"
TYPES = {"float32": "F32", "float64": "F64", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32",
         "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL", "uint16": "U16", "uint32": "U32", "uint64": "U64"}


def described(tensors):
    """Name, type and shape of each, in the words of lfconv."""
    return sorted([name, TYPES.get(str(t.dtype).removeprefix("torch."), str(t.dtype)), list(t.shape)] for name, t in tensors.items())


def read_safetensors(path):
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        return described({name: file.get_tensor(name) for name in file.keys()})


def read_pytorch(path):
    import torch

    value = torch.load(path, map_location="cpu", weights_only=True)
    # The state dictionary among whatever a training program put beside it.
    for key in ("state_dict", "model", "module"):
        if isinstance(value, dict) and isinstance(value.get(key), dict):
            value = value[key]
    tensors = {name: t for name, t in value.items() if isinstance(t, torch.Tensor)}
    if not tensors:
        raise ValueError("no tensors")
    return described(tensors)


def child(reader, path, answer):
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))  # some of these files ask for more than there is
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    warnings.simplefilter("ignore")
    try:
        answer.put(("read", reader(str(path))))
    except BaseException as error:  # what a reader throws for a broken file is no matter here
        answer.put(("refused", f"{type(error).__name__}: {str(error).splitlines()[0][:100] if str(error) else ''}"))


def peer(path):
    """What the peer makes of a file, in a process of its own: it may crash."""
    reader = read_safetensors if path.suffix == ".safetensors" else read_pytorch
    answer = multiprocessing.Queue()
    process = multiprocessing.Process(target=child, args=(reader, path, answer))
    process.start()
    try:
        result = answer.get(timeout=90)
    except Exception:
        result = ("refused", f"ended with {process.exitcode}")
    process.join(5)
    if process.is_alive():
        process.kill()
    return result


def own(lfconv, path):
    run = subprocess.run([lfconv, "inspect", str(path), "--tensors", "--json"], capture_output=True, timeout=90)
    answer = json.loads(run.stdout)
    if run.returncode == 0:
        # What inspect reads are headers; whoever uses the file reads the weights as well.
        again = subprocess.run([lfconv, "diff", str(path), str(path), "--json"], capture_output=True, timeout=90)
        if again.returncode == 0:
            return "read", sorted([t["name"], t["dtype"], t["shape"]] for t in answer["tensor_list"])
        answer = json.loads(again.stdout)
    return "refused", answer["error"]["code"]


def listed():
    """The disagreements of the table: file → what is said of it."""
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+?) \| ([^|]+?) \|$", TABLE.read_text(), re.M) if TABLE.exists() else []
    return {name: (verdict, why) for name, verdict, why in rows}


def verdict(mine, theirs):
    if mine[0] != theirs[0]:
        return "read here only" if mine[0] == "read" else "read there only"
    return "other tensors" if mine[0] == "read" and mine[1] != theirs[1] else None


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("lfconv")
    options.add_argument("--list", action="store_true", help="print every disagreement")
    options = options.parse_args()
    multiprocessing.set_start_method("fork")
    import safetensors.torch  # once, for all children  # noqa: F401

    files = sorted(
        path for kind in ("safetensors", "pytorch", "zip") for part in ("valid", "invalid")
        for path in (CORPORA / kind / part).glob("*") if path.suffix != ".json"
    )
    table, found = listed(), {}
    for path in files:
        mine, theirs = own(options.lfconv, path), peer(path)
        difference = verdict(mine, theirs)
        if difference:
            name = str(path.relative_to(CORPORA))
            found[name] = difference
            if options.list:
                print(f"{name}\t{difference}\t{mine[1] if mine[0] == 'refused' else 'read'}\t"
                      f"{theirs[1] if theirs[0] == 'refused' else 'read'}")
                if difference == "other tensors":
                    print("   here ", mine[1], "\n   there", theirs[1])
    problems = [f"{name}: {what}, and not in the table" for name, what in found.items() if name not in table]
    problems += [f"{name}: the table says {table[name][0]}, it is {what}" for name, what in found.items()
                 if name in table and table[name][0] != what]
    problems += [f"{name}: in the table, but both agree" for name in table if name not in found]
    print(f"peers: {len(files)} files, {len(found)} disagreements, all explained" if not problems else "\n".join(problems))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
