#!/usr/bin/env python3
"""Write one tiny RoBERTa in every flavour of checkpoint: `flavours/<flavour>/`.

All hold the same tensors, bit for bit. A test converts each and demands the same result. The values are drawn from a
seed; the files are written by torch and safetensors themselves (`flavours/PROVENANCE.json` says which).
`flavours/ai2/` is the exception: a Longformer in the names and with the configuration of its authors' own release, and
`flavours/longformer/` the same model as Hugging Face stores it.
"""

import argparse
import collections
import json
import pathlib
import sys

import numpy as np
import torch
import transformers
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
SIZES = dict(vocab_size=23, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
             max_position_embeddings=18, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0,
             eos_token_id=2, hidden_act="gelu", hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1,
             initializer_range=0.02)
LEGACY = {"_use_new_zipfile_serialization": False}


def randomised(model, seed):
    """A state dict of random values; the row of token types is zero, as fairseq has none."""
    generator = np.random.Generator(np.random.PCG64(seed))
    state = collections.OrderedDict()
    for name, value in model.state_dict().items():
        if not value.is_floating_point():
            continue
        values = torch.from_numpy(generator.normal(0, 0.4, tuple(value.shape)).astype(np.float32))
        state[name] = values + 1 if name.endswith(("LayerNorm.weight", "layer_norm.weight")) else values
    for name in state:
        if name.endswith("token_type_embeddings.weight"):
            state[name] = torch.zeros_like(state[name])
    tied = next(name for name in state if name.endswith("word_embeddings.weight"))
    state["lm_head.decoder.weight"] = state[tied]
    state["lm_head.decoder.bias"] = state["lm_head.bias"]
    return state


def configuration(model_type, stem, **more):
    return {"architectures": [f"{stem}ForMaskedLM"], "model_type": model_type, **SIZES, **more}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def without_decoder(state):
    return collections.OrderedDict((name, value.clone()) for name, value in state.items() if "decoder" not in name)


def fairseq(state, top, thirds, old):
    """The names of fairseq; `thirds` keeps query, key and value in one tensor, `old` has the first names of norms."""
    result = collections.OrderedDict()
    plain = {"embeddings.word_embeddings": "embed_tokens", "embeddings.position_embeddings": "embed_positions",
             "embeddings.LayerNorm": "emb_layer_norm" if old else "layernorm_embedding"}
    layer = {"attention.output.dense": "self_attn.out_proj", "intermediate.dense": "fc1", "output.dense": "fc2",
             "attention.output.LayerNorm": "layer_norms.0" if old else "self_attn_layer_norm",
             "output.LayerNorm": "layer_norms.1" if old else "final_layer_norm"}
    for name, value in state.items():
        if name == "lm_head.decoder.weight":
            result[f"{top}.lm_head.weight"] = value
        elif name == "lm_head.decoder.bias" or "token_type" in name:
            continue
        elif name.startswith("lm_head."):
            result[f"{top}.{name}"] = value
        else:
            stem, end = name.removeprefix("roberta.").rsplit(".", 1)
            if stem in plain:
                result[f"{top}.sentence_encoder.{plain[stem]}.{end}"] = value
                continue
            _, _, number, part = stem.split(".", 3)
            front = f"{top}.sentence_encoder.layers.{number}"
            if part in layer:
                result[f"{front}.{layer[part]}.{end}"] = value
            else:
                kind = part.removeprefix("attention.self.")
                if not thirds:
                    result[f"{front}.self_attn.{kind[0]}_proj.{end}"] = value
                elif kind == "query":
                    parts = [state[name.replace("query", other)] for other in ("query", "key", "value")]
                    result[f"{front}.self_attn.in_proj_{end}"] = torch.cat(parts)
    result[f"{top}.sentence_encoder.version"] = torch.Tensor([3])
    return result


def fairseq_settings():
    return dict(arch="roberta_base", encoder_layers=SIZES["num_hidden_layers"], encoder_embed_dim=SIZES["hidden_size"],
                encoder_ffn_embed_dim=SIZES["intermediate_size"], encoder_attention_heads=SIZES["num_attention_heads"],
                activation_fn="gelu", dropout=0.1, attention_dropout=0.1, max_positions=16)


def write_robertas(root, state):
    """The same RoBERTa, ten times."""
    config = configuration("roberta", "Roberta")

    def folder(name, settings=config):
        path = root / name
        path.mkdir(parents=True, exist_ok=True)
        if settings is not None:
            write_json(path / "config.json", settings)
        return path

    lean = without_decoder(state)
    save_file(lean, folder("safetensors") / "model.safetensors", metadata={"format": "pt"})

    path = folder("safetensors-sharded")
    bin_path = folder("bin-sharded")
    parts = {}
    for position, name in enumerate(lean):
        parts.setdefault(position % 3 + 1, {})[name] = lean[name]
    for target, end in ((path, "safetensors"), (bin_path, "bin")):
        stem = "model" if end == "safetensors" else "pytorch_model"
        weight_map = {}
        for number, part in parts.items():
            file = f"{stem}-{number:05}-of-00003.{end}"
            save_file(part, target / file, metadata={"format": "pt"}) if end == "safetensors" else torch.save(
                part, target / file)
            weight_map.update({name: file for name in part})
        write_json(target / f"{stem}.{end}.index.json",
                   {"metadata": {"total_size": sum(value.nbytes for value in lean.values())}, "weight_map": weight_map})

    torch.save(state, folder("bin-zip") / "pytorch_model.bin")
    torch.save(state, folder("bin-legacy") / "pytorch_model.bin", **LEGACY)

    wrapped = collections.OrderedDict((f"model.{name}", value) for name, value in state.items())
    wrapped["model.roberta.embeddings.position_ids"] = torch.arange(SIZES["max_position_embeddings"]).unsqueeze(0)
    torch.save({"epoch": 1, "global_step": 10, "pytorch-lightning_version": "2.1.0", "state_dict": wrapped,
                "optimizer_states": [{"state": {0: {"exp_avg": torch.ones(3)}}}], "hyper_parameters": {"lr": 1e-4},
                "callbacks": {}, "lr_schedulers": []}, folder("lightning") / "last.ckpt")

    settings = fairseq_settings()
    words = "".join(f"w{number} {100 - number}\n" for number in range(SIZES["vocab_size"] - 4 - 1))
    for name, top, thirds, old, options in (("fairseq-args", "decoder", True, True, LEGACY),
                                            ("fairseq-cfg", "encoder", False, False, {})):
        path = folder(name, None)
        (path / "dict.txt").write_text(words)
        names = fairseq(state, top, thirds, old)
        beside = {"args": argparse.Namespace(**settings)} if old else {
            "args": None, "cfg": {"_name": None, "model": {"_name": "roberta", **settings}, "task": {"_name": "masked_lm"}}}
        torch.save({**beside, "model": names, "extra_state": {"epoch": 1}, "optimizer_history": []}, path / "model.pt",
                   **options)

    path = folder("sentence-transformers", None)
    inner = path / "0_Transformer"
    inner.mkdir(exist_ok=True)
    write_json(inner / "config.json", config)
    write_json(inner / "sentence_bert_config.json", {"max_seq_length": 16, "do_lower_case": False})
    save_file(lean, inner / "model.safetensors", metadata={"format": "pt"})
    (path / "1_Pooling").mkdir(exist_ok=True)
    write_json(path / "1_Pooling" / "config.json", {"word_embedding_dimension": 8, "pooling_mode_mean_tokens": True})
    write_json(path / "modules.json", [
        {"idx": 0, "name": "0", "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])


def write_longformers(root):
    """The same Longformer in Hugging Face's names and in its authors'."""
    windows = [4, 8]  # the library pads inputs to the largest, of which all must be divisors
    more = dict(attention_window=windows, sep_token_id=2)
    names = transformers.LongformerConfig(**{**SIZES, **more})
    state = without_decoder(randomised(transformers.LongformerForMaskedLM(names), 8))
    path = root / "longformer"
    path.mkdir(parents=True, exist_ok=True)
    write_json(path / "config.json", configuration("longformer", "Longformer", **more))
    save_file(state, path / "model.safetensors", metadata={"format": "pt"})
    path = root / "ai2"
    path.mkdir(parents=True, exist_ok=True)
    write_json(path / "config.json", configuration(
        "roberta", "Roberta", attention_window=[width // 2 for width in windows], attention_dilation=[1, 1],
        autoregressive=False, attention_mode="sliding_chunks"))
    renamed = collections.OrderedDict((name.replace("longformer.", "roberta."), value) for name, value in state.items())
    torch.save(renamed, path / "pytorch_model.bin")


def write_bert(root):
    """A BERT for pre-training, with both heads."""
    sizes = {**SIZES, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "pad_token_id": 0, "max_position_embeddings": 16}
    del sizes["bos_token_id"], sizes["eos_token_id"]
    model = transformers.BertForPreTraining(transformers.BertConfig(**sizes))
    generator = torch.Generator().manual_seed(9)
    for name, value in model.named_parameters():
        value.data = torch.randn(value.shape, generator=generator) * 0.4 + (1 if "LayerNorm.weight" in name else 0)
    model.tie_weights()
    path = root / "bert"
    path.mkdir(parents=True, exist_ok=True)
    write_json(path / "config.json", {"architectures": ["BertForPreTraining"], "model_type": "bert", **sizes})
    state = {name: value.clone() for name, value in model.state_dict().items()
             if value.is_floating_point() and "decoder" not in name}
    save_file(state, path / "model.safetensors", metadata={"format": "pt"})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="default: the folder of this script")
    root = parser.parse_args().out / "flavours"
    model = transformers.RobertaForMaskedLM(transformers.RobertaConfig(**SIZES))
    write_robertas(root, randomised(model, 7))
    write_longformers(root)
    write_bert(root)
    write_json(root / "PROVENANCE.json", {
        "script": "Tests/Corpora/make_flavours.py", "torch": torch.__version__, "transformers": transformers.__version__,
        "numpy": np.__version__, "seeds": {"roberta": 7, "longformer": 8, "bert": 9}})
    print(sum(path.stat().st_size for path in root.rglob("*") if path.is_file()), "bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
