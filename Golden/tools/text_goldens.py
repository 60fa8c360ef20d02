#!/usr/bin/env python3
"""Record what Hugging Face and sentence-transformers make of texts, for the tests of the library's front door.

    python text_goldens.py            write Tests/LongformerTests/Goldens
    python text_goldens.py --check    compare it with what would be written; exit 1 on a difference

Small random models, with the tokenizers of Tests/LFTokenizersTests/Goldens: vectors under every pooling, labels,
labels of tokens, candidates for a mask token, hidden states. Every text is run alone, so that no padding has a part.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
import transformers
from transformers import (BertConfig, BertForTokenClassification, BertModel, LongformerConfig, LongformerForMaskedLM,
                          LongformerForSequenceClassification, PreTrainedTokenizerFast, RobertaConfig,
                          RobertaForSequenceClassification)

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "Tests" / "LongformerTests" / "Goldens"
TOKENIZERS = ROOT / "Tests" / "LFTokenizersTests" / "Goldens"
TOLERANCE = 2e-5

# What the files of the sentence-transformers model say.
PROMPT = "find: "
MAXIMUM = 40

TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "",
    "a",
    "  naïve café 😀, 你好 — Größe  ",
    "Long documents need attention that grows with their length and not with its square. " * 3,
    "To be, or not to be: <mask> is the <mask> [MASK].",
]

SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24,
         "hidden_act": "gelu", "initializer_range": 0.3}
ROBERTA = SIZES | {"vocab_size": 1201, "max_position_embeddings": 130, "type_vocab_size": 1, "pad_token_id": 1,
                   "bos_token_id": 0, "eos_token_id": 2, "sep_token_id": 2, "layer_norm_eps": 1e-5}
BERT = SIZES | {"vocab_size": 1210, "max_position_embeddings": 130, "type_vocab_size": 2, "pad_token_id": 0}
NAMES = {0: "calm", 1: "glad", 2: "sad"}
LABELS = {"id2label": NAMES, "label2id": {name: place for place, name in NAMES.items()}, "num_labels": 3}
SPECIAL = {
    "roberta": {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>",
                "unk_token": "<unk>", "mask_token": "<mask>"},
    "bert-uncased": {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]",
                     "mask_token": "[MASK]"},
}

# Name: class, configuration, tokenizer.
MODELS = {
    "sentence-bert": (BertModel, BertConfig(**BERT), "bert-uncased"),
    "roberta-labels": (RobertaForSequenceClassification, RobertaConfig(**ROBERTA, **LABELS), "roberta"),
    "longformer-masked-lm": (LongformerForMaskedLM, LongformerConfig(**ROBERTA, attention_window=[8, 16]), "roberta"),
    "longformer-labels": (LongformerForSequenceClassification, LongformerConfig(
        **ROBERTA, **LABELS, attention_window=[8, 8], problem_type="multi_label_classification"), "roberta"),
    "bert-token-labels": (BertForTokenClassification, BertConfig(**BERT, **LABELS), "bert-uncased"),
}


def tokenizer_of(name, length):
    return PreTrainedTokenizerFast(tokenizer_file=str(TOKENIZERS / f"{name}.json"), model_max_length=length, **SPECIAL[name])


def make_models(folder):
    """Writes the models with stock classes, in float16, which is half as large."""
    for seed, (name, (kind, config, tokenizer)) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        model = kind(config)
        for parameter_name, parameter in model.named_parameters():
            with torch.no_grad():
                if "LayerNorm.weight" in parameter_name or "layer_norm.weight" in parameter_name:
                    parameter.add_(0.2 * torch.randn_like(parameter))
                else:
                    parameter.copy_(0.3 * torch.randn_like(parameter))
        model.half().save_pretrained(folder / name)
        path = folder / name / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"dtype": "float16"}, indent=2, sort_keys=True) + "\n")
    make_sentence_files(folder / "sentence-bert")


def make_sentence_files(folder):
    files = {
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}],
        "sentence_bert_config.json": {"max_seq_length": MAXIMUM, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {"query": PROMPT}, "default_prompt_name": "query"},
        "1_Pooling/config.json": {"word_embedding_dimension": SIZES["hidden_size"], "pooling_mode_cls_token": False,
                                  "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True,
                                  "pooling_mode_mean_sqrt_len_tokens": False},
    }
    for name, value in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(value, indent=1) + "\n")


def with_tokenizer(folder, work):
    """A copy of the model with its tokenizer, as everybody loads it."""
    kind, config, name = MODELS[folder.name]
    copy = work / folder.name
    shutil.copytree(folder, copy)
    tokenizer_of(name, config.max_position_embeddings - (2 if name == "roberta" else 0)).save_pretrained(copy)
    return copy


def run(model, tokenizer, text, globals_=None):
    """Every hidden state [S, H] and the head's logits of one text."""
    inputs = tokenizer(text, return_tensors="pt", truncation=True)
    if model.config.type_vocab_size == 1:
        inputs.pop("token_type_ids", None)
    if globals_ is not None:
        mask = torch.zeros_like(inputs["input_ids"])
        mask[0, :globals_] = 1
        inputs["global_attention_mask"] = mask
    with torch.no_grad():
        output = model(**inputs, output_hidden_states=True)
    return ([state[0] for state in output.hidden_states], getattr(output, "logits", None), inputs["input_ids"][0])


def pooled(states, pooling):
    return {"cls": lambda: states[0], "mean": lambda: states.mean(0), "max": lambda: states.max(0).values}[pooling]()


def record(folder):
    result = {"made_by": "python Golden/tools/text_goldens.py", "transformers": transformers.__version__,
              "torch": torch.__version__.split("+")[0], "texts": TEXTS, "models": {}}
    with tempfile.TemporaryDirectory() as work:
        for name, (kind, _, tokenizer_name) in MODELS.items():
            path = with_tokenizer(folder / name, pathlib.Path(work))
            tokenizer = transformers.AutoTokenizer.from_pretrained(path)
            model = kind.from_pretrained(path, dtype=torch.float32, attn_implementation="eager").eval()
            entry = {"tokenizer": tokenizer_name, "vectors": []}
            texts = TEXTS
            if name == "sentence-bert":  # what its files say of every use of it
                texts = [PROMPT + text for text in TEXTS]
                tokenizer.model_max_length = MAXIMUM
            for first in ([0, 1] if "longformer" in name else [None]):
                states = [run(model, tokenizer, text, first)[0][-1] for text in texts]
                for pooling in ("cls", "mean", "max"):
                    vectors = [pooled(state, pooling).tolist() for state in states]
                    entry["vectors"].append(
                        {"pooling": pooling, "global": "first" if first else "none", "values": vectors})
            entry["hidden_states"] = [s.tolist() for s in run(model, tokenizer, texts[0], 0 if "longformer" in name else None)[0]]
            heads = [run(model, tokenizer, text) for text in texts]
            if name in ("roberta-labels", "longformer-labels"):
                share = torch.sigmoid if model.config.problem_type == "multi_label_classification" else lambda x: x.softmax(-1)
                entry["labels"] = [share(logits[0]).tolist() for _, logits, _ in heads]
            if name == "bert-token-labels":
                entry["token_labels"] = [logits[0].softmax(-1).tolist() for _, logits, _ in heads]
            if name == "longformer-masked-lm":
                _, logits, ids = heads[-1]
                places = (ids == tokenizer.mask_token_id).nonzero()[:, 0]
                best = logits[0, places].softmax(-1).topk(5)
                entry["candidates"] = [
                    [{"id": i, "text": tokenizer.convert_ids_to_tokens(i), "probability": p} for i, p in zip(row_ids, row)]
                    for row_ids, row in zip(best.indices.tolist(), best.values.tolist())]
            if name == "sentence-bert":
                from sentence_transformers import SentenceTransformer
                encoder = SentenceTransformer(str(path), device="cpu", model_kwargs={"dtype": torch.float32})
                entry["sentence_transformers"] = [encoder.encode(text).tolist() for text in TEXTS]
            result["models"][name] = entry
    return result


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= TOLERANCE
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    if not check:
        shutil.rmtree(OUT, ignore_errors=True)
        OUT.mkdir(parents=True)
        make_models(OUT)
    new = rounded(record(OUT))
    path = OUT / "expected.json"
    if not check:
        path.write_text(json.dumps(new, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
        return 0
    old = json.loads(path.read_text(encoding="utf-8"))
    agree = same(old["texts"], new["texts"]) and same(old["models"], new["models"])
    print("same     texts" if agree else "differs  texts")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
