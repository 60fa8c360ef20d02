"""Write a source checkpoint into the containers found in the wild."""

import argparse
import hashlib
import json
from collections import OrderedDict

import numpy as np
import torch
from safetensors.numpy import save_file


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_tensors(path, tensors):
    """A safetensors file marked as Hugging Face's loader wants it."""
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path,
              metadata={"format": "pt"})


DTYPES = {"float64": "F64", "float32": "F32", "float16": "F16"}


def digests(tensors):
    """Arrays by name → the records of `lfconv.tensors/1`, sorted by name."""
    return [{"name": name, "dtype": DTYPES[str(value.dtype)], "shape": list(value.shape),
             "sha256": hashlib.sha256(np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<")).tobytes())
             .hexdigest()}
            for name, value in sorted(tensors.items())]


def write_digests(path, tensors):
    """Digests in place of weights, as Specs/golden.md describes them."""
    write_json(path, {"schema": "lfconv.tensors/1", "tensors": digests(tensors)})


def write_safetensors_folder(folder, config, tensors):
    """`config.json` and `model.safetensors`."""
    write_json(folder / "config.json", config)
    write_tensors(folder / "model.safetensors", tensors)


def write_zip_folder(folder, config, tensors):
    """`config.json` and `pytorch_model.bin` in the zip form, as files of 2020 to 2023 look.

    The tied decoder is present and shares its storage with the word embeddings, its bias with `lm_head.bias`,
    and the position ids are there as an int64 buffer, which is no weight.
    """
    write_json(folder / "config.json", config)
    state = OrderedDict()
    rows = config["max_position_embeddings"]
    for name, value in tensors.items():
        if not state:
            state["roberta.embeddings.position_ids"] = torch.arange(rows).expand(1, -1)
        state[name] = torch.from_numpy(value.copy())
    state["lm_head.decoder.weight"] = state["roberta.embeddings.word_embeddings.weight"]
    state["lm_head.decoder.bias"] = state["lm_head.bias"]
    state._metadata = OrderedDict({"": {"version": 1}})  # an attribute that a module's state dict carries along
    torch.save(state, folder / "pytorch_model.bin")


# --- fairseq -------------------------------------------------------------------------------------

FAIRSEQ_LAYER = (
    ("attention.self.key", "self_attn.k_proj"),
    ("attention.self.value", "self_attn.v_proj"),
    ("attention.self.query", "self_attn.q_proj"),
    ("attention.output.dense", "self_attn.out_proj"),
    ("attention.output.LayerNorm", "self_attn_layer_norm"),
    ("intermediate.dense", "fc1"),
    ("output.dense", "fc2"),
    ("output.LayerNorm", "final_layer_norm"),
)


def fairseq_state(config, tensors):
    """The state dict of an early fairseq RoBERTa: `decoder.` names, `emb_layer_norm`, no token types."""
    top = "decoder.sentence_encoder."
    pairs = [("embeddings.word_embeddings", "embed_tokens"), ("embeddings.position_embeddings", "embed_positions")]
    for index in range(config["num_hidden_layers"]):
        pairs += [(f"encoder.layer.{index}.{ours}", f"layers.{index}.{theirs}") for ours, theirs in FAIRSEQ_LAYER]
    pairs += [("embeddings.LayerNorm", "emb_layer_norm")]

    state = OrderedDict()
    for ours, theirs in pairs:
        for kind in ("weight", "bias"):
            value = tensors.get(f"roberta.{ours}.{kind}")
            if value is not None:
                state[f"{top}{theirs}.{kind}"] = torch.from_numpy(value.copy())
    # Tied in the model, yet written as a storage of its own.
    state["decoder.lm_head.weight"] = state[top + "embed_tokens.weight"].clone()
    state["decoder.lm_head.bias"] = torch.from_numpy(tensors["lm_head.bias"].copy())
    for part in ("dense", "layer_norm"):
        for kind in ("weight", "bias"):
            state[f"decoder.lm_head.{part}.{kind}"] = torch.from_numpy(tensors[f"lm_head.{part}.{kind}"].copy())
    return state


def fairseq_args(config):
    """What the training command line leaves in `args`; a reader needs a few of them only."""
    return argparse.Namespace(
        no_progress_bar=False, log_interval=1000, log_format="simple", tensorboard_logdir="", seed=1, cpu=False,
        fp16=True, criterion="masked_lm", tokenizer=None, bpe=None, optimizer="adam", lr_scheduler="fixed",
        task="masked_lm", max_tokens=None, train_subset="train", arch="roberta_small", max_epoch=7, max_update=0,
        clip_norm=25, update_freq=[1], lr=[0.001], min_lr=-1, weight_decay=0.0001, data="data-bin",
        sample_break_mode="complete", tokens_per_sample=config["max_position_embeddings"] - 2, mask_prob=0.15,
        max_positions=config["max_position_embeddings"] - 2, dropout=config["hidden_dropout_prob"],
        attention_dropout=config["attention_probs_dropout_prob"], encoder_layerdrop=0, encoder_layers_to_keep=None,
        encoder_layers=config["num_hidden_layers"], encoder_embed_dim=config["hidden_size"],
        encoder_ffn_embed_dim=config["intermediate_size"], encoder_attention_heads=config["num_attention_heads"],
        activation_fn=config["hidden_act"], pooler_activation_fn="tanh", activation_dropout=0.0, pooler_dropout=0.0)


def write_fairseq_folder(folder, config, tensors):
    """`model.pt` in the legacy form (a row of pickles, no zip) and `dict.txt`, without any `config.json`."""
    meter = ("AverageMeter", {"val": torch.tensor(1.5, dtype=torch.float64),
                              "sum": torch.tensor(4.5, dtype=torch.float64), "count": 3, "round": 3})
    history = {"criterion_name": "MaskedLmLoss", "optimizer_name": "FP16Optimizer",
               "lr_scheduler_state": {"best": 1.5}, "num_updates": 2021}
    parameter = 46914347870960  # an object's address, as these files have it for a key
    torch.save({
        "args": fairseq_args(config),
        "model": fairseq_state(config, tensors),
        "optimizer_history": [dict(history), dict(history, num_updates=4042)],
        "extra_state": {"train_iterator": {"epoch": 7, "iterations_in_epoch": 9, "shuffle": True}, "val_loss": 1.5,
                        "metrics": OrderedDict(default=[(10, "loss", *meter)], valid=[])},
        "last_optimizer_state": {"state": {parameter: {"momentum_buffer": torch.full((97,), 0.125)}},
                                 "param_groups": [{"lr": 0.001, "momentum": 0.99, "params": [parameter]}],
                                 "loss_scale": 128.0},
    }, folder / "model.pt", _use_new_zipfile_serialization=False)
    symbols = config["vocab_size"] - 5  # <s> <pad> </s> <unk> before the file's lines, <mask> after them
    lines = [f"w{index} {1000 - index}" for index in range(symbols)]
    (folder / "dict.txt").write_text("\n".join(lines) + "\n")


WRITERS = {"safetensors": write_safetensors_folder, "zip": write_zip_folder, "fairseq": write_fairseq_folder}


# --- a tokenizer for the demonstration model -----------------------------------------------------

SPECIAL_TOKENS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def tokenizer_vocabulary(size):
    """A byte-level BPE of `size` tokens: specials, single characters, then merges of common pairs."""
    characters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + list(".,!?'-") + ["\u0120"]
    pairs = ["\u0120 t", "h e", "i n", "r e", "o n", "\u0120t he", "\u0120 a", "e r", "n d", "\u0120 s", "a t",
             "e n", "o r", "in g", "\u0120 o", "\u0120 w", "i s", "\u0120a nd", "e s", "a l", "o u", "i t", "a n",
             "\u0120 f", "\u0120 in", "e d", "\u0120o f", "l e", "a r", "i c", "s t", "l o", "n g", "m er"]
    merges = pairs[: size - len(SPECIAL_TOKENS) - len(characters)]
    tokens = SPECIAL_TOKENS[:4] + characters + [pair.replace(" ", "") for pair in merges] + SPECIAL_TOKENS[4:]
    if len(tokens) != size:
        raise ValueError(f"the little vocabulary has {len(tokens)} tokens, not {size}")
    return {token: index for index, token in enumerate(tokens)}, merges


def write_tokenizer(folder, vocabulary_size, model_max_length):
    """The five files Hugging Face writes beside a RoBERTa, with the source's maximum length in two of them."""
    vocabulary, merges = tokenizer_vocabulary(vocabulary_size)
    added = [{"id": vocabulary[token], "content": token, "single_word": False, "lstrip": token == "<mask>",
              "rstrip": False, "normalized": False, "special": True} for token in SPECIAL_TOKENS]
    added.sort(key=lambda entry: entry["id"])
    names = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>",
             "unk_token": "<unk>", "mask_token": "<mask>"}
    write_json(folder / "vocab.json", vocabulary)
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    write_json(folder / "special_tokens_map.json", names)
    write_json(folder / "tokenizer_config.json", {
        "add_prefix_space": False, "clean_up_tokenization_spaces": False, "errors": "replace",
        "model_max_length": model_max_length, "tokenizer_class": "RobertaTokenizer", "trim_offsets": True, **names})
    write_json(folder / "tokenizer.json", {
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": model_max_length, "strategy": "LongestFirst", "stride": 0},
        "padding": None,
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True,
                           "add_prefix_space": False},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                  "vocab": vocabulary, "merges": [pair.split(" ") for pair in merges]},
    })
