#!/usr/bin/env python3
"""Prove that the tokenizer of a converted fairseq checkpoint gives fairseq's ids.

    python interop_tokenizers.py --write DIR
        Write little fairseq checkpoints with random weights: DIR/characters, DIR/spaces and DIR/bytes, whose
        dictionaries hold single characters, characters with a mark for spaces, and numbers of a byte-level BPE.

    python interop_tokenizers.py --model FOLDER --source FAIRSEQ_FOLDER
        Load FOLDER, made of that checkpoint, through AutoTokenizer, and compare its ids with those of fairseq's own
        rule, written down here once more: the dictionary is read line by line, an encoder takes text apart, and
        what is not in the dictionary becomes <unk>.

Exit codes: 0 agreement, 1 disagreement.
"""

import argparse
import json
import os
import pathlib
import sys
import unicodedata

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import regex
import tokenizers
import torch
import transformers

from sources import fairseq_args, fairseq_state

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
MARK = "\u2581"
HERE = pathlib.Path(__file__).resolve().parent


# --- fairseq's rule ------------------------------------------------------------------------------

def rows_of(folder):
    """Token → row: the special tokens, then a row a line; a later line of the same token counts."""
    rows = {token: row for row, token in enumerate(SPECIAL)}
    lines = (folder / "dict.txt").read_text(encoding="utf-8").split("\n")
    for row, line in enumerate((line for line in lines if line), start=len(SPECIAL)):
        rows[line.removesuffix(" #fairseq:overwrite").rpartition(" ")[0]] = row
    return rows


def byte_letters():
    """The letter that GPT-2 writes for each byte: itself where it can be seen, else one from 256 on."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in seen]
    return {byte: chr(byte) for byte in seen} | {byte: chr(256 + place) for place, byte in enumerate(others)}


class ByteLevelEncoder:
    """GPT-2's byte-level BPE: text → ids of encoder.json, as fairseq writes them into a line."""

    words = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")

    def __init__(self, folder):
        self.ids = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        merges = (folder / "vocab.bpe").read_text(encoding="utf-8").split("\n")[1:-1]
        self.ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(merges)}
        self.letters = byte_letters()

    def __call__(self, text):
        found = []
        for word in self.words.findall(text):
            parts = [self.letters[byte] for byte in word.encode("utf-8")]
            while len(parts) > 1:
                rank, best = min((self.ranks.get(pair, len(self.ranks)), pair) for pair in zip(parts, parts[1:]))
                if rank == len(self.ranks):
                    break
                merged, place = [], 0
                while place < len(parts):
                    both = tuple(parts[place : place + 2]) == best
                    merged.append("".join(best) if both else parts[place])
                    place += 2 if both else 1
                parts = merged
            found += [str(self.ids[part]) for part in parts]
        return " ".join(found)


def encoder_of(folder, rows):
    """What takes text apart before the dictionary is asked."""
    if (folder / "encoder.json").exists():
        return ByteLevelEncoder(folder)
    if MARK in rows:  # fairseq's encoder "characters"
        return lambda text: " ".join(text.replace(" ", MARK))
    return " ".join


# --- comparison ----------------------------------------------------------------------------------

def texts_of(folder, rows):
    """Lines of the documents here, and random text: of the dictionary's characters, of any others, of white space."""
    rng = np.random.Generator(np.random.PCG64(7))
    letters = [token for token in rows if len(token) == 1] or list("abcdefghij ")
    strange = ["\u00e9", "e\u0301", "\u4e2d", "\U0001f600", "\u200b", "\u00a0", "\x1c", "\x1f", "\x85", "\t", "\n",
               " ", "  ", "<", "s", ">", MARK, "\u0120", "'s", "'LL", "0", "\u0661", "x", "\ufeff"]
    texts = ["", " ", "a", *(path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.py"))[:3])]
    texts += (HERE.parent.parent / "README.md").read_text(encoding="utf-8").split("\n")[:200]
    for _ in range(1000):
        pool = letters if rng.random() < 0.5 else letters[:8] + strange
        texts.append("".join(pool[index] for index in rng.integers(0, len(pool), rng.integers(1, 120))))
    # The special tokens' own spellings are tokens to one library and text to the other.
    return [text for text in texts if not any(token in text for token in [*SPECIAL, "<mask>"])]


def compare(model, source):
    """Print how many texts agree → whether all do."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    rows = rows_of(source)
    encode = encoder_of(source, rows)
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    texts = texts_of(source, rows)
    wrong = []
    for text in texts:
        expected = [0] + [rows.get(token, 3) for token in encode(text).split()] + [2]
        found = tokenizer(text)["input_ids"]
        if found != expected:
            wrong.append((text, expected, found))
    unknown = sum(tokenizer(text)["input_ids"].count(3) for text in texts)
    # A mask in text is one token; fairseq's users write it into the line beside what the encoder gave.
    letter = "A"
    masked = [0, *(rows.get(token, 3) for token in encode(letter).split())]
    masked += [rows.get("<mask>", len(rows)), *masked[1:], 2]
    found = tokenizer(f"{letter}<mask>{letter}")["input_ids"]
    if found != masked:
        wrong.append((f"{letter}<mask>{letter}", masked, found))
    longest = config["max_position_embeddings"] - config["pad_token_id"] - 1
    mask = rows.get("<mask>", len(rows))
    settings = {"model_max_length": (tokenizer.model_max_length, longest), "mask": (tokenizer.mask_token_id, mask),
                "pad": (tokenizer.pad_token_id, 1), "cls": (tokenizer.cls_token_id, 0),
                "sep": (tokenizer.sep_token_id, 2), "unk": (tokenizer.unk_token_id, 3)}
    print(f"{model.name}: {type(tokenizer).__name__}, {len(texts) - len(wrong)} of {len(texts)} texts have fairseq's "
          f"ids, {unknown} of them <unk>")
    for text, expected, found in wrong[:5]:
        print(f"  DIFFERS  {text[:60]!r}\n    fairseq  {expected[:20]}\n    here     {found[:20]}")
    for name, (found, expected) in settings.items():
        if found != expected:
            print(f"  DIFFERS  {name}: {found}, expected {expected}")
            wrong.append(name)
    return not wrong


# --- checkpoints ---------------------------------------------------------------------------------

def write_checkpoint(folder, symbols):
    """`model.pt` of one narrow layer with random weights, and `dict.txt` with these symbols."""
    hidden, inner, positions, rows = 8, 16, 34, len(SPECIAL) + len(symbols) + 1
    rng = np.random.Generator(np.random.PCG64(1))

    def draw(*shape):
        return rng.uniform(-0.1, 0.1, shape).astype(np.float32)

    tensors = {"roberta.embeddings.word_embeddings.weight": draw(rows, hidden),
               "roberta.embeddings.position_embeddings.weight": draw(positions, hidden), "lm_head.bias": draw(rows)}
    layer = "roberta.encoder.layer.0."
    shapes = {"attention.self.query": (hidden, hidden), "attention.self.key": (hidden, hidden),
              "attention.self.value": (hidden, hidden), "attention.output.dense": (hidden, hidden),
              "intermediate.dense": (inner, hidden), "output.dense": (hidden, inner)}
    linear = {layer + name: shape for name, shape in shapes.items()} | {"lm_head.dense": (hidden, hidden)}
    for name, shape in linear.items():
        tensors |= {name + ".weight": draw(*shape), name + ".bias": draw(shape[0])}
    for name in ("roberta.embeddings.LayerNorm", layer + "attention.output.LayerNorm", layer + "output.LayerNorm",
                 "lm_head.layer_norm"):
        tensors |= {name + ".weight": 1 + draw(hidden), name + ".bias": draw(hidden)}
    config = {"num_hidden_layers": 1, "hidden_size": hidden, "intermediate_size": inner, "num_attention_heads": 2,
              "max_position_embeddings": positions, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
              "attention_probs_dropout_prob": 0.1}
    folder.mkdir(parents=True)
    torch.save({"args": fairseq_args(config), "model": fairseq_state(config, tensors), "extra_state": {}},
               folder / "model.pt")
    lines = [f"{symbol} {len(symbols) - place}" for place, symbol in enumerate(symbols)]
    (folder / "dict.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write(parent):
    """The three checkpoints."""
    letters = [chr(code) for code in range(ord("A"), ord("Z"))] + ["\u00e9", "\u4e2d", "\U0001f600", ".", "0"]
    fillers = [f"madeupword{index:04}" for index in range(3)]
    write_checkpoint(parent / "characters", letters + fillers)
    write_checkpoint(parent / "spaces", [MARK] + letters + [unicodedata.normalize("NFD", "\u00e9")[1]])

    # A byte-level BPE trained on the documents here; its ids and the dictionary's lines have orders of their own.
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=700, initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    model = tokenizers.Tokenizer(tokenizers.models.BPE())
    model.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    model.train([str(path) for path in sorted(HERE.parent.parent.glob("*.md"))], trainer)
    trained = json.loads(model.to_str())["model"]
    pieces = list(trained["vocab"]) + ["<|endoftext|>"]
    rng = np.random.Generator(np.random.PCG64(2))
    encoder = {piece: int(number) for piece, number in zip(pieces, rng.permutation(len(pieces)))}
    # The mark between documents has no line: no text becomes it.
    numbers = [str(encoder[piece]) for piece in pieces[:-1]]
    write_checkpoint(parent / "bytes", [numbers[place] for place in rng.permutation(len(numbers))] + fillers)
    (parent / "bytes" / "encoder.json").write_text(json.dumps(encoder), encoding="utf-8")
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in trained["merges"]]
    (parent / "bytes" / "vocab.bpe").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    print(f"wrote {parent}: characters, spaces, bytes ({len(merges)} merges)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=pathlib.Path, metavar="DIR", help="write the little checkpoints")
    parser.add_argument("--model", type=pathlib.Path, metavar="FOLDER", help="a converted checkpoint")
    parser.add_argument("--source", type=pathlib.Path, metavar="FAIRSEQ_FOLDER", help="what it was made of")
    arguments = parser.parse_args()
    if bool(arguments.model) != bool(arguments.source) or bool(arguments.write) == bool(arguments.model):
        parser.error("give --write, or --model with --source")
    if arguments.write:
        write(arguments.write)
        return 0
    return 0 if compare(arguments.model, arguments.source) else 1


if __name__ == "__main__":
    sys.exit(main())
