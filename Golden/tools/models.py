"""Tiny checkpoints with random weights: their configuration, their tensors, their inputs.

Every number comes from one PCG64 stream seeded by the case's name, and only from uniform draws, which are
exact integer arithmetic: the same bytes on every machine.
"""

import hashlib
import math

import numpy as np

from families import KINDS, STEMS, WITHOUT_POOLER, two_layers, without_types


def seed_of(name):
    """A 32-bit seed from a case's name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


def generator(name):
    return np.random.Generator(np.random.PCG64(seed_of(name)))


def make_config(case):
    """The source's `config.json`, spelt out as `save_pretrained` would, with one field nobody knows.

    That of another family's model is a BERT's or RoBERTa's here; families.py spells it.
    """
    kind = KINDS[case.source]
    architecture = "Model" if case.source == "dpr" else case.architecture
    config = {
        "architectures": [STEMS[kind] + architecture],
        "attention_probs_dropout_prob": 0.15,
        "bos_token_id": case.bos,
        "classifier_dropout": None,
        "dtype": "float32",
        "eos_token_id": case.eos,
        "hidden_act": case.activation,
        "hidden_dropout_prob": 0.05,
        "hidden_size": case.hidden,
        "initializer_range": 0.03,
        "intermediate_size": case.intermediate,
        "layer_norm_eps": case.eps,
        "max_position_embeddings": case.positions + case.reserved_rows(),
        "model_type": kind,
        "my_note": "carried unchanged: \u00e9\u00df\u2713",
        "num_attention_heads": case.heads,
        "num_hidden_layers": case.layers,
        "pad_token_id": case.pad,
        "position_embedding_type": "absolute",
        "tie_word_embeddings": True,
        "transformers_version": "5.23.0",
        "type_vocab_size": case.types,
        "use_cache": True,
        "vocab_size": case.vocab,
    }
    if kind == "bert":
        del config["bos_token_id"], config["eos_token_id"]  # unknown to BERT
    if kind != "roberta":  # whose configurations do not name it
        config["sep_token_id"] = case.eos
    if case.source == "longformer":
        config["attention_window"] = case.window
        if case.dilation is not None:
            config["attention_dilation"] = case.dilation
        if case.autoregressive:
            config["autoregressive"] = True
    if case.labels:
        config["id2label"] = {str(i): f"LABEL_OF_KIND_{i}" for i in range(case.labels)}
        config["label2id"] = {f"LABEL_OF_KIND_{i}": i for i in range(case.labels)}
    return dict(sorted(config.items()))


# What stands where in a masked language model's head: its bias, its dense layer, its LayerNorm.
LANGUAGE_MODEL_HEAD = {
    "roberta": ("lm_head", "lm_head.dense", "lm_head.layer_norm"),
    "bert": ("cls.predictions", "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm"),
}


class Draw:
    """float32 arrays from the case's stream."""

    def __init__(self, rng):
        self.rng = rng

    def around(self, shape, deviation, centre=0.0):
        """Uniform with this standard deviation."""
        reach = deviation * math.sqrt(3.0)
        return ((2.0 * self.rng.random(shape) - 1.0) * reach + centre).astype(np.float32)


def make_tensors(case, config, rng):
    """Hugging Face names → float32 arrays, in the order of a state dict.

    Queries and keys are drawn wide: scores spread over several units, so that attention picks a few keys and
    a wrong band, mask or position changes the output plainly. LayerNorms are away from 1 and 0, and no row of
    any table is zero, not even the padding rows.
    """
    draw = Draw(rng)
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    longformer, bert = (config["model_type"] == kind for kind in ("longformer", "bert"))
    head = "Model" if case.source == "dpr" else case.architecture.removeprefix("For")
    prefix = "" if head == "Model" else config["model_type"] + "."
    own_layers = two_layers(case.source, head)
    tensors = {}

    def linear(name, rows, columns, gain=1.0):
        tensors[name + ".weight"] = draw.around((rows, columns), gain / math.sqrt(columns))
        tensors[name + ".bias"] = draw.around((rows,), 0.1)

    def norm(name):
        tensors[name + ".weight"] = draw.around((hidden,), 0.2, centre=1.0)
        tensors[name + ".bias"] = draw.around((hidden,), 0.2)

    tables = (("word", config["vocab_size"], 0.35), ("position", config["max_position_embeddings"], 0.4),
              ("token_type", config["type_vocab_size"], 0.3))
    for kind, rows, deviation in tables:
        tensors[f"{prefix}embeddings.{kind}_embeddings.weight"] = draw.around(
            (rows, hidden), deviation * case.table_scale)
    norm(f"{prefix}embeddings.LayerNorm")
    for index in range(config["num_hidden_layers"]):
        layer = f"{prefix}encoder.layer.{index}."
        for suffix in ("", "_global") if longformer else ("",):
            for part, gain in (("query", case.sharpness), ("key", case.sharpness), ("value", 1.0)):
                linear(f"{layer}attention.self.{part}{suffix}", hidden, hidden, gain)
        linear(f"{layer}attention.output.dense", hidden, hidden)
        norm(f"{layer}attention.output.LayerNorm")
        linear(f"{layer}intermediate.dense", inner, hidden)
        linear(f"{layer}output.dense", hidden, inner)
        norm(f"{layer}output.LayerNorm")
    pooled = head in ("Model", "MultipleChoice") or bert and head == "SequenceClassification"
    if pooled and case.source not in WITHOUT_POOLER:
        linear(f"{prefix}pooler.dense", hidden, hidden)

    if head == "MaskedLM":
        top, dense, layer_norm = LANGUAGE_MODEL_HEAD["bert" if bert else "roberta"]
        tensors[top + ".bias"] = draw.around((config["vocab_size"],), 0.2)
        linear(dense, hidden, hidden)
        norm(layer_norm)
    elif head == "SequenceClassification" and bert and not own_layers:
        linear("classifier", case.labels, hidden, 2.0)
    elif head == "SequenceClassification" or own_layers:
        linear("classifier.dense", hidden, hidden)
        linear("classifier.out_proj", 1 if head == "MultipleChoice" else case.labels, hidden, 2.0)
    elif head == "TokenClassification":
        linear("classifier", case.labels, hidden)
    elif head == "QuestionAnswering":
        linear("qa_outputs", 2, hidden)
    elif head == "MultipleChoice":
        linear("classifier", 1, hidden, 2.0)
    if case.container == "fairseq":
        # fairseq's RoBERTa has no token types: Hugging Face's table is one row of zeros.
        name = f"{prefix}embeddings.token_type_embeddings.weight"
        tensors[name] = np.zeros_like(tensors[name])
    return without_types(case, tensors)


def make_inputs(case, config, rng):
    """int64 arrays [B, S] ([B, C, S] for multiple choice) as `case` describes them."""
    pad, vocab = config["pad_token_id"], config["vocab_size"]
    shape = (case.batch, case.length)
    special = {pad, case.bos, case.eos}
    ordinary = np.array([token for token in range(vocab) if token not in special], dtype=np.int64)
    ids = ordinary[rng.integers(0, len(ordinary), shape)]
    ids[:, 0] = case.bos
    if case.length > 1:
        ids[:, -1] = case.eos
    mask = np.ones(shape, dtype=np.int64)
    is_global = np.zeros(shape, dtype=np.int64)

    def mark(table, rows, value):
        for row, places in enumerate(rows):
            for place in places:
                table[row, place] = value

    mark(ids, case.pad_ids, pad)
    mark(ids, case.separators, case.eos)
    mark(mask, case.masked, 0)
    mark(is_global, case.globals, 1)

    inputs = {"input_ids": ids}
    if case.masked:
        inputs["attention_mask"] = mask
    if case.globals:
        inputs["global_attention_mask"] = is_global
    if case.token_types:
        inputs["token_type_ids"] = rng.integers(0, config["type_vocab_size"], shape)
    if case.explicit_positions:
        inputs["position_ids"] = rng.integers(0, case.position_rows(), shape)
    if case.choices:
        inputs = {name: value.reshape(-1, case.choices, case.length) for name, value in inputs.items()}
    return inputs
