#!/usr/bin/env python3
"""Prove that a converted checkpoint and stock Hugging Face agree.

    python interop.py --model FOLDER
        Load a Hugging Face folder through the class its config's `architectures` names. No weight may be
        missing, unexpected or of another shape, and a tied decoder must be tied.

    python interop.py --model FOLDER --case CASE_DIR
        Also run a golden case's inputs through it in float32; every expected output must agree to 5e-5.

    python interop.py --models PARENT --cases GOLDEN
        The same for every case of GOLDEN whose name is a folder of PARENT.

    python interop.py --model FOLDER --make-case DIR --length N [--global G] [--source CHECKPOINT] [--windows W …]
        Also write a golden case whose expected outputs are those of the folder, run by stock Hugging Face in
        float64 on random ids. With --source the case says: convert that RoBERTa with these windows and positions,
        and it will compute this; without it the case's model is the folder itself.

Exit codes: 0 agreement, 1 disagreement, 2 stock Hugging Face cannot run this configuration.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import shlex
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import huggingface
from generate import versions
from sources import write_json

AGREEMENT = 5e-5
TOLERANCE = {"atol": 5e-5, "rtol": 2e-5}


def read_config(folder):
    return json.loads((folder / "config.json").read_text(encoding="utf-8"))


def expects_attentions(case_folder):
    """Whether a case expects attention probabilities, which only eager attention hands out."""
    record = json.loads((case_folder / "case.json").read_text(encoding="utf-8"))
    with safe_open(case_folder / record["expected"], framework="np") as expected:
        return any(name.startswith("attentions.") for name in expected.keys())


def compare(model, case_folder):
    """Print the largest error of every expected output → whether all are within AGREEMENT."""
    record = json.loads((case_folder / "case.json").read_text(encoding="utf-8"))
    expected = load_file(case_folder / record["expected"])
    got = huggingface.run(model, load_file(case_folder / record["inputs"]), expects_attentions(case_folder))
    agreed = True
    for name, truth in sorted(expected.items()):
        if name not in got:
            verdict = "missing"
        elif got[name].shape != truth.shape:
            verdict = f"shape {list(got[name].shape)}, expected {list(truth.shape)}"
        else:
            error = np.abs(got[name].astype(np.float64) - truth).max()
            verdict = f"{error:.2e}"
            if error <= AGREEMENT:  # false for NaN too
                print(f"  agrees   {name}: {verdict}")
                continue
        print(f"  DIFFERS  {name}: {verdict}")
        agreed = False
    return agreed


def random_inputs(config, batch, length, count, seed):
    """int64 [B, S]: special tokens at the two ends only; `count` global tokens a row, the first included."""
    rng = np.random.Generator(np.random.PCG64(seed))
    special = [config.get(name, default) for name, default in
               (("pad_token_id", 1), ("bos_token_id", 0), ("eos_token_id", 2), ("sep_token_id", 2))]
    ordinary = np.setdiff1d(np.arange(config["vocab_size"]), [token for token in special if token is not None])
    ids = ordinary[rng.integers(0, len(ordinary), (batch, length))].astype(np.int64)
    ids[:, 0], ids[:, -1] = special[1], special[2]
    is_global = np.zeros_like(ids)
    for row in is_global[:, : length if count else 0]:
        row[0] = 1
        row[1 + rng.permutation(length - 1)[: count - 1]] = 1
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "global_attention_mask": is_global}


def model_path(path, case_folder):
    """How `case.json` names a checkpoint: absolute as given, or relative to the case."""
    return path.as_posix() if path.is_absolute() else pathlib.Path(os.path.relpath(path, case_folder)).as_posix()


def make_case(arguments, config, model):
    """Write the case folder `--make-case` asks for."""
    folder = arguments.make_case
    inputs = random_inputs(config, arguments.batch, arguments.length, arguments.globals, arguments.seed)
    outputs = huggingface.run(model.double(), inputs)
    if arguments.outputs:
        outputs = {name: value for name, value in outputs.items() if name in arguments.outputs}
    if arguments.single:
        outputs = {name: value.astype(np.float32) for name, value in outputs.items()}

    record = {"name": folder.name, "model": model_path(arguments.source or arguments.model, folder)}
    if arguments.source:
        windows = arguments.windows or config["attention_window"]
        windows = windows[0] if isinstance(windows, list) and len(set(windows)) == 1 else windows
        positions = arguments.max_positions or config["max_position_embeddings"] - config["pad_token_id"] - 1
        record["convert"] = {"attention_window": windows, "max_positions": positions}
    weights = sorted(arguments.model.glob("*.safetensors"))
    record |= {
        "inputs": "inputs.safetensors", "expected": "expected.safetensors", "tolerance": TOLERANCE,
        "ignore_padding": False,
        "provenance": {
            "command": shlex.join(["python", "Golden/tools/interop.py", *sys.argv[1:]]),
            "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
            "seed": arguments.seed, "versions": versions(),
            "truth": f"stock transformers.{type(model).__name__} in float64",
            "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in weights},
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(inputs, folder / "inputs.safetensors")
    save_file(outputs, folder / "expected.safetensors")
    write_json(folder / "case.json", record)
    print(f"wrote {folder}: {', '.join(sorted(outputs))}")


def check(folder, case_folder, arguments):
    """Load a folder, run a case through it if there is one, write one if asked to → exit code."""
    config = read_config(folder)
    try:
        eager = case_folder is not None and expects_attentions(case_folder)
        model = huggingface.load(folder, **({"attn_implementation": "eager"} if eager else {}))
        auto = huggingface.load_auto(folder, model)
    except (AssertionError, RuntimeError) as problem:
        print(problem)
        return 1
    print(f"{folder.name}: {type(model).__name__} and {auto}: nothing missing, unexpected or mismatched")
    reason = huggingface.refusal(config)
    pattern = case_folder and json.loads((case_folder / "case.json").read_text(encoding="utf-8")).get("attention")
    if pattern:  # the case is about another attention than the class's own
        reason = f"the attention {pattern}"
    if reason and (case_folder or arguments.make_case):
        print(f"  skipped  stock transformers cannot compute {reason}")
        return 2
    agreed = compare(model, case_folder) if case_folder else True
    if arguments.make_case:
        make_case(arguments, config, model)
    return 0 if agreed else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, metavar="FOLDER", help="a Hugging Face folder")
    parser.add_argument("--case", type=pathlib.Path, metavar="CASE_DIR", help="a golden case to run through it")
    parser.add_argument("--models", type=pathlib.Path, metavar="PARENT", help="a folder of Hugging Face folders")
    parser.add_argument("--cases", type=pathlib.Path, metavar="GOLDEN", help="the golden cases of the same names")
    making = parser.add_argument_group("writing a case")
    making.add_argument("--make-case", type=pathlib.Path, metavar="DIR", help="the case folder to write")
    making.add_argument("--length", type=int, metavar="N", help="tokens in a row")
    making.add_argument("--global", dest="globals", type=int, default=0, metavar="G",
                        help="global tokens in a row, the first among them (default 0)")
    making.add_argument("--batch", type=int, default=1, metavar="B", help="rows (default 1)")
    making.add_argument("--seed", type=int, default=0, help="of the random ids (default 0)")
    making.add_argument("--source", type=pathlib.Path, metavar="CHECKPOINT",
                        help="the RoBERTa to convert first; an absolute path is kept, a relative one is rewritten")
    making.add_argument("--windows", type=int, nargs="+", metavar="W",
                        help="attention windows of the conversion (default: those of FOLDER's config)")
    making.add_argument("--max-positions", type=int, metavar="N", help="likewise its longest input")
    making.add_argument("--outputs", nargs="+", metavar="NAME", help="keep these outputs only (default: all)")
    making.add_argument("--single", action="store_true", help="store the float64 outputs rounded to float32")
    arguments = parser.parse_args()
    if bool(arguments.models) != bool(arguments.cases) or bool(arguments.model) == bool(arguments.models):
        parser.error("give --model, or --models with --cases")
    if arguments.models:
        folders = sorted(path for path in arguments.models.iterdir() if (arguments.cases / path.name).is_dir())
        codes = [check(folder, arguments.cases / folder.name, arguments) for folder in folders]
        skipped, differing = codes.count(2), codes.count(1)
        print(f"{codes.count(0)} agree, {differing} differ, {skipped} that stock classes cannot run")
        return 1 if differing or not codes else 0
    if arguments.make_case and not arguments.length:
        parser.error("--make-case needs --length")
    if arguments.make_case and not 0 <= arguments.globals <= arguments.length:
        parser.error("--global must lie between 0 and --length")
    return check(arguments.model, arguments.case, arguments)


if __name__ == "__main__":
    sys.exit(main())
