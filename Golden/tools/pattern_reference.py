"""Attention patterns by name in float64, dense and slow: the truth behind the golden cases that name one.

`Specs/attention.md` defines the patterns. Everything here is written from those definitions with loops over tokens;
nothing is chunked, gathered or joined in the way of the implementations it judges. `PatternReference` is the dense
reference with its attention replaced.

Letters in shapes: as in dense_reference.py; R rounds of hashing, F hyperplanes of one round.
"""

import math

import numpy as np

from dense_reference import DenseReference, default_global_mask, masked_softmax

MARGIN = 2e-4  # a bucket must win by so much, or float32 may choose another


def parse(text):
    """`blockwise:2+global:first` → ("blockwise", [2], [0])."""
    body, _, suffix = text.partition("+global:")
    name, *numbers = body.split(":")
    numbers = [[int(n) for n in part.split("/")] for part in numbers]
    globals_ = [0] if suffix == "first" else [int(p) for p in suffix.split(",")] if suffix else []
    return name, [n[0] if len(n) == 1 else n for n in numbers], globals_


# --- who sees whom, and how often: [S, S] of whole numbers -----------------------------------------

def windows(length, window, dilation, causal):
    counts = np.zeros((length, length))
    for i in range(length):
        for j in range(length):
            step, rest = divmod(j - i, dilation)
            counts[i, j] = rest == 0 and abs(step) <= window // 2 and not (causal and j > i)
    return counts


def blockwise(length, blocks, head, heads):
    each = max(1, heads // 6)
    shift = max(0, (head - (heads - each * (blocks - 1))) // each + 1)
    counts = np.zeros((length, length))
    for i in range(length):
        for j in range(length):
            counts[i, j] = (i * blocks // length + shift) % blocks == j * blocks // length
    return counts


def recurrence(length, segment, memory, causal):
    counts = np.zeros((length, length))
    for i in range(length):
        begin = i // segment * segment
        for j in range(length):
            counts[i, j] = begin - memory <= j < begin + segment and not (causal and j > i)
    return counts


def bigbird(length, block, random):
    if length <= (5 + 2 * random) * block:
        return np.ones((length, length))
    last = -(-length // block) - 1
    counts = np.zeros((length, length))
    for i in range(length):
        own = i // block
        if own in (0, last):
            counts[i] = 1
            continue
        listed = {1: [0, 1, 2, last], last - 1: [0, last - 2, last - 1, last]}.get(own, [0, own - 1, own, own + 1, last])
        for seen in listed + [0] * random:
            counts[i, seen * block:(seen + 1) * block] += 1
    return counts


# --- LSH -------------------------------------------------------------------------------------------

def bucket_factors(length, chunk):
    """One or two even numbers: 2·(S div chunk), cut down to a power of two, and split when it is large."""
    power = (2 * (length // chunk)).bit_length() - 1
    limit = 2 * max(math.isqrt(length // chunk), chunk)
    return [2**power] if 2**power <= limit or power < 2 else [2**(power // 2), 2**(power - power // 2)]


def splitmix(seed, count):
    """The first `count` numbers of SplitMix64."""
    mask = (1 << 64) - 1
    words, state = [], seed
    for _ in range(count):
        state = state + 0x9E3779B97F4A7C15 & mask
        word = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & mask
        word = (word ^ word >> 27) * 0x94D049BB133111EB & mask
        words.append(word ^ word >> 31)
    return words


def seeded_rotations(seed, layers, heads, size, rounds, length, chunk):
    """[L, A, D, R, F] as a seed makes them: sums of twelve uniform numbers of 20 bits, less 6."""
    columns = sum(bucket_factors(length, chunk)) // 2
    shape = (layers, heads, size, rounds, columns)
    words = splitmix(seed, 4 * math.prod(shape))
    sums = [sum((word >> cut & 0xFFFFF) for word in words[k:k + 4] for cut in (0, 20, 40))
            for k in range(0, len(words), 4)]
    return (np.array(sums) / 2.0**20 - 6.0).reshape(shape).astype(np.float32)


class Hashing:
    """Buckets of vectors under one head's rotations [D, R, F]; remembers the narrowest decision."""

    def __init__(self, length, chunk):
        self.factors = bucket_factors(length, chunk)
        self.narrowest = math.inf

    def buckets(self, vectors, rotations):
        """[S, D] → [R, S]."""
        found = []
        for r in range(rotations.shape[1]):
            turned = vectors @ rotations[:, r].astype(np.float64)  # [S, F]
            bucket, unit, start = np.zeros(len(vectors), dtype=np.int64), 1, 0
            for factor in self.factors:
                part = turned[:, start:start + factor // 2]
                part = np.concatenate([part, -part], axis=1)
                bucket += unit * part.argmax(axis=1)
                ranked = np.sort(part, axis=1)
                self.narrowest = min(self.narrowest, float((ranked[:, -1] - ranked[:, -2]).min()))
                unit, start = unit * factor, start + factor // 2
            found.append(bucket)
        return np.stack(found)


def lsh_keys(query_buckets, key_buckets, keep, chunk, total):
    """For every round and query the list of keys it sees, padding included: [R][S] of lists."""
    rounds, length = query_buckets.shape
    per_round = -(-length // chunk)

    def chunks(buckets):
        cut = []
        for r in range(rounds):
            order = sorted(range(length), key=lambda p: (buckets[r][p] if keep[p] else total, p))
            cut += [order[c * chunk:(c + 1) * chunk] for c in range(per_round)]
        return cut

    query_chunks, key_chunks = chunks(query_buckets), chunks(key_buckets)
    seen = [[None] * length for _ in range(rounds)]
    for index, queries in enumerate(query_chunks):
        for query in queries:
            seen[index // per_round][query] = key_chunks[index - 1] + key_chunks[index]
    return seen


def lsh_head(q, k, v, scale, seen, allowed, shared, extra):
    """Context [S, D] and weights [S, S] of one head: a softmax a round, joined by their log-sum-exp.

    `allowed` [S] are the keys that the rounds may show, `extra` those that every query sees once besides.
    """
    length, rounds = len(q), len(seen)
    context, weights = np.zeros_like(v), np.zeros((length, length))
    for i in range(length):
        parts = []
        for r in range(rounds):
            keys = [j for j in seen[r][i] if allowed[j] and not (shared and j == i)]
            keys += extra if r == 0 else []
            if not keys:
                continue
            scores = np.array([q[i] @ k[j] * scale for j in keys])
            peak = scores.max()
            parts.append((peak + math.log(np.exp(scores - peak).sum()), keys, scores))
        if not parts:
            if shared:
                context[i], weights[i, i] = v[i], 1.0
            continue
        peak = max(part[0] for part in parts)
        total = sum(math.exp(part[0] - peak) for part in parts)
        for z, keys, scores in parts:
            share = math.exp(z - peak) / total
            for j, weight in zip(keys, np.exp(scores - z)):
                context[i] += share * weight * v[j]
                weights[i, j] += share * weight
    return context, weights


# --- the model -------------------------------------------------------------------------------------

class PatternReference(DenseReference):
    """A checkpoint under a pattern that is given by its name."""

    def __init__(self, config, tensors, attention, rotations=None):
        super().__init__(config, tensors)
        self.kind, self.numbers, self.globals = parse(attention)
        self.rotations = rotations
        self.narrowest = math.inf
        self.causal = bool(config.get("autoregressive", False))

    def run(self, inputs, attentions=False):
        inputs = {name: value for name, value in inputs.items() if name != "lsh_rotations"}
        mask = np.zeros_like(inputs["input_ids"])
        mask[..., self.globals] = 1
        inputs["global_attention_mask"] = mask
        return super().run(inputs, attentions)

    def is_full(self, length):
        return self.kind == "full" or self.kind == "bigbird" and length <= (5 + 2 * self.numbers[1]) * self.numbers[0]

    def counts(self, length, layer, head, heads):
        """[S, S], how often a query sees a key, padding and global tokens apart."""
        n = self.numbers
        if self.kind == "full":
            return np.ones((length, length))
        if self.kind in ("window", "dilated"):
            window = n[0][layer] if isinstance(n[0], list) else n[0]
            return windows(length, window, n[1] if self.kind == "dilated" else 1, self.causal)
        if self.kind == "blockwise":
            return blockwise(length, n[0], head, heads)
        if self.kind == "recurrence":
            return recurrence(length, n[0], n[1], self.causal)
        if self.kind == "bigbird":
            return bigbird(length, n[0], n[1])
        raise ValueError(self.kind)

    def attention(self, x, layer, keep, is_global):
        name = f"encoder.layer.{layer}.attention.self."
        heads = self.config["num_attention_heads"]
        length = len(x)
        query, key, value = (self.split(self.linear(x, name + part)) for part in ("query", "key", "value"))
        scale = 1.0 / math.sqrt(query.shape[2])
        context, weights = np.zeros_like(query), np.zeros((heads, length, length))
        if self.kind.startswith("lsh"):
            chunk = self.numbers[0]
            shared = self.kind == "lsh-shared"
            if shared:
                key = query / np.sqrt((query**2).mean(axis=-1, keepdims=True) + 1e-6)
            hashing = Hashing(length, chunk)
            for head in range(heads):
                turns = self.rotations[layer, head]
                seen = lsh_keys(hashing.buckets(query[head], turns), hashing.buckets(key[head], turns), keep, chunk,
                                math.prod(hashing.factors))
                context[head], weights[head] = lsh_head(
                    query[head], key[head], value[head], scale, seen, keep & ~is_global, shared,
                    list(np.flatnonzero(is_global)))
            self.narrowest = min(self.narrowest, hashing.narrowest)
        else:
            for head in range(heads):
                counts = self.counts(length, layer, head, heads) * (keep & ~is_global)
                for j in np.flatnonzero(is_global):
                    counts[:, j] = [not (self.causal and j > i) for i in range(length)]
                scores = query[head] @ key[head].T * scale
                if self.kind == "full" and not keep.any():
                    counts, scores = np.ones_like(counts), np.zeros_like(scores)
                with np.errstate(divide="ignore"):
                    weights[head] = masked_softmax(scores + np.log(counts), counts > 0)
                context[head] = weights[head] @ value[head]
        if self.kind != "full":
            context[:, ~keep] = 0.0
            weights[:, ~keep] = 0.0
        self.note_entropy(weights[:, keep & ~is_global], weights[:, keep & ~is_global] > 0)

        if is_global.any():
            suffix = "_global" if self.prefix + name + "query_global.weight" in self.tensors else ""
            query, key, value = (self.split(self.linear(x, name + part + suffix))
                                 for part in ("query", "key", "value"))
            allow = np.broadcast_to(keep, (1, int(is_global.sum()), length))
            if self.causal:
                allow = allow & (np.arange(length) <= np.flatnonzero(is_global)[:, None])
            own = masked_softmax(query[:, is_global] @ key.transpose(0, 2, 1) * scale, allow)
            context[:, is_global] = own @ value
            weights[:, is_global] = own
        return context.transpose(1, 0, 2).reshape(x.shape), weights
