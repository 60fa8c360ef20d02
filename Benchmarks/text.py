#!/usr/bin/env python3
"""Measure the tokenizers against Hugging Face's Rust core, on one thread, in turn.

    text.py PROGRAM [--real FOLDER] [--rounds N]

PROGRAM is TokenizerBenchmark (Benchmarks/Tokenizers). Texts of a megabyte: English, the documents of this
repository in a seeded order of sentences; mixed, the lines of the tokenizers' goldens; one word of a
megabyte, and of half of one, which tells whether time grows with the length.
"""

import argparse
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Golden/tools"))
SIZE = 1 << 20


def texts():
    import tokenizer_goldens
    chooser = random.Random(1)
    documents = "\n".join(p.read_text() for p in sorted(ROOT.glob("**/*.md")) if ".build" not in p.parts)
    sentences = [s.strip() for s in re.split(r"(?<=[.:;?!])\s+|\n\n", documents.replace("\n", " ")) if s.strip()]
    english, size = [], 0
    while size < SIZE:
        line = " ".join(chooser.choice(sentences) for _ in range(8))
        english.append(line)
        size += len(line.encode()) + 1
    mixed, size = [], 0
    for line in tokenizer_goldens.lines()[1] * 20:
        mixed.append(line.replace("\n", " "))
        size += len(mixed[-1].encode()) + 1
        if size >= SIZE:
            break
    letters = "".join(chooser.choice("etaoinshrdlu") for _ in range(SIZE))
    return {"English": english, "mixed": mixed, "one word": [letters], "half a word": [letters[:SIZE // 2]]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--real", help="folder with the real checkpoints")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    from tokenizers import Tokenizer, __version__
    goldens = ROOT / "Tests/LFTokenizersTests/Goldens"
    files = {name: goldens / f"{name}.json" for name in ("roberta", "bert-uncased", "unigram")}
    if options.real and (pathlib.Path(options.real) / "minilm/tokenizer.json").exists():
        files["MiniLM"] = pathlib.Path(options.real) / "minilm/tokenizer.json"
    print(f"| tokenizer | text | lfconv, s | tokenizers {__version__}, s | × lfconv | tokens |\n|---|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for kind, lines in texts().items():
            path = pathlib.Path(folder, "text.txt")
            path.write_bytes("\n".join(lines).encode())
            lines = path.read_bytes().decode().split("\n")
            for name, file in files.items():
                theirs = Tokenizer.from_file(str(file))
                theirs.no_truncation()
                theirs.no_padding()
                mine, other = [], []
                for _ in range(options.rounds):
                    out = subprocess.run([options.program, str(file), str(path), "1"], check=True, capture_output=True, text=True).stdout
                    rows = [row.split() for row in out.splitlines() if row.startswith("encode")]
                    # The second run of each: caches are warm on both sides.
                    mine.append(float(rows[-1][1]))
                    for line in lines:
                        theirs.encode(line)
                    start = time.perf_counter()
                    count = sum(len(theirs.encode(line).ids) for line in lines)
                    other.append(time.perf_counter() - start)
                    assert count == int(rows[-1][2]), (count, rows[-1])
                a, b = statistics.median(mine), statistics.median(other)
                print(f"| {name} | {kind} | {a:.3f} | {b:.3f} | {b / a:.1f} | {count} |", flush=True)


if __name__ == "__main__":
    main()
