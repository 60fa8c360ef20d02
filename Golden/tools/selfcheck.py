#!/usr/bin/env python3
"""Check the float64 dense reference against stock Hugging Face on many random little models.

Longformers, RoBERTas and BERTs of every head, random shapes, windows, masks, pad ids, epsilons and activations. Their
attention softmax is kept in float64, so that agreement means 1e-11, not 1e-6. Two facts that need no other
implementation are checked as well: a converted model equals its source at every unpadded position when all
tokens are global, and when no token is further than half a window from any other.
"""

import argparse
import dataclasses
import pathlib
import sys
import tempfile

import numpy as np

import huggingface
from cases import Case
from conversion import to_longformer
from dense_reference import DenseReference
from models import generator, make_config, make_inputs, make_tensors
from sources import write_safetensors_folder

LIMIT = 1e-11
ARCHITECTURES = ("Model", "ForMaskedLM", "ForSequenceClassification", "ForTokenClassification",
                 "ForQuestionAnswering", "ForMultipleChoice")


def random_case(index, rng):
    """A case nobody thought of: every field that both implementations honour, drawn at random."""
    pick = lambda *options: options[rng.integers(len(options))]
    architecture = ARCHITECTURES[index % len(ARCHITECTURES)]
    source = pick("roberta", "bert", "longformer", "longformer")
    heads, layers = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    length = int(rng.integers(8, 70))
    batch = 2 * int(rng.integers(1, 3))
    places = lambda share: tuple(tuple(np.flatnonzero(rng.random(length - 6) < share).tolist()) for _ in range(batch))
    needs_separators = architecture in ("ForQuestionAnswering", "ForMultipleChoice")
    cuts = [int(rng.integers(2, length - 2)) for _ in range(batch)]
    chosen = rng.random() < 0.7
    masked = places(0.15) if rng.random() < 0.7 else ()
    if rng.random() < 0.2:
        masked = (tuple(range(length)), *masked[1:], *[()] * (batch - 1 - len(masked[1:])))
    return Case(
        name=f"random-{index}", shows="", source=source, architecture=architecture,
        hidden=heads * int(rng.integers(2, 9)), heads=heads, intermediate=int(rng.integers(3, 50)), layers=layers,
        vocab=int(rng.integers(12, 60)), positions=75, types=int(rng.integers(1, 4)),
        pad=(pad := pick(0, 1, 3, 4)), bos=1 if pad == 0 else 0,
        eps=pick(1e-5, 1e-12), activation=pick("gelu", "gelu", "relu", "silu", "gelu_new"),
        labels=0 if needs_separators or architecture in ("Model", "ForMaskedLM") else int(rng.integers(2, 6)),
        window=tuple(2 * int(rng.integers(2, 12)) for _ in range(layers)), length=length, batch=batch,
        choices=2 if architecture == "ForMultipleChoice" else 0,
        globals=places(0.1) if source == "longformer" and chosen else (),
        masked=masked, pad_ids=places(0.1) if rng.random() < 0.5 else (),
        separators=tuple((cut, cut + 1, length - 1) for cut in cuts) if needs_separators else (),
        token_types=rng.random() < 0.5, explicit_positions=rng.random() < 0.3)


def keep_three_separators(case, inputs):
    """Random ids may hold the separator anywhere: make it appear just where the case says."""
    ids = inputs["input_ids"].reshape(-1, case.length)
    other = next(token for token in range(case.vocab) if token not in (case.pad, case.bos, case.eos))
    ids[ids == case.eos] = other
    for row, places in enumerate(case.separators):
        ids[row, list(places)] = case.eos


def check_conversion(config, tensors, inputs, length):
    """A RoBERTa or BERT against its own conversion → the largest difference at unpadded positions."""
    base = {name: inputs[name].reshape(-1, length) for name in ("input_ids", "token_type_ids") if name in inputs}
    base["input_ids"] = np.where(base["input_ids"] == config["pad_token_id"], 2, base["input_ids"])
    plain = {**config, "architectures": [f"{config['model_type'].capitalize()}Model"]}
    bare = {name.removeprefix(f"{config['model_type']}."): value for name, value in tensors.items()}
    worst = 0.0
    mask = np.ones_like(base["input_ids"])
    mask[:, -3:] = 0
    for window, flag in ((4, 1), (2 * length, 0)):
        converted = to_longformer(plain, bare, window, 128)
        original = DenseReference(plain, bare).run({**base, "attention_mask": mask})
        ours = DenseReference(*converted).run(
            {**base, "attention_mask": mask, "global_attention_mask": np.full_like(mask, flag)})
        real = mask.astype(bool)
        for name, value in original.items():
            if value.ndim == 3:
                worst = max(worst, float(np.abs(value[real] - ours[name][real]).max()))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=120)
    rounds = parser.parse_args().rounds
    worst, worst_conversion, runs = 0.0, 0.0, {}
    for index in range(rounds):
        rng = generator(f"selfcheck {index}")
        case = random_case(index, rng)
        config = make_config(case)
        tensors = make_tensors(case, config, rng)
        inputs = make_inputs(case, config, rng)
        if case.separators:
            keep_three_separators(case, inputs)
        # The rows of global tokens can only be told when the mask is the caller's.
        attentions = "global_attention_mask" in inputs and not case.choices or case.source != "longformer"
        truth = DenseReference(config, tensors).run(inputs, attentions)
        with tempfile.TemporaryDirectory() as scratch:
            write_safetensors_folder(pathlib.Path(scratch), config, tensors)
            model = huggingface.load(scratch, attn_implementation="eager").double()
        with huggingface.softmax_in_float64():
            errors = huggingface.largest_errors(huggingface.run(model, inputs, attentions), truth)
        worst = max(worst, max(errors.values()))
        if max(errors.values()) > LIMIT:
            print(f"differs: {errors}\n{dataclasses.asdict(case)}")
        if case.source != "longformer":
            worst_conversion = max(worst_conversion, check_conversion(config, tensors, inputs, case.length))
        name = type(model).__name__
        runs[name] = runs.get(name, 0) + 1
    for name in sorted(runs):
        print(f"{runs[name]:5d} {name}")
    print(f"largest difference from Hugging Face in float64: {worst:.2e}; from the source after conversion: "
          f"{worst_conversion:.2e}; limit {LIMIT:g}")
    return 0 if max(worst, worst_conversion) <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
