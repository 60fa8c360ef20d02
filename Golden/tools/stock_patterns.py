"""Stock classes of Hugging Face that compute a named pattern on the weights of another family.

BigBird's tensors have BERT's names, so that its class takes a BERT as it is. Reformer's LSH layer takes one layer's
query and value projections, and rotations in place of those that it would draw.
"""

import math

import numpy as np
import torch
import transformers
from transformers.models.reformer.modeling_reformer import LSHSelfAttention

import huggingface
from dense_reference import ACTIVATIONS
from pattern_reference import bucket_factors, parse


def run_bigbird(config, tensors, inputs, attention):
    """A BERT's outputs through BigBird's class in evaluation mode, in float64, its attention block-sparse."""
    _, (block, random), _ = parse(attention)
    fields = {key: value for key, value in config.items()
              if key not in ("architectures", "model_type", "position_embedding_type", "dtype")}
    options = transformers.BigBirdConfig(**fields, block_size=block, num_random_blocks=random, use_bias=True,
                                         attention_type="block_sparse", rescale_embeddings=False)
    kind = config["architectures"][0].removeprefix("Bert")
    model = getattr(transformers, "BigBird" + kind)(options).double().eval()
    state = {name: torch.from_numpy(np.asarray(value, dtype=np.float64)) for name, value in tensors.items()}
    if kind == "Model":
        state = {name.replace("pooler.dense", "pooler"): value for name, value in state.items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    left = {name for name in missing
            if name not in huggingface.TIED and not name.endswith("_ids") and ".pooler." not in name}
    assert not left and not unexpected, (left, unexpected)
    length = inputs["input_ids"].shape[-1]
    with torch.no_grad():
        result = model(**{name: torch.from_numpy(value) for name, value in inputs.items()
                          if name != "lsh_rotations"}, output_hidden_states=True, return_dict=True)
    used = model.bert if hasattr(model, "bert") else model
    wanted = "original_full" if length <= (5 + 2 * random) * block else "block_sparse"
    assert used.attention_type == wanted, used.attention_type
    outputs = {f"hidden_states.{i}": state[:, :length] for i, state in enumerate(result.hidden_states)}
    outputs["last_hidden_state"] = outputs[f"hidden_states.{len(outputs) - 1}"]
    for name in ("pooler_output", "logits"):
        if getattr(result, name, None) is not None:
            outputs[name] = getattr(result, name)
    return {name: value[:, :length].numpy() if value.ndim == 3 else value.numpy() for name, value in outputs.items()}


def run_reformer_layer(reference, layer, states, keep, rotations):
    """Context [B, S, H] of a layer's shared LSH attention from Reformer's own class, in float64; S is a multiple of
    the chunk, or at most as long."""
    chunk, rounds = reference.numbers
    hidden, heads = states.shape[2], reference.config["num_attention_heads"]
    factors = bucket_factors(states.shape[1], chunk)
    options = transformers.ReformerConfig(
        hidden_size=hidden, num_attention_heads=heads, attention_head_size=hidden // heads, num_hashes=rounds,
        num_buckets=factors if len(factors) > 1 else factors[0], lsh_attn_chunk_length=chunk,
        lsh_num_chunks_before=1, lsh_num_chunks_after=0, lsh_attention_probs_dropout_prob=0.0,
        is_decoder=False, attn_layers=["lsh"])
    module = LSHSelfAttention(options).double().eval()
    for mine, part in (("query_key", "query"), ("value", "value")):
        name = f"encoder.layer.{layer}.attention.self.{part}"
        linear = torch.nn.Linear(hidden, hidden).double()
        linear.weight.data = torch.from_numpy(reference.get(name + ".weight"))
        linear.bias.data = torch.from_numpy(reference.get(name + ".bias"))
        setattr(module, mine, linear)
    original = torch.randn
    torch.randn = lambda shape, **_: torch.from_numpy(rotations[layer].astype(np.float64)).reshape(tuple(shape))
    try:
        with torch.no_grad():
            result = module(torch.from_numpy(states), attention_mask=torch.from_numpy(keep.astype(np.int64)),
                            num_hashes=rounds)
    finally:
        torch.randn = original
    return result.hidden_states.numpy()


def reformer_error(reference, outputs, keep, rotations):
    """The largest difference of the reference's context to Reformer's own at tokens, over all layers."""
    worst = 0.0
    for layer in range(reference.config["num_hidden_layers"]):
        states = outputs[f"hidden_states.{layer}"]
        theirs = run_reformer_layer(reference, layer, states, keep, rotations)
        for row in range(len(states)):
            none = np.zeros_like(keep[row])
            mine, _ = reference.attention(states[row], layer, keep[row], none)
            worst = max(worst, float(np.abs(mine - theirs[row])[keep[row]].max(initial=0.0)))
    return worst


def recurrent_states(reference, inputs, outputs):
    """Hidden states of a recurrence as Transformer-XL makes them: segment by segment through all layers, each layer
    with the cached inputs of the positions before. → the largest difference to the reference's at tokens."""
    segment, memory = reference.numbers
    ids = inputs["input_ids"]
    keep = inputs.get("attention_mask", np.ones_like(ids)) != 0
    layers = reference.config["num_hidden_layers"]
    heads = reference.config["num_attention_heads"]
    worst = 0.0
    for row in range(len(ids)):
        cache = [np.zeros((0, reference.config["hidden_size"])) for _ in range(layers)]
        for start in range(0, ids.shape[1], segment):
            x = outputs["hidden_states.0"][row, start:start + segment]
            for layer in range(layers):
                past = cache[layer][-memory:] if memory else cache[layer][:0]
                cache[layer] = np.concatenate([cache[layer], x])
                both = np.concatenate([past, x])
                name = f"encoder.layer.{layer}.attention.self."
                q = reference.split(reference.linear(x, name + "query"))
                k = reference.split(reference.linear(both, name + "key"))
                v = reference.split(reference.linear(both, name + "value"))
                seen = np.broadcast_to(keep[row, start - len(past):start + len(x)], (len(x), len(both))).copy()
                if reference.causal:
                    seen &= np.arange(len(both)) <= len(past) + np.arange(len(x))[:, None]
                context = np.zeros_like(q)
                for head in range(heads):
                    scores = np.where(seen, q[head] @ k[head].T / math.sqrt(q.shape[2]), -np.inf)
                    weights = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
                    total = weights.sum(axis=1, keepdims=True)
                    context[head] = weights / np.where(total > 0, total, 1) @ v[head]
                context = context.transpose(1, 0, 2).reshape(x.shape) * keep[row, start:start + len(x), None]
                layer_name = f"encoder.layer.{layer}."
                x = reference.norm(reference.linear(context, layer_name + "attention.output.dense") + x,
                                   layer_name + "attention.output.LayerNorm")
                inner = ACTIVATIONS[reference.config["hidden_act"]](
                    reference.linear(x, layer_name + "intermediate.dense"))
                x = reference.norm(reference.linear(inner, layer_name + "output.dense") + x,
                                   layer_name + "output.LayerNorm")
                mine = outputs[f"hidden_states.{layer + 1}"][row, start:start + segment]
                worst = max(worst, float(np.abs(mine - x).max()))
    return worst
