#!/usr/bin/env python3
"""Compare the rounding errors of lfconv and of PyTorch, both in float32, on random models.

    python Golden/tools/accuracy.py path/to/lfconv [--rounds N] [--scale K]

The truth is the float64 dense reference. Printed is the distribution, over all outputs of all models, of lfconv's
error divided by PyTorch's (root mean square each): below 1 lfconv is nearer to the truth. Models are those of
selfcheck.py, with sizes multiplied by `--scale`, so that sums are long enough to be cut into pieces.
"""

import argparse
import dataclasses
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import load_file, save_file

import huggingface
from dense_reference import DenseReference
from models import generator, make_config, make_inputs, make_tensors
from selfcheck import keep_three_separators, random_case
from sources import write_safetensors_folder


def deviation(got, truth):
    return float(np.sqrt(np.mean((got.astype(np.float64) - truth) ** 2)))


def errors_of(index, lfconv, scale):
    """One random model → {output: (lfconv's error, PyTorch's error)}."""
    rng = generator(f"accuracy {index}")
    case = random_case(index, rng)
    case = dataclasses.replace(case, hidden=case.hidden * scale, intermediate=case.intermediate * scale,
                               activation="gelu" if case.activation == "silu" else case.activation)
    config = make_config(case)
    tensors = make_tensors(case, config, rng)
    inputs = make_inputs(case, config, rng)
    if case.separators:
        keep_three_separators(case, inputs)
    truth = DenseReference(config, tensors).run(inputs)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        (scratch / "model").mkdir()
        write_safetensors_folder(scratch / "model", config, tensors)
        model = huggingface.load(scratch / "model", attn_implementation="eager")
        theirs = huggingface.run(model, inputs)
        save_file({name: np.ascontiguousarray(value) for name, value in inputs.items()}, scratch / "inputs.safetensors")
        subprocess.run([lfconv, "golden", "record", scratch / "model", "--inputs", scratch / "inputs.safetensors",
                        "-o", scratch / "case", "--no-tensors", "--force", "--quiet"], check=True,
                       stdout=subprocess.DEVNULL)
        ours = load_file(scratch / "case" / "expected.safetensors")
    return {name: (deviation(ours[name], value), deviation(theirs[name], value))
            for name, value in truth.items() if name in ours and name in theirs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lfconv", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--scale", type=int, default=16)
    arguments = parser.parse_args()
    ratios = []
    for index in range(arguments.rounds):
        for name, (ours, theirs) in errors_of(index, arguments.lfconv.resolve(), arguments.scale).items():
            if theirs > 0:
                ratios.append((ours / theirs, f"{name} of model {index}"))
    ratios.sort()
    quantile = lambda share: ratios[min(len(ratios) - 1, int(share * len(ratios)))][0]
    print(f"{len(ratios)} outputs of {arguments.rounds} models: lfconv's error divided by PyTorch's: "
          f"median {quantile(0.5):.2f}, 90 % {quantile(0.9):.2f}, 99 % {quantile(0.99):.2f}, "
          f"largest {ratios[-1][0]:.2f} ({ratios[-1][1]})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
