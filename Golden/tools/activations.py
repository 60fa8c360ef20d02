#!/usr/bin/env python3
"""Write what the functions of transformers' table of activations give, for the tests of this project's kernels.

    python activations.py            write Tests/Corpora/activations.json
    python activations.py --check    compare it with what would be written; exit 1 on a difference

Every name of the table is there: with its values in float64, or with null where it has parameters of its own to learn.
"""

import argparse
import json
import pathlib
import sys

import torch
import transformers
from transformers.activations import ACT2FN

COMMITTED = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Corpora" / "activations.json"
LEARNED = ("prelu", "xielu")
POINTS = [-30.0, -12.5, -8.0, -5.5, -4.0, -3.0, -2.25, -1.5, -1.0, -0.75, -0.5, -0.125, -0.0078125, 0.0, 0.0078125,
          0.25, 0.5, 0.75, 1.0, 1.75, 2.5, 3.0, 4.5, 6.0, 8.0, 9.5, 10.5, 12.0, 30.0]


def record():
    x = torch.tensor(POINTS, dtype=torch.float64)
    return {
        "made_by": "python Golden/tools/activations.py",
        "transformers": transformers.__version__,
        "torch": torch.__version__.split("+")[0],
        "x": POINTS,
        "functions": {name: None if name in LEARNED else ACT2FN[name](x).tolist() for name in sorted(ACT2FN)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    new = record()
    if not parser.parse_args().check:
        COMMITTED.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
        return 0
    old = json.loads(COMMITTED.read_text(encoding="utf-8"))
    same = old["functions"].keys() == new["functions"].keys() and old["x"] == new["x"] and all(
        (a is None) == (b is None) and all(abs(p - q) <= 1e-12 for p, q in zip(a or [], b or []))
        for a, b in ((old["functions"][name], new["functions"][name]) for name in old["functions"]))
    print("same     activations" if same else "differs  activations")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
