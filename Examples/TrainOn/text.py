#!/usr/bin/env python3
"""Text that every machine with Python has: the sources of its standard library.

    python text.py -o text              text/train.txt and text/held-out.txt
    python text.py -o text --files 60   the same of the first 60 files only, for a quick try

One file is one line, as `lfconv evaluate --text` and train_on.py want it: a line feed becomes ⏎. Tests are left out,
and what was installed on top. A file is held out by the digest of its name, so that the choice is the same everywhere.
"""

import argparse
import hashlib
import pathlib
import sys
import sysconfig

LEFT_OUT = {"test", "tests", "idle_test", "site-packages", "dist-packages", "__pycache__", "pydoc_data"}


def sources(root):
    """The library's files in the order of their names."""
    return [path for path in sorted(root.rglob("*.py")) if not LEFT_OUT & set(path.relative_to(root).parts)]


def one_line(text):
    """A file as one line. Line feeds, and all else that ends a line somewhere, become ⏎."""
    return "⏎".join(text.splitlines())


def held_out(name):
    """One file in sixteen."""
    return hashlib.sha256(name.encode()).digest()[0] < 16


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="the folder to write to")
    parser.add_argument("--files", type=int, help="take the first files only")
    arguments = parser.parse_args()
    root = pathlib.Path(sysconfig.get_paths()["stdlib"])
    lines = {"train": [], "held-out": []}
    for path in sources(root)[:arguments.files]:
        try:
            line = one_line(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # a few are in other encodings, on purpose
        if line:
            name = path.relative_to(root).as_posix()
            lines["held-out" if held_out(name) else "train"].append(line)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, texts in lines.items():
        (arguments.output / f"{name}.txt").write_text("".join(text + "\n" for text in texts), encoding="utf-8")
        print(f"{name}: {len(texts)} files, {sum(map(len, texts)):,} characters")
    return 0 if all(lines.values()) else "text.py: too few files: nothing is held out, or nothing is left to train on"


if __name__ == "__main__":
    sys.exit(main())
