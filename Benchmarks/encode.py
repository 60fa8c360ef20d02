#!/usr/bin/env python3
"""Measure texts to vectors: a cold start beside sentence-transformers, and long texts beside the forward pass alone.

    python Benchmarks/encode.py --lfconv .build/release/lfconv [--rounds N] [--texts N]

The model is a random RoBERTa of base size with a byte-level tokenizer of 50,265 tokens, trained on Python's own sources
and those of its packages, converted for 4,096 tokens: once as `.lfz`, once as the folder that sentence-transformers loads.

- cold start: one short text to its vector, the whole process, each once unmeasured and then once measured, in turn (what
  ran before leaves memory that has to be cleared, and files in the cache); the vectors have to agree;
- long texts: `encode` of texts that fill 3,000 tokens each, `tokenize` of the same, and `bench --text` of the first few,
  which times the forward pass alone.

Printed are medians. --readme writes the tables into README.md, between `<!-- encode benchmark -->` and its end.

Needs the packages of Golden/tools/requirements.txt.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time

import readme

HERE = pathlib.Path(__file__).resolve().parent
TOKENS = 3000  # of a long text
SHORT = "How many tokens does a Longformer read?"
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
PEER = """
import json, sys
import torch
from sentence_transformers import SentenceTransformer
torch.set_num_threads(int(sys.argv[3]))
model = SentenceTransformer(sys.argv[1], device="cpu")
print(json.dumps(model.encode([open(sys.argv[2], encoding="utf-8").read().rstrip("\\n")])[0].tolist()))
"""


def say(text):
    print(text, file=sys.stderr, flush=True)


def timed(command):
    """Run a process → (seconds, its standard output)."""
    start = time.perf_counter()
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return seconds, done.stdout


def sources(size):
    """Python sources, as much text as that."""
    for key in ("stdlib", "purelib"):
        for path in sorted(pathlib.Path(sysconfig.get_paths()[key]).rglob("*.py")):
            text = path.read_text(encoding="utf-8", errors="ignore")
            yield text
            size -= len(text)
            if size < 0:
                return


def tokenizer(path):
    """A byte-level tokenizer of RoBERTa's size, in its file."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(sources(60_000_000), trainers.BpeTrainer(
        vocab_size=50265, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    made.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    made.save(str(path))
    return made


def long_texts(made, count):
    """Texts of exactly 3,000 tokens, special ones among them, each in one line."""
    chooser = random.Random(1)
    words = " ".join(sources(4_000_000)).split()
    texts = []
    while len(texts) < count:
        start = chooser.randrange(len(words) - TOKENS)
        text = " ".join(words[start:start + TOKENS])
        ends = [end for _, end in made.encode(text).offsets]
        for length in range(TOKENS - 2, TOKENS + 3):  # a cut may join or part the tokens at it
            cut = text[:ends[length]].strip()
            if len(made.encode(cut).ids) == TOKENS:
                texts.append(cut)
                break
    return texts


class Benchmark:
    def __init__(self, arguments, work):
        self.arguments = arguments
        self.work = pathlib.Path(work)
        self.container = self.work / "model.lfz"
        self.folder = self.work / "longformer"

    def lfconv(self, command, *words):
        return [self.arguments.lfconv, command, *words, "--threads", self.arguments.threads]

    def prepare(self):
        say("making a random RoBERTa of base size, and its tokenizer")
        roberta = self.work / "roberta"
        timed([sys.executable, HERE / "container.py", "--contender", "make_roberta", roberta])
        made = tokenizer(roberta / "tokenizer.json")
        (roberta / "tokenizer_config.json").write_text(json.dumps(
            {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, "bos_token": "<s>", "eos_token": "</s>",
             "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}))
        for path in (self.container, self.folder):
            timed([self.arguments.lfconv, "roberta-to-longformer", roberta, "-o", path, "--no-check"])
        (self.work / "short.txt").write_text(SHORT + "\n", encoding="utf-8")
        texts = long_texts(made, self.arguments.texts)
        (self.work / "long.txt").write_text("".join(text + "\n" for text in texts), encoding="utf-8")
        (self.work / "few.txt").write_text("".join(text + "\n" for text in texts[:4]), encoding="utf-8")

    def cold_start(self):
        rows = {
            "`lfconv encode`, `.lfz`": self.lfconv("encode", self.container, "--text", self.work / "short.txt", "--json"),
            "`lfconv encode`, folder": self.lfconv("encode", self.folder, "--text", self.work / "short.txt", "--json"),
            "Python, sentence-transformers": [
                sys.executable, "-c", PEER, self.folder, self.work / "short.txt", self.arguments.threads],
        }
        seconds = {name: [] for name in rows}
        vectors = {}
        for _ in range(self.arguments.rounds):
            for name, command in rows.items():
                timed(command)
                took, out = timed(command)
                value = json.loads(out.strip().splitlines()[-1])
                vectors[name] = value["embedding"] if isinstance(value, dict) else value
                seconds[name].append(took)
        mine, _, other = vectors.values()
        apart = max(abs(a - b) for a, b in zip(mine, other, strict=True))
        if not apart < 1e-4:
            sys.exit(f"the vectors differ by {apart:.1e}")
        medians = {name: statistics.median(found) for name, found in seconds.items()}
        first = next(iter(medians.values()))
        lines = ["| one short text to its vector, the whole process | s | × |", "|---|--:|--:|"]
        lines += [f"| {name} | {value:.2f} | {value / first:.1f} |" for name, value in medians.items()]
        return "\n".join(lines)

    def long(self):
        container, count = self.container, self.arguments.texts
        tokenizing, _ = timed(self.lfconv("tokenize", container, "--text", self.work / "long.txt", "-o", self.work / "ids.safetensors"))
        alone, found = [], []

        def bench():
            _, out = timed(self.lfconv("bench", container, "--text", self.work / "few.txt", "--repeats", 1, "--json"))
            alone.append(json.loads(out)["median_seconds"] / 4)

        for _ in range(self.arguments.long_rounds):
            bench()
            took, _ = timed(self.lfconv("encode", container, "--text", self.work / "long.txt", "-o", self.work / "v.safetensors", "--force"))
            found.append(took / count)
            bench()
        whole, forward = statistics.median(found), statistics.median(alone)
        return "\n".join([
            f"| {count} texts of 3,000 tokens, s a text | s | of the forward pass |", "|---|--:|--:|",
            f"| forward pass alone (`bench --text`) | {forward:.3f} | 100 % |",
            f"| `lfconv encode`, the whole process | {whole:.3f} | {whole / forward:.1%} |".replace("%", " %"),
            f"| … of it `lfconv tokenize`, the whole process | {tokenizing / count:.4f} | {tokenizing / count / forward:.2%} |".replace("%", " %"),
        ])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lfconv", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--long-rounds", type=int, default=1)
    parser.add_argument("--texts", type=int, default=100)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--readme", type=pathlib.Path, metavar="FILE")
    arguments = parser.parse_args()
    arguments.lfconv = arguments.lfconv.resolve()
    with tempfile.TemporaryDirectory() as work:
        benchmark = Benchmark(arguments, work)
        benchmark.prepare()
        tables = [benchmark.cold_start()]
        if arguments.texts:
            tables.append(benchmark.long())
    text = "\n\n".join(tables)
    print(text)
    if arguments.readme:
        readme.replace(arguments.readme, "encode benchmark", text)


if __name__ == "__main__":
    main()
