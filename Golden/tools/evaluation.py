#!/usr/bin/env python3
"""Hugging Face's masked-LM losses in float64, as truth for `lfconv evaluate`.

    python evaluation.py make                    write Golden/evaluation/: labelled inputs and their losses
    python evaluation.py compare LFCONV FOLDER…  the same for other folders, run through lfconv as well
    python evaluation.py positions LFCONV MODEL  what new positions cost a real model of antibody chains: its own input
                                                 length, then 1,000 tokens with repeated and with random positions

Labels are those of a seeded choice of tokens, which keep their ids in one half of the rows and become another token in
the other: a loss is defined for both. −100 stands where nothing is scored, also on padding.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from safetensors.torch import save_file as torch_save

import huggingface
from models import generator

GOLDEN = pathlib.Path(__file__).resolve().parents[1]
TARGET = GOLDEN / "evaluation"
LIMIT = 1e-6  # relative


def labelled(name, inputs, vocabulary):
    """Inputs [B,S] of a masked-LM model → the same with labels."""
    rng = generator(f"evaluation {name}")
    inputs = {key: value for key, value in inputs.items()
              if key in ("input_ids", "attention_mask", "global_attention_mask", "token_type_ids")}
    ids = inputs["input_ids"].copy()
    mask = inputs.get("attention_mask", np.ones_like(ids)).astype(bool)
    chosen = (rng.random(ids.shape) < 0.4) & mask
    labels = np.where(chosen, ids, -100)
    replaced = chosen.copy()
    replaced[::2] = False
    ids[replaced] = rng.integers(3, vocabulary, ids.shape)[replaced]
    return {**inputs, "input_ids": ids, "labels": labels}


def loss_of(folder, inputs):
    """Hugging Face's own loss, in float64 all the way."""
    model = huggingface.load(folder, attn_implementation="eager").double()
    config, length = model.config.to_dict(), inputs["input_ids"].shape[1]
    if not huggingface.pads_enough(config, length):  # masked padding changes no loss
        extra = -length % huggingface.common_multiple(config)
        labels = np.pad(inputs["labels"], [(0, 0), (0, extra)], constant_values=-100)
        inputs = huggingface.pad_right(inputs, extra, config["pad_token_id"]) | {"labels": labels}
    given = {name: torch.from_numpy(value) for name, value in inputs.items()}
    if model.config.model_type != "longformer":
        given.pop("global_attention_mask", None)
    with torch.no_grad(), huggingface.softmax_in_float64():
        return float(model(**given).loss)


def make():
    TARGET.mkdir(exist_ok=True)
    losses = []
    for case in sorted(GOLDEN.glob("cases/*/case.json")):
        folder = case.parent / "source"
        config = folder / "config.json"
        if not config.exists():
            continue
        config = json.loads(config.read_text(encoding="utf-8"))
        if not (config.get("architectures") or [""])[0].endswith("ForMaskedLM") or huggingface.refusal(config):
            continue
        name = case.parent.name
        inputs = load_file(case.parent / "inputs.safetensors")
        if config["model_type"] != "longformer":  # its conversion reads more than it does itself
            longest = config["max_position_embeddings"]
            longest -= 0 if config["model_type"] == "bert" else config["pad_token_id"] + 1
            inputs = {key: np.ascontiguousarray(value[:, :longest]) for key, value in inputs.items()}
        inputs = labelled(name, inputs, config["vocab_size"])
        if (inputs["labels"] == -100).all():
            continue
        loss = loss_of(folder, inputs)
        save_file(inputs, TARGET / f"{name}.safetensors")
        losses.append({"case": name, "scored": int((inputs["labels"] != -100).sum()), "loss": loss})
    (TARGET / "losses.json").write_text(json.dumps(losses, indent=1) + "\n", encoding="utf-8")
    print(f"{len(losses)} losses")
    return 0


def masked_lm_alone(folder, target):
    """A BERT pre-trained with several heads → a folder with its encoder and masked-LM head alone."""
    tensors = torch.load(folder / "pytorch_model.bin", map_location="cpu", weights_only=True)
    kept = {name: value.clone().contiguous() for name, value in tensors.items()
            if value.is_floating_point() and name.startswith(("bert.", "cls.predictions."))
            and not name.startswith(("bert.pooler.", "cls.predictions.decoder."))}
    target.mkdir()
    torch_save(kept, target / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text(encoding="utf-8")) | {"architectures": ["BertForMaskedLM"]}
    (target / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return target


def compare(lfconv, folders, length, rows):
    """Random tokens through Hugging Face and lfconv."""
    with tempfile.TemporaryDirectory() as scratch:
        alone = [masked_lm_alone(folder, pathlib.Path(scratch) / folder.name)
                 if (folder / "pytorch_model.bin").exists() else folder for folder in folders]
        return compare_folders(lfconv, alone, length, rows)


def compare_folders(lfconv, folders, length, rows):
    worst = 0.0
    for folder in folders:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        rng = generator(f"compare {config['vocab_size']}")
        ids = rng.integers(4, config["vocab_size"], (rows, length))
        inputs = labelled("compare", {"input_ids": ids}, config["vocab_size"])
        truth = loss_of(folder, inputs)
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch) / "inputs.safetensors"
            save_file(inputs, path)
            found = subprocess.run([lfconv, "evaluate", folder, "--inputs", path, "--json"], check=True,
                                   capture_output=True, text=True).stdout
        ours = json.loads(found)["models"][0]["nats_per_token"]
        difference = abs(ours - truth) / truth
        worst = max(worst, difference)
        print(f"{folder.name}: Hugging Face {truth:.9f}, lfconv {ours:.9f}, relative difference {difference:.1e}")
    return 0 if worst <= LIMIT else 1


# Heavy chains of trastuzumab, adalimumab, bevacizumab, rituximab, nivolumab and pembrolizumab, as published.
CHAINS = (
    "EVQLVESGGGLVQPGGSLRLSCAASGFNIKDTYIHWVRQAPGKGLEWVARIYPTNGYTRYADSVKGRFTISADTSKNTAYLQMNSLRAEDTAVYYCSRWGGDGFYAMDYWGQGTLVTVSS",
    "EVQLVESGGGLVQPGRSLRLSCAASGFTFDDYAMHWVRQAPGKGLEWVSAITWNSGHIDYADSVEGRFTISRDNAKNSLYLQMNSLRAEDTAVYYCAKVSYLSTASSLDYWGQGTLVTVSS",
    "EVQLVESGGGLVQPGGSLRLSCAASGYTFTNYGMNWVRQAPGKGLEWVGWINTYTGEPTYAADFKRRFTFSLDTSKSTAYLQMNSLRAEDTAVYYCAKYPHYYGSSHWYFDVWGQGTLVTVSS",
    "QVQLQQPGAELVKPGASVKMSCKASGYTFTSYNMHWVKQTPGRGLEWIGAIYPGNGDTSYNQKFKGKATLTADKSSSTAYMQLSSLTSEDSAVYYCARSTYYGGDWYFNVWGAGTTVTVSA",
    "QVQLVESGGGVVQPGRSLRLDCKASGITFSNSGMHWVRQAPGKGLEWVAVIWYDGSKRYYADSVKGRFTISRDNSKNTLFLQMNSLRAEDTAVYYCATNDDYWGQGTLVTVSS",
    "QVQLVQSGVEVKKPGASVKVSCKASGYTFTNYYMYWVRQAPGQGLEWMGGINPSNGGTNFNEKFKNRVTLTTDSSTTTAYMELKSLQFDDTAVYYCARRDYRFDMGFDYWGQGTTVTVSS",
)
MASK = 24  # the model's own, behind four special tokens and twenty residues


def long_rows(rng, rows):
    """Chains in random order, one behind the other, with 15 % of the residues masked and as labels."""
    inputs = {name: np.full((rows, 1000), fill) for name, fill in
              (("input_ids", 1), ("attention_mask", 0), ("labels", -100))}
    for row in range(rows):
        text = "".join(CHAINS[chain] for chain in rng.permutation(np.tile(np.arange(len(CHAINS)), 2))[:8])
        ids = np.array([0, *("ACDEFGHIKLMNPQRSTVWY".index(residue) + 4 for residue in text), 2])[:1000]
        chosen = (rng.random(len(ids)) < 0.15) & (ids >= 4)
        inputs["labels"][row, :len(ids)][chosen] = ids[chosen]
        inputs["input_ids"][row, :len(ids)] = np.where(chosen, MASK, ids)
        inputs["attention_mask"][row, :len(ids)] = 1
    return inputs


def positions(lfconv, model):
    """The shape of the paper's table 5: repeating positions costs little, random ones a lot."""
    rng = generator("positions")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        save_file(long_rows(rng, 16), scratch / "inputs.safetensors")
        subprocess.run([lfconv, "roberta-to-longformer", model, "-o", scratch / "tiled", "--quiet", "--max-positions",
                        "1024", "--attention-window", "256"], check=True, stderr=subprocess.DEVNULL)
        (scratch / "random").mkdir()
        for file in (scratch / "tiled").iterdir():
            (scratch / "random" / file.name).write_bytes(file.read_bytes())
        tensors = load_file(scratch / "tiled" / "model.safetensors")
        table = next(name for name in tensors if "position_embeddings" in name)
        rows = tensors[table].copy()
        rows[2 + 144:] = rng.normal(0, 0.02, rows[2 + 144:].shape)
        save_file({**tensors, table: rows}, scratch / "random" / "model.safetensors", metadata={"format": "pt"})
        found = subprocess.run([lfconv, "evaluate", model, scratch / "tiled", scratch / "random", "--inputs",
                                scratch / "inputs.safetensors", "--json"], check=True, capture_output=True, text=True)
    bits = [result["bits_per_token"] for result in json.loads(found.stdout)["models"]]
    for name, value in zip(("source, 144 tokens", "positions repeated, 1,000 tokens", "positions random"), bits):
        print(f"{name}: {value:.3f} bits a token")
    return 0 if bits[0] < bits[1] < bits[2] and bits[1] - bits[0] < (bits[2] - bits[0]) / 2 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["make", "compare", "positions"])
    parser.add_argument("lfconv", nargs="?", type=pathlib.Path)
    parser.add_argument("folders", nargs="*", type=pathlib.Path)
    parser.add_argument("--length", type=int, default=100)
    parser.add_argument("--rows", type=int, default=4)
    arguments = parser.parse_args()
    if arguments.what == "make":
        return make()
    if arguments.what == "positions":
        return positions(arguments.lfconv.resolve(), arguments.folders[0])
    return compare(arguments.lfconv.resolve(), arguments.folders, arguments.length, arguments.rows)


if __name__ == "__main__":
    sys.exit(main())
