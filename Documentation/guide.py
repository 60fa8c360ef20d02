#!/usr/bin/env python3
"""Keeps the pages of this folder true.

    python guide.py check [LFCONV]        every command of the pages is one that Examples/TrainOn/walk.sh runs; with the
                                          program, every option that is named in a sentence is one that it has
    python guide.py results JSON          the losses of a walk, as `lfconv evaluate --json` printed them: the trained model
                                          has to be better than the untrained conversion and than the short model
    python guide.py update FOLDER         writes what a whole walk printed, .build/guide, into the pages

A command stands in a block of kind `console` behind `$ `, and what it prints below it. A command without output gets none.
"""

import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = HERE.parent / "Examples" / "TrainOn" / "walk.sh"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"(<!-- results -->\n).*?(<!-- /results -->)", re.DOTALL)
# The paper's table 5, base, in bits; models in the order of the walk.
PAPER = {"short": ("the short model, at its own length", "1.846"),
         "random": ("converted, new positions random", "10.299"),
         "long": ("converted, positions repeated", "1.957"),
         "positions": ("… and only the new positions trained", "1.850"),
         "final": ("… and all trained", "1.753"),
         "short-on": ("the short model, trained on for as many tokens", "")}


def pages():
    return sorted(HERE.glob("*.md"))


def plain(command):
    """A command without quotes, and without what shortens a walk."""
    command = re.sub(r'"\$\{less_\w+\[@\]\}"', "", command).replace('"$python"', "python3").replace('"', "")
    return " ".join(command.split())


def commands_of_script():
    lines = (line.strip() for line in SCRIPT.read_text(encoding="utf-8").splitlines())
    return {plain(line.removeprefix("run ")) for line in lines if line.startswith("run ")}


def commands_of(page):
    """Commands in the blocks of a page, with the number of their line."""
    text = page.read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(1)) + 1
        for number, line in enumerate(block.group(1).splitlines(), first):
            if line.startswith("$ "):
                yield number, line.removeprefix("$ ")


def check(program):
    known = commands_of_script()
    faults, count = [], 0
    for page in pages():
        for number, command in commands_of(page):
            count += 1
            if plain(command) not in known:
                faults.append(f"{page.name}:{number}: no command of walk.sh: {command}")
        if program:
            faults += unknown_options(page, program)
    if not count:
        faults.append("the pages have no commands")
    print("\n".join(faults) or f"guide: {count} commands of the pages are those of walk.sh")
    return 1 if faults else 0


def unknown_options(page, program):
    """Options that a sentence gives to a command which has no such option."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    for span in re.findall(r"`(lfconv [^`]+)`", text):
        words = span.split()[1:]
        command = words[:2] if words[0] == "golden" else words[:1]
        shown = subprocess.run([program, "help", *command], capture_output=True, text=True, check=False).stdout
        if f"USAGE: lfconv {' '.join(command)} " not in " ".join(shown.split()):
            yield f"{page.name}: no such command: {span}"
        for option in (word.split("=")[0] for word in words if word.startswith("-") and word != "-"):
            if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", shown):
                yield f"{page.name}: no option {option}: {span}"


def losses(path):
    """JSON of `lfconv evaluate` → {name: bits a token}."""
    models = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["models"]
    return {pathlib.Path(model["path"]).name: model["bits_per_token"] for model in models}


def results(path):
    bits = losses(path)
    wrong = [f"{worse} {bits[worse]:.3f} is not above {better} {bits[better]:.3f}"
             for better, worse in (("final", "long"), ("final", "short"), ("final", "short-on"), ("long", "random"))
             if not bits[better] < bits[worse]]
    print("\n".join(wrong) or "guide: the trained model is better than the untrained conversion and the short model, also trained on")
    return 1 if wrong else 0


def outputs(log):
    """What each command printed."""
    found, command = {}, None
    for line in log.read_text(encoding="utf-8").splitlines():
        if line.startswith("$ "):
            command = plain(line.removeprefix("$ "))
            found[command] = []
        elif command:
            found[command].append(line.rstrip())
    return {command: "\n".join(lines).strip("\n") for command, lines in found.items()}


def update(folder):
    printed, bits = outputs(folder / "log"), losses(folder / "results.json")

    def filled(block):
        parts = re.split(r"^(\$ .*)\n", block.group(1), flags=re.MULTILINE)
        lines = parts[0]
        for command, output in zip(parts[1::2], parts[2::2]):
            lines += command + "\n"
            if output.strip():
                end = "\n\n" if output.endswith("\n\n") else "\n"
                lines += printed[plain(command.removeprefix("$ "))] + end
            else:
                lines += output
        return f"```console\n{lines}```"

    rows = ["| bits a token | the paper, RoBERTa-base, 512 → 4,096 | here, 128 → 1,024 |", "|---|--:|--:|"]
    rows += [f"| {says} | {paper} | {f'{bits[name]:.3f}' if name in bits else ''} |"
             for name, (says, paper) in PAPER.items()]
    for page in pages():
        text = page.read_text(encoding="utf-8")
        text = BLOCK.sub(filled, text)
        text = TABLE.sub(lambda match: match.group(1) + "\n".join(rows) + "\n" + match.group(2), text)
        page.write_text(text, encoding="utf-8")
    return 0


def main():
    match sys.argv[1:]:
        case ["check", *program] if len(program) < 2:
            return check(*program or [None])
        case ["results", path]:
            return results(path)
        case ["update", folder]:
            return update(pathlib.Path(folder))
    print(__doc__, file=sys.stderr)
    return 64


if __name__ == "__main__":
    sys.exit(main())
