#!/usr/bin/env python3
"""Compare the vectors of `lfconv encode` with sentence-transformers' and Hugging Face's, on a real model.

    python interop_text.py LFCONV MODEL [--texts N] [--length N]

MODEL is a sentence-transformers folder (MiniLM). N texts, from the empty one to some longer than it reads, go through
both; then through its conversion to a Longformer, with mean pooling and without global tokens, beside stock
LongformerModel. Every text is run alone in Python, so that no padding has a part.

Exit codes: 0 agreement, 1 disagreement.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import torch
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer
from transformers import AutoTokenizer, LongformerModel

from tokenizer_goldens import SENTENCES, WORDS

LEAST_COSINE = 0.999999


def make_texts(count):
    """Sentences of many languages, then mixtures of growing length; the same at every run."""
    random = np.random.default_rng(14)
    texts = ["", " ", "a", "😀", "The [MASK] of <mask>."] + SENTENCES
    while len(texts) < count:
        length = 1 + int(random.integers(1, 400))
        texts.append(" ".join(WORDS[i] for i in random.integers(0, len(WORDS), length)))
    return [" ".join(text.split("\n")) for text in texts[:count]]


def encode(lfconv, model, texts, folder, *options):
    lines, output = folder / "texts.txt", folder / "vectors.safetensors"
    lines.write_text("".join(text + "\n" for text in texts), encoding="utf-8", newline="\n")
    subprocess.run([lfconv, "encode", model, "--text", lines, "-o", output, "--force", "--quiet", *options], check=True)
    return load_file(output)["embeddings"].astype(np.float64)


def compare(name, found, expected):
    expected = np.asarray(expected, dtype=np.float64)
    cosines = (found * expected).sum(1) / np.linalg.norm(found, axis=1) / np.linalg.norm(expected, axis=1)
    worst = int(cosines.argmin())
    agrees = found.shape == expected.shape and cosines[worst] >= LEAST_COSINE
    print(f"{'same    ' if agrees else 'differs '} {name}: {len(found)} texts, least cosine {cosines[worst]:.9f} (text {worst}), "
          f"largest difference {np.abs(found - expected).max():.2e}")
    return agrees


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lfconv")
    parser.add_argument("model")
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--length", type=int, default=600, help="longest input of the conversion")
    arguments = parser.parse_args()
    texts = make_texts(arguments.texts)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        stock = SentenceTransformer(arguments.model, device="cpu")
        agrees = compare("sentence-transformers", encode(arguments.lfconv, arguments.model, texts, work),
                         [stock.encode(text) for text in texts])

        long = work / "longformer"
        subprocess.run([arguments.lfconv, "roberta-to-longformer", arguments.model, "-o", long, "--quiet",
                        "--attention-window", "64", "--max-positions", str(arguments.length)], check=True)
        tokenizer = AutoTokenizer.from_pretrained(long)
        model = LongformerModel.from_pretrained(long, attn_implementation="eager").eval()
        expected = []
        with torch.no_grad():
            for text in texts:
                inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=arguments.length)
                expected.append(model(**inputs).last_hidden_state[0].mean(0).numpy())
        found = encode(arguments.lfconv, long, texts, work, "--pooling", "mean", "--global", "none")
        agrees = compare("LongformerModel", found, expected) and agrees
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
