#!/usr/bin/env python3
"""Write `real/truth.json`: what torch and Hugging Face's classes find in the real BERTs that the tests fetch.

    Golden/tools/fetch-real.sh --all .build/real-checkpoints
    Tests/Corpora/make_real_truth.py .build/real-checkpoints

For each: the number of its tensors and the SHA-256 of some; the ids of [SEP] and [PAD] in BERT's own tokenizer; hidden states of Hugging Face's BertModel for a short input;
and hidden states of its LongformerModel for 700 tokens, the first one global. That Longformer is put together here, by
the recipe of the paper and without lfconv: rows 0…pad of zeros in front of the positions, BERT's 512 over and over,
global projections equal to the local ones. Both models run in float64.
"""

import argparse
import hashlib
import json
import pathlib
import sys

import numpy as np
import torch
import transformers
from safetensors.torch import load_file

HERE = pathlib.Path(__file__).resolve().parent
MODELS = ["minilm", "antiberty"]
WINDOW, POSITIONS, LENGTH = 64, 1000, 700
HASHED = ["embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight",
          "encoder.layer.0.attention.self.query.weight", "encoder.layer.5.output.dense.bias"]
ROWS, COLUMNS = [0, 1, 2, 31, 33, 300, 510, 511, 512, 513, 699], 6


def weights(folder):
    path = folder / "model.safetensors"
    if path.is_file():
        return load_file(path)
    return torch.load(folder / "pytorch_model.bin", map_location="cpu", weights_only=True)


def longformer(bert, config):
    """The state dict of a Longformer that computes what the BERT computes, made by hand."""
    state = dict(bert)
    table = bert["embeddings.position_embeddings.weight"]
    reserved = torch.zeros(config.pad_token_id + 1, table.shape[1])
    times = -(-POSITIONS // len(table))
    state["embeddings.position_embeddings.weight"] = torch.cat([reserved, table.repeat(times, 1)[:POSITIONS]])
    for name, value in bert.items():
        for part in ("query", "key", "value"):
            if f".self.{part}." in name:
                state[name.replace(f".{part}.", f".{part}_global.")] = value.clone()
    return state


def run(model, state, ids, **more):
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not [name for name in missing if "position_ids" not in name], missing
    assert not unexpected, unexpected
    with torch.no_grad():
        hidden = model.double().eval()(torch.tensor([ids]), **more).last_hidden_state[0]
    return {str(row): hidden[row, :COLUMNS].tolist() for row in ROWS if row < len(ids)}


def truth(folder):
    tokenizer = transformers.BertTokenizer(str(folder / "vocab.txt"))
    found = weights(folder)
    prefix = "bert." if any(name.startswith("bert.") for name in found) else ""
    bert = {name.removeprefix(prefix): value.float() for name, value in found.items()
            if name.startswith(prefix) and "position_ids" not in name}
    config = transformers.BertConfig.from_pretrained(folder, attn_implementation="eager")
    generator = np.random.Generator(np.random.PCG64(4))
    ids = generator.integers(5, config.vocab_size, LENGTH).tolist()
    short = ids[:34] + [tokenizer.sep_token_id]
    long_config = transformers.LongformerConfig(**{
        **config.to_dict(), "model_type": "longformer", "attention_window": [WINDOW] * config.num_hidden_layers,
        "max_position_embeddings": POSITIONS + config.pad_token_id + 1})
    mask = torch.zeros(1, LENGTH, dtype=torch.long)
    mask[0, 0] = 1
    return {
        "tensors": len(found),
        "sha256": {prefix + name: hashlib.sha256(bert[name].numpy().tobytes()).hexdigest() for name in HASHED},
        "separator": tokenizer.sep_token_id, "padding": tokenizer.pad_token_id,
        "bert": {"ids": short, "hidden": run(transformers.BertModel(config), bert, short)},
        "longformer": {
            "ids": ids, "window": WINDOW, "positions": POSITIONS,
            "hidden": run(transformers.LongformerModel(long_config), longformer(bert, config), ids,
                          global_attention_mask=mask)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=pathlib.Path)
    root = parser.parse_args().checkpoints
    result = {"provenance": {"script": "Tests/Corpora/make_real_truth.py", "torch": torch.__version__,
                             "transformers": transformers.__version__}}
    for name in MODELS:
        result[name] = truth(root / name)
    target = HERE / "real" / "truth.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
