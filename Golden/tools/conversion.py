"""RoBERTa or BERT → Longformer on plain NumPy arrays: what a converted checkpoint must hold, byte for byte."""

import numpy as np

PROJECTIONS = ("query", "key", "value")
# The start of a name in the source → in a Longformer; the first that fits. Other names stay.
RENAMED = {
    "roberta": {"roberta.": "longformer."},
    "bert": {"bert.": "longformer.", "cls.predictions.transform.LayerNorm.": "lm_head.layer_norm.",
             "cls.predictions.transform.": "lm_head.", "cls.predictions.": "lm_head."},
}
# A BERT's sequence classifier: its pooler and its classifier are the two layers of a Longformer's head.
BERT_CLASSIFIER = {"bert.pooler.dense.": "classifier.dense.", "classifier.": "classifier.out_proj."}


def renamed(name, table):
    for start, other in table.items():
        if name.startswith(start):
            return other + name[len(start):]
    return name


def tile_positions(table, model_type, pad, max_positions):
    """[P, H] → [max_positions + pad + 1, H]: the reserved rows 0…pad once, the usable rows over and over.

    All of BERT's rows are usable; it gets rows of zeros for the reserved ones.
    """
    if model_type == "bert":
        table = np.concatenate([np.zeros((pad + 1, table.shape[1]), table.dtype), table])
    reserved, usable = table[: pad + 1], table[pad + 1:]
    repeats = -(-max_positions // len(usable))
    return np.concatenate([reserved, np.concatenate([usable] * repeats)[:max_positions]])


def to_longformer(config, tensors, attention_window, max_positions, attention_dilation=None):
    """The source's (config, tensors) → the Longformer's (config, tensors), every other config field kept."""
    source, converted = config["model_type"], {}
    table = RENAMED[source]
    if config["architectures"] == ["BertForSequenceClassification"]:
        table = BERT_CLASSIFIER | table
    for name, value in tensors.items():
        name = renamed(name, table)
        if name.endswith("embeddings.position_embeddings.weight"):
            value = tile_positions(value, source, config["pad_token_id"], max_positions)
        converted[name] = value
        for part in PROJECTIONS:
            for kind in ("weight", "bias"):
                if name.endswith(f"attention.self.{part}.{kind}"):
                    converted[name.replace(f".{part}.", f".{part}_global.")] = value.copy()

    layers = config["num_hidden_layers"]
    windows = [attention_window] * layers if isinstance(attention_window, int) else list(attention_window)
    changed = dict(config)
    changed["model_type"] = "longformer"
    changed["architectures"] = [name.replace(source.capitalize(), "Longformer") for name in config["architectures"]]
    changed["attention_window"] = windows
    changed["max_position_embeddings"] = max_positions + config["pad_token_id"] + 1
    if attention_dilation is not None:
        changed["attention_dilation"] = attention_dilation
    return changed, converted
