"""Run a checkpoint folder through the stock classes of Hugging Face transformers."""

import contextlib
import json
import math
import os
import pathlib
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
import transformers
from safetensors import safe_open
from safetensors.numpy import load_file

from families import STEMS

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
torch.set_num_threads(1)

TIED = {f"{head}.decoder.{kind}" for head in ("lm_head", "cls.predictions") for kind in ("weight", "bias")} | \
    {"vocab_projector.weight", "generator_lm_head.weight"}
SMALLEST_WINDOW = 4  # below it their chunked attention fails on a shape


def load(folder, **options):
    """The stock model named by the config's `architectures`, in float32, every weight accounted for.

    A Longformer without a pooler is loaded without one, as lfconv's note says.
    """
    folder = pathlib.Path(folder)
    name = json.loads((folder / "config.json").read_text(encoding="utf-8"))["architectures"][0]
    if name == "LongformerModel" and not has_pooler(folder):
        options["add_pooling_layer"] = False
    model, info = getattr(transformers, name).from_pretrained(
        folder, dtype=torch.float32, output_loading_info=True, **options)
    missing = set(info["missing_keys"]) - TIED
    for kind, names in (("missing", missing), ("unexpected", info["unexpected_keys"]),
                        ("mismatched", info["mismatched_keys"]), ("failed", info["error_msgs"])):
        if names:
            raise AssertionError(f"{folder}: {kind} in {name}: {sorted(map(str, names))}")
    head = model.lm_head if hasattr(model, "lm_head") else model.cls.predictions if hasattr(model, "cls") else None
    if head is not None and getattr(model.config, "tie_word_embeddings", False):
        if head.decoder.weight is not model.get_input_embeddings().weight or head.decoder.bias is not head.bias:
            raise AssertionError(f"{folder}: the decoder is not tied")
    return model.eval()


def saved_tensors(folder):
    """The tensors that the stock class writes after it has read the folder, by name."""
    with tempfile.TemporaryDirectory() as scratch:
        load(folder).save_pretrained(scratch)
        return load_file(pathlib.Path(scratch) / "model.safetensors")


def has_pooler(folder):
    """Whether a folder's weights have a pooler; those written by torch.save are of models that do."""
    files = sorted(folder.glob("*.safetensors"))
    for file in files:
        with safe_open(file, framework="np") as tensors:
            if any(name.endswith("pooler.dense.weight") for name in tensors.keys()):
                return True
    return not files


def load_auto(folder, model):
    """Load the folder through the `AutoModel…` class of its head; it must give the same class and weights."""
    name = type(model).__name__
    suffix = name[max(len(stem) for stem in STEMS.values() if name.startswith(stem)):]
    if name.startswith("DPR"):
        return "no automatic class"  # AutoModel takes every DPR for a question encoder
    auto = getattr(transformers, "AutoModel" if suffix == "Model" else "AutoModel" + suffix)
    options = {"add_pooling_layer": False} if name == "LongformerModel" and not has_pooler(pathlib.Path(folder)) else {}
    other = auto.from_pretrained(folder, dtype=torch.float32, **options)
    if type(other) is not type(model):
        raise AssertionError(f"{folder}: {auto.__name__} gives {type(other).__name__}")
    weights = other.state_dict()
    for name, tensor in model.state_dict().items():
        if not torch.equal(weights[name], tensor):
            raise AssertionError(f"{folder}: {auto.__name__} gives another {name}")
    return auto.__name__


def refusal(config):
    """Why the stock Longformer cannot run this configuration, or None."""
    if "attention_window" in config and min(windows_of(config)) < SMALLEST_WINDOW:
        return f"attention window below {SMALLEST_WINDOW}"
    dilation = config.get("attention_dilation", 1)
    if np.max(dilation if isinstance(dilation, int) else np.concatenate([np.ravel(d) for d in dilation])) > 1:
        return "attention_dilation"
    return "autoregressive attention" if config.get("autoregressive", False) else None


def windows_of(config):
    windows = config.get("attention_window", 1)
    return [windows] if isinstance(windows, int) else list(windows)


def common_multiple(config):
    """What the length must be a multiple of: every window of every layer."""
    return math.lcm(*windows_of(config))


def pads_enough(config, length):
    """Whether the stock padding, to a multiple of the largest window alone, suits the other windows too."""
    windows = windows_of(config)
    return (length + -length % max(windows)) % common_multiple(config) == 0


def pad_right(inputs, extra, pad):
    """Inputs [..., S] → [..., S + extra] with masked padding tokens after the end."""
    fill = {"input_ids": pad, "position_ids": pad}
    inputs = {"attention_mask": np.ones_like(inputs["input_ids"]), **inputs}
    widths = [(0, 0)] * (inputs["input_ids"].ndim - 1) + [(0, extra)]
    return {name: np.pad(value, widths, constant_values=fill.get(name, 0)) for name, value in inputs.items()}


@contextlib.contextmanager
def softmax_in_float64():
    """Make the attention softmax keep float64, which the stock code rounds to float32 on purpose."""
    original = torch.nn.functional.softmax

    def softmax(x, dim=None, _stacklevel=3, dtype=None):
        return original(x, dim=dim, dtype=None if x.dtype == torch.float64 else dtype)

    torch.nn.functional.softmax = softmax
    try:
        yield
    finally:
        torch.nn.functional.softmax = original


def dense_attentions(result, inputs, config):
    """Attention weights as in a golden case, {name: [B, A, S, S]}, from what a Longformer returns.

    It stores a local row as [x weights of global tokens | w + 1 weights of the window around the query], and the rows
    of global tokens in tensors of their own, key first. Flags of padded tokens do not count.
    """
    mask = inputs.get("attention_mask", np.ones_like(inputs["input_ids"]))
    flags = inputs.get("global_attention_mask", np.zeros_like(mask))
    rows, length = mask.shape
    globals_of = [np.flatnonzero(mask[row] * flags[row]) for row in range(rows)]
    most = max(map(len, globals_of))
    outputs = {}
    for layer, (local, window) in enumerate(zip(result.attentions, windows_of(config))):
        local = local.numpy()  # [B, A, S, x + w + 1]
        dense = np.zeros((*local.shape[:2], length, length), local.dtype)
        for row, own in enumerate(globals_of):
            for query in range(length):
                keys = np.arange(query - window // 2, query + window // 2 + 1)
                inside = (keys >= 0) & (keys < length)
                dense[row, :, query, keys[inside]] = local[row, :, query, most:][:, inside].T
                dense[row, :, query, own] += local[row, :, query, :len(own)].T
            for index, query in enumerate(own):
                dense[row, :, query] = result.global_attentions[layer].numpy()[row, :, :length, index]
        outputs[f"attentions.{layer}"] = dense
    return outputs


def run(model, inputs, attentions=False):
    """Outputs as in a golden case, in the model's element type. Hidden states of choices stay [B·C, S, H].

    Attention weights, where asked for, need a model loaded with eager attention, and its global mask given.
    """
    length = inputs["input_ids"].shape[-1]
    config = model.config.to_dict()
    given = inputs
    if not pads_enough(config, length):
        inputs = pad_right(inputs, -length % common_multiple(config), model.config.pad_token_id)
    with torch.no_grad():
        result = model(**{name: torch.from_numpy(value) for name, value in inputs.items()},
                       output_hidden_states=True, output_attentions=attentions, return_dict=True)
    outputs = {f"hidden_states.{i}": state[:, :length] for i, state in enumerate(result.hidden_states)}
    outputs["last_hidden_state"] = outputs[f"hidden_states.{len(outputs) - 1}"]
    weights = {}
    if attentions and config["model_type"] == "longformer":
        weights = dense_attentions(result, given, config)
    elif attentions:
        weights = {f"attentions.{layer}": value.numpy() for layer, value in enumerate(result.attentions)}
    per_token = {"logits"} if type(model).__name__.endswith(("MaskedLM", "TokenClassification")) else set()
    for name in ("pooler_output", "logits", "start_logits", "end_logits"):
        value = getattr(result, name, None)
        if value is not None:
            outputs[name] = value[:, :length] if name in per_token | {"start_logits", "end_logits"} else value
    return {name: value.contiguous().numpy() for name, value in outputs.items()} | weights


def largest_errors(got, truth):
    """The largest absolute error of every output that both sides have."""
    return {name: float(np.abs(got[name].astype(np.float64) - value).max())
            for name, value in truth.items() if name in got}
