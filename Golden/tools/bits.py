"""Write into the committed cases the bits of the outputs that lfconv computes.

    python3 Golden/tools/bits.py path/to/lfconv [CASES]

Only cases that pass within their tolerances are written to: the bits guard against change, the truth stays the
expected values. Needs nothing but Python.
"""

import json
import pathlib
import subprocess
import sys


def main():
    lfconv = sys.argv[1]
    cases = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).parents[1] / "cases"
    changed = 0
    for path in sorted(cases.glob("*/case.json")):
        run = subprocess.run([lfconv, "verify", "--json", str(path.parent)], capture_output=True, text=True)
        report = json.loads(run.stdout)
        result = (report.get("cases") or [{"status": "error", "message": report.get("error")}])[0]
        if result["status"] != "pass":
            sys.exit(f"bits: {path.parent.name} does not pass: {result['message']}")
        bits = {output["name"]: output["bits"] for output in result["outputs"]}
        text = path.read_text(encoding="utf-8")
        record = {}
        for key, value in json.loads(text).items():
            if key == "ignore_padding":
                record["bits"] = bits
            if key != "bits":
                record[key] = value
        record.setdefault("bits", bits)
        new = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
        if new != text:
            path.write_text(new, encoding="utf-8")
            changed += 1
    print(f"bits: wrote {changed} cases")


if __name__ == "__main__":
    main()
