#!/usr/bin/env python3
"""Put the corpora's files where the fuzzers look for seeds: `.build/seeds/<fuzzer>/`."""

import json
import pathlib
import re
import shutil

HERE = pathlib.Path(__file__).resolve().parent
CORPORA = HERE.parent / "Corpora"
OUT = HERE / ".build" / "seeds"
MAGIC_END = b"type_sizes}u."  # the last bytes of the pickles that PickleFuzzer puts in front itself


def main():
    shutil.rmtree(OUT, ignore_errors=True)

    def put(fuzzer, path, data):
        folder = OUT / fuzzer
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "-".join(path.relative_to(CORPORA).parts)).write_bytes(data)

    for path in sorted(CORPORA.rglob("*")):
        if not path.is_file() or path.is_symlink() or path.stat().st_size > 40_000:
            continue
        data = path.read_bytes()
        if path.name == "config.json":
            for which in range(22 if path.parent.name in ("roberta", "bert") else 1):
                put("ConfigFuzzer", path.with_name(f"{which}.json"), bytes([which]) + data)
        elif path.name.endswith(".index.json"):
            put("IndexFuzzer", path, data)
        elif path.suffix == ".safetensors":
            put("SafetensorsFuzzer", path, data)
            for which in range(3):
                put("LiteralsFuzzer", path.with_name(f"{which}-{path.name}"), bytes([which]) + data)
        elif path.suffix in (".pt", ".bin", ".ckpt", ".pth"):
            place = data.find(MAGIC_END)
            if data[:2] == b"PK":
                put("ZipFuzzer", path, data)
                start = data.find(b"\x80\x02")
                if start > 0:
                    put("PickleFuzzer", path, data[start:])
            elif place >= 0:
                put("PickleFuzzer", path, data[place + len(MAGIC_END):])
    # The example of the container's specification.
    rows = re.findall(r"^ {4}[0-9a-f]{6}  ((?:[0-9a-f]{2} ?)+)$", (HERE / "../../Specs/container.md").read_text(), re.M)
    put("ContainerFuzzer", CORPORA / "example.lfz", bytes.fromhex("".join(rows)))
    put("ContainerFuzzer", CORPORA / "small.lfz", (HERE / "small.lfz").read_bytes())
    # A RoBERTa of five magnitudes: frames of all forms that the decoder of literals takes.
    put("ContainerFuzzer", CORPORA / "huffman.lfz", (HERE / "huffman.lfz").read_bytes())
    # Tokenizers, each behind the byte that says what kind of file it is, and lines for them.
    goldens = HERE.parent / "LFTokenizersTests/Goldens"
    for path in sorted(goldens.glob("*.json")) + sorted(goldens.glob("files-*/*")):
        kind = {".model": 2, ".txt": 4}.get(path.suffix, 0)
        if path.stat().st_size < 40_000:
            put("TokenizerFuzzer", CORPORA / f"{path.parent.name}-{path.name}", bytes([kind]) + path.read_bytes())
    put("TokenizerFuzzer", CORPORA / "dict.txt", b"\x03A 10\nC 9\n")
    for number, text in enumerate(json.loads((goldens / "fragments.json").read_text())["sentences"]):
        put("TextFuzzer", CORPORA / f"{number}.txt", bytes([number]) + text.encode())
    # Golden cases and models, each file behind the byte that says what it is.
    cases = HERE / "../../Golden/cases"
    names = ["case.json", "inputs.safetensors", "expected.safetensors", "longformer.json"]
    for case in sorted(cases.iterdir()):
        for which, name in zip((0, 2, 3, 4), names):
            path = case / name
            if path.exists() and path.stat().st_size < 20_000:
                put("CaseFuzzer", CORPORA / f"{case.name}-{name}", bytes([which]) + path.read_bytes())
        config = case / "source/config.json"
        if config.exists():
            put("CaseFuzzer", CORPORA / f"{case.name}-config", b"\x05" + config.read_bytes())
            for model in range(3):
                put("FolderFuzzer", CORPORA / f"{case.name}-{model}", bytes([15 * model + 2]) + config.read_bytes())
    # As FuzzedFolder lists them; each in the folder of the model that reads it.
    names = ["modules.json", "dict.txt", "config.json", "tokenizer_config.json", "vocab.json", "merges.txt",
             "vocab.txt", "encoder.json", "vocab.bpe", "sentence_bert_config.json", "tokenizer.json",
             "added_tokens.json", "special_tokens_map.json", "1_Pooling/config.json",
             "config_sentence_transformers.json"]
    dictionary = "".join(f"{chr(65 + number)} 1\n" for number in range(35))
    sentence = HERE.parent / "LongformerTests/Goldens/sentence-bert"
    sources = [None, None, cases / "roberta-masked-lm-three-windows/source", sentence]
    for model, source in enumerate(sources):
        for which, name in enumerate(names):
            if source and (source / name).is_file() and (source / name).stat().st_size < 40_000:
                put("FolderFuzzer", CORPORA / f"{model}-{which}", bytes([15 * model + which]) + (source / name).read_bytes())
    for which, text in [(1, dictionary), (4, '{"a": 5}'), (7, '{"A": 5}'), (8, "A B\n")]:
        put("FolderFuzzer", CORPORA / f"fairseq-{which}", bytes([15 + which]) + text.encode())
    prompts = {"prompts": {"query": "query: "}, "default_prompt_name": "query"}
    put("FolderFuzzer", CORPORA / "prompts", bytes([45 + 14]) + json.dumps(prompts).encode())
    put("FolderFuzzer", CORPORA / "added", bytes([45 + 11]) + b'{"[NEW]": 30}')
    for folder in sorted(OUT.iterdir()):
        print(folder.name, len(list(folder.iterdir())))


if __name__ == "__main__":
    main()
