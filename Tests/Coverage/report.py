#!/usr/bin/env python3
"""Run the tests and print how many lines of each module they reach; exit 1 if a module is below the limit.

    python3 Tests/Coverage/report.py [--least 85] [--no-run] [--json FILE] [--swift PROGRAM]

A module is a folder under Sources/, its Swift and its C together. Lines count that any test reaches, in its own process
or in the program `lfconv` that it starts: every process writes a profile of its own, and all are merged. A process that a
signal ends writes none, so that lines of the clean-up after a signal count less than they are tested. Generated C
(`*.pb-c.*`) is left out.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections import defaultdict

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCES = ROOT / "Sources"
SCRATCH = ROOT / ".build-coverage"  # other compiler flags than in .build, so that neither is built again for the other

# The package manager asks for coverage of Swift alone.
C_FLAGS = ["-Xcc", "-fprofile-instr-generate", "-Xcc", "-fcoverage-mapping"]


def tool(name, swift):
    """A program of the Swift toolchain: beside `swift` as a rule, else wherever it is."""
    found = shutil.which(swift)
    folders = [] if found is None else [os.path.dirname(path) for path in (found, os.path.realpath(found))]
    for folder in folders:
        if os.access(os.path.join(folder, name), os.X_OK):
            return os.path.join(folder, name)
    if shutil.which(name) is None:
        sys.exit(f"coverage: no {name} beside swift nor on the path")
    return name


def run(command):
    print("+", *command, file=sys.stderr, flush=True)
    status = subprocess.run(command, check=False, cwd=ROOT).returncode
    if status:
        sys.exit(f"coverage: {command[0]} {command[1]} failed")


def products(swift):
    """The folder of what is built, and the folder of the profiles in it."""
    shown = subprocess.run(
        [swift, "build", "--scratch-path", SCRATCH, "--show-bin-path"], check=True, cwd=ROOT, stdout=subprocess.PIPE)
    folder = pathlib.Path(shown.stdout.decode().strip())
    return folder, folder / "codecov"


def test(swift, profiles):
    """Run all tests. The package manager tells every process, also one that a test starts, to write its profile here."""
    shutil.rmtree(profiles, ignore_errors=True)
    run([swift, "test", "--enable-code-coverage", *C_FLAGS, "--scratch-path", str(SCRATCH)])


def lines_by_file(swift, folder, profiles):
    """{path below Sources: (lines, lines reached)}."""
    raw = sorted(profiles.rglob("*.profraw"))
    if not raw:
        sys.exit(f"coverage: no profile in {profiles}; run the tests first")
    size = sum(path.stat().st_size for path in raw)
    print(f"coverage: {len(raw)} profiles, {size / 1e6:.0f} MB", file=sys.stderr)
    merged = profiles / "all.profdata"
    inputs = profiles / "profiles.txt"
    inputs.write_text("".join(f"1,{path}\n" for path in raw), encoding="utf-8")
    # A process that a test kills may leave a damaged profile, of which this only warns.
    run([tool("llvm-profdata", swift), "merge", "-sparse", "--failure-mode=all", f"--input-files={inputs}",
         "-o", str(merged)])
    bundles = list(folder.glob("*PackageTests.xctest"))
    if len(bundles) != 1:
        sys.exit(f"coverage: expected one test bundle in {folder}, found {len(bundles)}")
    binary = bundles[0] if bundles[0].is_file() else bundles[0] / "Contents" / "MacOS" / bundles[0].stem
    exported = subprocess.run(
        [tool("llvm-cov", swift), "export", "-format=text", "-summary-only", f"-instr-profile={merged}", str(binary),
         "-object", str(folder / "lfconv")], check=True, cwd=ROOT, stdout=subprocess.PIPE)
    found = {}
    for entry in json.loads(exported.stdout)["data"][0]["files"]:
        path = pathlib.Path(entry["filename"])
        if path.is_relative_to(SOURCES) and ".pb-c." not in path.name:
            lines = entry["summary"]["lines"]
            found[path.relative_to(SOURCES)] = lines["count"], lines["covered"]
    return found


def percent(lines, reached):
    return 100 * reached / lines if lines else 100.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--least", type=float, default=85, metavar="PERCENT", help="of the lines of every module")
    parser.add_argument("--no-run", action="store_true", help="report on the tests that ran last")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write the numbers as JSON")
    parser.add_argument("--swift", default="swift", metavar="PROGRAM")
    arguments = parser.parse_args()
    folder, profiles = products(arguments.swift)
    if not arguments.no_run:
        test(arguments.swift, profiles)
    files = lines_by_file(arguments.swift, folder, profiles)

    modules = defaultdict(lambda: [0, 0])
    for path, (lines, reached) in files.items():
        modules[path.parts[0]][0] += lines
        modules[path.parts[0]][1] += reached
    total = [sum(values) for values in zip(*modules.values())]
    print(f"{'module':24}{'lines':>8}{'reached':>9}")
    for name, (lines, reached) in [*sorted(modules.items()), ("all", total)]:
        mark = "  below the limit" if name != "all" and percent(lines, reached) < arguments.least else ""
        print(f"{name:24}{lines:8}{percent(lines, reached):8.1f}%{mark}")

    low = sorted((percent(*counts), path) for path, counts in files.items() if percent(*counts) < arguments.least)
    if low:
        print(f"\nfiles below {arguments.least:g} %")
        for share, path in low:
            lines, reached = files[path]
            print(f"{share:8.1f}%  {path.as_posix()}  ({lines - reached} of {lines} lines not reached)")
    if arguments.json:
        arguments.json.write_text(json.dumps({
            "modules": {name: {"lines": lines, "reached": reached} for name, (lines, reached) in modules.items()},
            "files": {path.as_posix(): {"lines": lines, "reached": reached}
                      for path, (lines, reached) in sorted(files.items())}}, indent=2) + "\n", encoding="utf-8")
    below = sorted(name for name, counts in modules.items() if percent(*counts) < arguments.least)
    if below:
        print(f"\ncoverage: below {arguments.least:g} %: {', '.join(below)}", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
