"""RoBERTa → Longformer on plain NumPy arrays: what a converted checkpoint must hold, byte for byte."""

import numpy as np

PROJECTIONS = ("query", "key", "value")


def tile_positions(table, pad, max_positions):
    """[P, H] → [max_positions + pad + 1, H]: the reserved rows 0…pad once, the usable rows over and over."""
    reserved, usable = table[: pad + 1], table[pad + 1:]
    repeats = -(-max_positions // len(usable))
    return np.concatenate([reserved, np.concatenate([usable] * repeats)[:max_positions]])


def to_longformer(config, tensors, attention_window, max_positions, attention_dilation=None):
    """A RoBERTa's (config, tensors) → the Longformer's (config, tensors), every other config field kept."""
    converted = {}
    for name, value in tensors.items():
        name = "longformer." + name[len("roberta."):] if name.startswith("roberta.") else name
        if name.endswith("embeddings.position_embeddings.weight"):
            value = tile_positions(value, config["pad_token_id"], max_positions)
        converted[name] = value
        for part in PROJECTIONS:
            for kind in ("weight", "bias"):
                if name.endswith(f"attention.self.{part}.{kind}"):
                    converted[name.replace(f".{part}.", f".{part}_global.")] = value.copy()

    layers = config["num_hidden_layers"]
    windows = [attention_window] * layers if isinstance(attention_window, int) else list(attention_window)
    changed = dict(config)
    changed["model_type"] = "longformer"
    changed["architectures"] = [name.replace("Roberta", "Longformer") for name in config["architectures"]]
    changed["attention_window"] = windows
    changed["max_position_embeddings"] = max_positions + config["pad_token_id"] + 1
    if attention_dilation is not None:
        changed["attention_dilation"] = attention_dilation
    return changed, converted
