"""What must be answered to each invalid file: `<kind>/invalid/expected.json`.

{name: {"exit": 2 (refused) or 3 (recognised, unsupported), "code": the error's stable code, "at": the entry it names or
null, "says": words of its message that tell this refusal from others of its code, "why": what is wrong}}. Place and
words, and the codes of `pytorch/`, are kept in `answers.json` and were checked by hand, one by one, against what is
wrong in the file: a file that is refused for another reason than its own proves nothing.
"""

import json
import pathlib

ANSWERS = pathlib.Path(__file__).resolve().parent / "answers.json"


def write(folder, kind, expected):
    """Writes `expected.json`; every file must have an answer, and every answer a file."""
    known = json.loads(ANSWERS.read_text())[kind]
    if set(known) != set(expected):
        raise SystemExit(f"answers.json and the files of {kind} differ: {sorted(set(known) ^ set(expected))}")
    for name, answer in expected.items():
        answer.update(known[name])
    (folder / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
