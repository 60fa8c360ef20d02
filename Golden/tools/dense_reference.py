"""RoBERTa, BERT and Longformer in float64, dense and slow: the truth behind the golden outputs.

Written from the mathematics alone, in NumPy, so that it shares no code and no trick with the
implementations it judges. Attention is a full [S, S] matrix with a Boolean table of who may see whom;
nothing is chunked, padded to a window, or computed in float32.

Letters in shapes: B batch, S length, H hidden, A heads, D = H / A, I intermediate, V vocabulary,
P rows of the position table, T token types, L layers, C choices.

`tensors` maps Hugging Face names to arrays; `config` is a Hugging Face `config.json` as a dictionary.
Two more keys are understood: `attention_dilation` (one number per layer, or a list per head) and
`autoregressive`.
"""

import math

import numpy as np

HEADS = ("MaskedLM", "SequenceClassification", "TokenClassification", "QuestionAnswering",
         "MultipleChoice")


# --- element-wise pieces -------------------------------------------------------------------------

_erf = np.vectorize(math.erf, otypes=[np.float64])


def gelu(x):
    """The exact GELU: x times the normal distribution function, no tanh approximation."""
    return 0.5 * x * (1.0 + _erf(x / math.sqrt(2.0)))


ACTIVATIONS = {
    "gelu": gelu,
    "relu": lambda x: np.maximum(x, 0.0),
    "silu": lambda x: x / (1.0 + np.exp(-x)),
    "swish": lambda x: x / (1.0 + np.exp(-x)),
    "quick_gelu": lambda x: x / (1.0 + np.exp(-1.702 * x)),
    "mish": lambda x: x * np.tanh(np.logaddexp(0.0, x)),
    "tanh": np.tanh,
    "gelu_new": lambda x: 0.5 * x * (1.0 + np.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3))),
}


def layer_norm(x, weight, bias, eps):
    """[..., H] → [..., H], with the biased variance."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred * centred).mean(axis=-1, keepdims=True)
    return centred / np.sqrt(variance + eps) * weight + bias


def masked_softmax(scores, allow):
    """Softmax over the last axis where `allow` holds; a row that may see nothing becomes all zero."""
    scores = np.where(allow, scores, -np.inf)
    peak = scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(peak), peak, 0.0))
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total > 0.0, total, 1.0)


# --- who sees whom -------------------------------------------------------------------------------

def band(length, window, dilation=1, autoregressive=False):
    """[S, S], true where key j lies in the window of query i: window / 2 steps of `dilation` each way."""
    offset = np.arange(length)[None, :] - np.arange(length)[:, None]
    inside = (np.abs(offset) <= dilation * (window // 2)) & (offset % dilation == 0)
    return inside & (offset <= 0) if autoregressive else inside


def local_pattern(config, layer, keep, is_global):
    """[A or 1, S, S], true where a local query may see a key: its band, and every global key."""
    length = keep.shape[0]
    past_only = bool(config.get("autoregressive", False))
    if config["model_type"] != "longformer":
        return np.broadcast_to(keep, (1, length, length))
    window = config["attention_window"]
    window = window if isinstance(window, int) else window[layer]
    dilation = config.get("attention_dilation", 1)
    dilation = dilation if isinstance(dilation, int) else dilation[layer]
    per_head = [dilation] if isinstance(dilation, int) else dilation
    reachable = np.stack([band(length, window, step, past_only) for step in per_head])
    from_global = np.broadcast_to(is_global, (length, length))
    if past_only:
        from_global = np.tril(from_global)
    return (reachable | from_global) & keep


def default_global_mask(head, input_ids, separator):
    """[B, S], the global tokens a head chooses when the caller names none, or None for no global token."""
    if head == "SequenceClassification":
        mask = np.zeros_like(input_ids)
        mask[:, 0] = 1
        return mask
    if head not in ("QuestionAnswering", "MultipleChoice"):
        return None
    mask = np.zeros_like(input_ids)
    for row, ids in enumerate(input_ids):
        separators = np.flatnonzero(ids == separator)
        if len(separators) != 3:
            raise ValueError(f"row {row}: three separators expected, {len(separators)} found")
        if head == "QuestionAnswering":
            mask[row, : separators[0]] = 1
        else:
            mask[row, separators[0] + 2:] = 1
    return mask


def default_positions(model_type, input_ids, pad):
    """[B, S]. BERT counts every token from 0. The others count from pad + 1 over the tokens that are not `pad`, which
    itself takes row `pad`."""
    if model_type == "bert":
        return np.broadcast_to(np.arange(input_ids.shape[1]), input_ids.shape)
    real = (input_ids != pad).astype(np.int64)
    return np.cumsum(real, axis=1) * real + pad


# --- the model -----------------------------------------------------------------------------------

class DenseReference:
    """One checkpoint, ready to run. After `run`, `entropies` and `largest` describe what happened inside."""

    def __init__(self, config, tensors):
        self.config = config
        self.head = next((name for name in HEADS if config["architectures"][0].endswith("For" + name)), None)
        self.prefix = config["model_type"] + "." if self.head else ""
        self.tensors = {name: np.asarray(value, dtype=np.float64) for name, value in tensors.items()}
        self.entropies = []

    def get(self, name):
        return self.tensors[self.prefix + name]

    def linear(self, x, name):
        """[..., in] → [..., out], with the backbone's weight [out, in] and bias [out] called `name`."""
        return x @ self.get(name + ".weight").T + self.get(name + ".bias")

    def top(self, x, name):
        """The same for a head's tensors, which stand outside the backbone's prefix."""
        return x @ self.tensors[name + ".weight"].T + self.tensors[name + ".bias"]

    def norm(self, x, name):
        return layer_norm(x, self.get(name + ".weight"), self.get(name + ".bias"), self.config["layer_norm_eps"])

    def split(self, x):
        """[S, H] → [A, S, D]."""
        heads = self.config["num_attention_heads"]
        return x.reshape(x.shape[0], heads, -1).transpose(1, 0, 2)

    def note_entropy(self, weights, allow):
        """Record how even attention was: 1 means uniform over the visible keys, 0 means a single key."""
        logs = np.log(weights, out=np.zeros_like(weights), where=weights > 0.0)
        entropy = -(weights * logs).sum(axis=-1)
        visible = np.broadcast_to(allow, weights.shape).sum(axis=-1)
        several = visible > 1
        self.entropies.append(entropy[several] / np.log(visible[several]))

    def attention(self, x, layer, keep, is_global):
        """One row's attention before the output projection: context [S, H] and weights [A, S, S] from x [S, H] and
        masks [S]."""
        name = f"encoder.layer.{layer}.attention.self."
        scale = 1.0 / math.sqrt(x.shape[1] // self.config["num_attention_heads"])
        longformer = self.config["model_type"] == "longformer"

        query, key, value = (self.split(self.linear(x, name + part)) for part in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) * scale  # [A, S, S]
        allow = local_pattern(self.config, layer, keep, is_global)
        # RoBERTa and BERT let padded queries look around like any other; Longformer gives them nothing.
        if longformer:
            allow = allow & keep[:, None]
        elif not keep.any():
            # Hugging Face's RoBERTa and BERT hide a key by adding the lowest number there is, next to which every score
            # vanishes. Where all keys are hidden, all of them therefore count the same.
            allow, scores = np.ones_like(allow), np.zeros_like(scores)
        weights = masked_softmax(scores, allow)  # [A, S, S]
        local_rows = keep & ~is_global if longformer else keep
        self.note_entropy(weights[:, local_rows], allow[:, local_rows])
        context = weights @ value  # [A, S, D]

        if longformer and is_global.any():
            query, key, value = (self.split(self.linear(x, name + part + "_global"))
                                 for part in ("query", "key", "value"))
            allow = np.broadcast_to(keep, (1, int(is_global.sum()), len(keep)))
            if self.config.get("autoregressive", False):
                allow = allow & (np.arange(len(keep)) <= np.flatnonzero(is_global)[:, None])
            own = masked_softmax(query[:, is_global] @ key.transpose(0, 2, 1) * scale, allow)  # [A, g, S]
            self.note_entropy(own, allow)
            context[:, is_global] = own @ value
            weights[:, is_global] = own
        return context.transpose(1, 0, 2).reshape(x.shape), weights

    def layer(self, x, index, keep, is_global):
        """One post-LayerNorm encoder layer: x [B, S, H] → [B, S, H] and attention weights [B, A, S, S]; masks [B, S]."""
        name = f"encoder.layer.{index}."
        context, weights = map(np.stack, zip(*(self.attention(x[row], index, keep[row], is_global[row])
                                               for row in range(len(x)))))
        x = self.norm(self.linear(context, name + "attention.output.dense") + x, name + "attention.output.LayerNorm")
        inner = ACTIVATIONS[self.config["hidden_act"]](self.linear(x, name + "intermediate.dense"))
        return self.norm(self.linear(inner, name + "output.dense") + x, name + "output.LayerNorm"), weights

    def embed(self, input_ids, token_type_ids, position_ids):
        """[B, S] → [B, S, H]: word + position + token type, then LayerNorm."""
        x = (self.get("embeddings.word_embeddings.weight")[input_ids]
             + self.get("embeddings.position_embeddings.weight")[position_ids]
             + self.get("embeddings.token_type_embeddings.weight")[token_type_ids])
        return self.norm(x, "embeddings.LayerNorm")

    def run(self, inputs, attentions=False):
        """Inputs as in a golden case → outputs as in a golden case, all float64; attention weights if asked for."""
        choices = inputs["input_ids"].shape[1] if self.head == "MultipleChoice" else None
        flat = {name: value.reshape(-1, value.shape[-1]) for name, value in inputs.items()}
        ids = flat["input_ids"]
        global_mask = flat.get("global_attention_mask")
        if global_mask is None and self.config["model_type"] == "longformer":
            global_mask = default_global_mask(self.head, ids, self.config.get("sep_token_id", 2))
        keep = flat.get("attention_mask", np.ones_like(ids)) != 0
        is_global = keep & (np.zeros_like(ids) if global_mask is None else global_mask).astype(bool)
        positions = flat.get("position_ids", default_positions(self.config["model_type"], ids, self.config["pad_token_id"]))

        x = self.embed(ids, flat.get("token_type_ids", np.zeros_like(ids)), positions)
        outputs = {"hidden_states.0": x}
        for index in range(self.config["num_hidden_layers"]):
            x, weights = self.layer(x, index, keep, is_global)
            outputs[f"hidden_states.{index + 1}"] = x
            if attentions:
                outputs[f"attentions.{index}"] = weights
        outputs["last_hidden_state"] = x
        if self.prefix + "pooler.dense.weight" in self.tensors:
            outputs["pooler_output"] = np.tanh(self.linear(x[:, 0], "pooler.dense"))
        outputs.update(self.apply_head(x, outputs.get("pooler_output"), choices))
        self.largest = max(float(np.abs(value).max()) for value in outputs.values())
        return outputs

    def apply_head(self, x, pooled, choices):
        """The head's own outputs from x [B, S, H] (and the pooled [B·C, H], where there is a pooler)."""
        if self.head == "MaskedLM":
            if self.config["model_type"] == "bert":
                dense, norm, bias = (f"cls.predictions.{part}" for part in
                                     ("transform.dense", "transform.LayerNorm", "bias"))
                activation = ACTIVATIONS[self.config.get("lm_head_activation", self.config["hidden_act"])]
            else:
                dense, norm, bias = "lm_head.dense", "lm_head.layer_norm", "lm_head.bias"
                activation = gelu  # always the exact one, whatever hidden_act says
            x = layer_norm(activation(self.top(x, dense)), self.tensors[norm + ".weight"],
                           self.tensors[norm + ".bias"], self.config["layer_norm_eps"])
            return {"logits": x @ self.get("embeddings.word_embeddings.weight").T + self.tensors[bias]}
        if "classifier.out_proj.weight" in self.tensors:
            activation = ACTIVATIONS[self.config.get("head_activation", "tanh")]
            logits = self.top(activation(self.top(x[:, 0], "classifier.dense")), "classifier.out_proj")
            return {"logits": logits.reshape(-1, choices) if choices else logits}
        if self.head == "SequenceClassification":
            return {"logits": self.top(pooled, "classifier")}
        if self.head == "TokenClassification":
            return {"logits": self.top(x, "classifier")}
        if self.head == "QuestionAnswering":
            logits = self.top(x, "qa_outputs")  # [B, S, 2]
            return {"start_logits": logits[..., 0], "end_logits": logits[..., 1]}
        if self.head == "MultipleChoice":
            return {"logits": self.top(pooled, "classifier").reshape(-1, choices)}
        return {}

    def mean_entropy(self):
        """Mean normalised attention entropy over all rows that see two keys or more, or None without any."""
        values = np.concatenate([part.ravel() for part in self.entropies])
        return float(values.mean()) if values.size else None
