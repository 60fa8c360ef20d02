#!/usr/bin/env python3
"""Keep a real checkpoint's configuration and the names and shapes of its tensors: take_names.py FOLDER OUT --package P

For models whose weights are too large to be fetched by every test run. OUT gets the package's own `config.json`, and
`tensors.json` with {"package", "sha256" of the weights' file, "tensors": {name: [dtype, shape]}}.
"""

import argparse
import hashlib
import json
import pathlib
import shutil
import struct


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--package", required=True, help="where the folder comes from")
    options = parser.parse_args()
    weights = options.folder / "model.safetensors"
    with open(weights, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    header.pop("__metadata__", None)
    options.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(options.folder / "config.json", options.out / "config.json")
    lines = [f"  {json.dumps(name)}: {json.dumps([value['dtype'], value['shape']])}" for name, value in
             sorted(header.items())]
    (options.out / "tensors.json").write_text(
        f'{{"package": {json.dumps(options.package)}, "sha256": "{digest}", "tensors": {{\n' + ",\n".join(lines)
        + "\n}}\n")


if __name__ == "__main__":
    main()
