#!/usr/bin/env python3
"""Measure the forward pass against what else runs a Longformer on a CPU, on one machine, in turn.

    python Benchmarks/forward.py --lfconv .build/release/lfconv [--roberta FOLDER] [--length N] [--rounds N]

ROBERTA is the model that is converted; without it a random one of base size is made. Three tables come out:

- time and memory at one length, for one thread or several, as ratios to lfconv;
- growth: the same at twice and four times that length;
- roofline: the time of each part of lfconv's forward pass, summed over threads, beside the time that its
  floating-point operations would take at the rate of a large product in NumPy, the machine's measured peak.

Every contender is a process of its own, which runs once unmeasured and then once measured; rounds go through all of
them in turn, so that a slow moment of the machine meets everyone. Printed are medians, and the largest peak memory.
--readme writes the tables into README.md, between `<!-- forward benchmark -->` and `<!-- /forward benchmark -->`.

Needs the packages of Golden/tools/requirements.txt and Benchmarks/requirements.txt.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

import readme

HERE = pathlib.Path(__file__).resolve().parent
PEERS = {
    "eager": "Hugging Face, eager",
    "compile": "Hugging Face, torch.compile",
    "onnx": "ONNX Runtime",
    "sdpa": "full attention (RoBERTa, sdpa), for contrast",
}
SLOW = ("compile", "onnx")  # their set-up takes minutes


@dataclass
class Contender:
    """What runs once a round, and what it gave."""
    name: str
    command: list
    most: int  # rounds at most
    values: list = field(default_factory=list)  # the JSON object of every run
    memory: int = 0  # bytes at most
    failure: str = ""

    def median(self):
        """Of all measured runs in seconds, or None."""
        seconds = [value for run in self.values for value in run.get("seconds", [])]
        return statistics.median(seconds) if seconds else None


def run(command, environment):
    """Run a process → (its JSON object, or what went wrong; peak bytes)."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        text = errors.read().decode(errors="replace").strip()
    if process.returncode:
        lines = text.splitlines()
        return f"exit {process.returncode}: {lines[-1] if lines else 'no message'}", 0
    return json.loads(output.decode().strip().splitlines()[-1]), usage.ru_maxrss * 1024


def say(text):
    print(text, file=sys.stderr, flush=True)


class Benchmark:
    def __init__(self, arguments, work):
        self.arguments = arguments
        self.work = pathlib.Path(work)
        self.model = self.work / "longformer"
        self.environment = os.environ | {"TORCHINDUCTOR_CACHE_DIR": str(self.work / "inductor")}
        self.contenders = {}
        self.threads = arguments.threads[0]

    def prepare(self):
        """The model that everybody loads, and its export."""
        roberta = self.arguments.roberta
        if roberta is None:
            roberta = self.work / "roberta"
            say("making a random RoBERTa of base size")
            self.demand([sys.executable, HERE / "container.py", "--contender", "make_roberta", roberta], False)
        longest = self.arguments.length * max([1, *self.arguments.growth])
        say(f"converting it for {longest} tokens")
        self.demand([self.arguments.lfconv, "roberta-to-longformer", roberta, "-o", self.model, "--json",
                     "--attention-window", self.arguments.window, "--max-positions", longest, "--no-check"])
        if "onnx" in self.arguments.contenders:
            say("exporting it to ONNX")
            found, _ = run(self.peer("export", self.arguments.length, self.threads), self.environment)
            if isinstance(found, str):
                say(f"  left out: {found}")
                self.arguments.contenders.remove("onnx")

    def demand(self, command, is_json=True):
        command = list(map(str, command))
        if not is_json:
            subprocess.run(command, check=True, env=self.environment, stdout=subprocess.DEVNULL)
            return
        found, _ = run(command, self.environment)
        if isinstance(found, str):
            sys.exit(f"{command}: {found}")

    def peer(self, name, length, threads):
        return list(map(str, [
            sys.executable, HERE / "forward_peers.py", name, "--model", self.model, "--length", length,
            "--global", self.arguments.globals, "--threads", threads, "--onnx", self.work / "model.onnx"]))

    def lfconv(self, length, threads, *more):
        return list(map(str, [
            self.arguments.lfconv, "bench", self.model, "--length", length, "--global", self.arguments.globals,
            "--threads", threads, "--repeats", 1, "--json", *more]))

    def add(self, key, name, command, most=None):
        self.contenders[key] = Contender(name, command, self.arguments.rounds if most is None else most)

    def plan(self):
        """Everything that is measured, in the order of a round."""
        length, few = self.arguments.length, min(3, self.arguments.rounds)
        for threads in self.arguments.threads:
            self.add(("lfconv", length, threads), "lfconv", self.lfconv(length, threads))
            for peer in self.arguments.contenders:
                if peer in SLOW and threads != self.threads:
                    continue
                self.add((peer, length, threads), PEERS[peer], self.peer(peer, length, threads),
                         few if peer in SLOW else None)
        for factor in self.arguments.growth:
            longer = factor * length
            self.add(("lfconv", longer, self.threads), "lfconv", self.lfconv(longer, self.threads), few)
            if "eager" in self.arguments.contenders:
                self.add(("eager", longer, self.threads), PEERS["eager"],
                         self.peer("eager", longer, self.threads), few)
        self.add("parts", "lfconv, parts", self.lfconv(length, self.threads, "--parts"))
        self.add("peak", "peak", self.peer("peak", length, self.threads))

    def measure(self):
        start = time.monotonic()
        for number in range(1, self.arguments.rounds + 1):
            for key, contender in self.contenders.items():
                if number > contender.most or contender.failure:
                    continue
                found, memory = run(contender.command, self.environment)
                label = contender.name if isinstance(key, str) else f"{contender.name}, {key[1]} tokens, {key[2]} thread(s)"
                elapsed = f"{(time.monotonic() - start) / 60:5.1f} min  round {number} of {self.arguments.rounds}"
                if isinstance(found, str):
                    if key == "parts" or key == "peak" or key[0] == "lfconv":
                        sys.exit(f"{label}: {found}")
                    contender.failure = found
                    say(f"{elapsed}  {label}: {found}")
                    continue
                contender.values.append(found)
                contender.memory = max(contender.memory, memory)
                result = ", ".join(f"{value:.3f} s" for value in found.get("seconds", []))
                say(f"{elapsed}  {label}: {result or 'done'}")

    # Tables.

    def main_table(self):
        lines = [f"| {self.arguments.length} tokens, {self.arguments.globals} global | threads | seconds | × lfconv | memory |",
                 "|---|--:|--:|--:|--:|"]
        for key, contender in self.contenders.items():
            if isinstance(key, str) or key[1] != self.arguments.length:
                continue
            name = f"`{contender.name}`" if key[0] == "lfconv" else contender.name
            seconds, base = contender.median(), self.contenders["lfconv", key[1], key[2]].median()
            cells = ["failed", "", ""] if seconds is None else [
                f"{seconds:.2f}", f"{seconds / base:.2f}", f"{contender.memory / 1e9:.2f} GB"]
            lines.append(f"| {name} | {key[2]} | " + " | ".join(cells) + " |")
        return "\n".join(lines)

    def growth_table(self):
        lengths = [self.arguments.length * factor for factor in (1, *self.arguments.growth)]
        header = ["seconds by length", str(lengths[0])]
        for length in lengths[1:]:
            header += [str(length), f"÷ {lengths[0]}"]
        lines = ["| " + " | ".join(header) + " |", "|---|" + "--:|" * (len(header) - 1)]
        for peer in ("lfconv", "eager"):
            row = [self.contenders.get((peer, length, self.threads)) for length in lengths]
            if row[0] is None or row[0].median() is None:
                continue
            cells = []
            for index, contender in enumerate(row):
                seconds = contender.median()
                cells.append("failed" if seconds is None else f"{seconds:.2f}")
                if index:
                    cells.append("" if seconds is None else f"{seconds / row[0].median():.2f}")
            name = f"`{row[0].name}`" if peer == "lfconv" else row[0].name
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        return "\n".join(lines)

    def roofline(self):
        """Each part against the measured peak of as many threads."""
        peak = max(value["flops_per_second"] for value in self.contenders["peak"].values) / self.threads
        runs = self.contenders["parts"].values
        parts = {}  # name → (thread-seconds, FLOP)
        for part in runs[0]["parts"]:
            times = [other["seconds"] for run in runs for other in run["parts"] if other["name"] == part["name"]]
            parts[part["name"]] = statistics.median(times), part["flops"]
        whole = sum(seconds for seconds, _ in parts.values())
        lines = ["| part of the forward pass | thread-seconds | share | GFLOP | at the peak | of the peak |",
                 "|---|--:|--:|--:|--:|--:|"]

        def row(name, seconds, flops):
            cells = [f"{flops / 1e9:.1f}", f"{flops / peak:.3f}", f"{100 * flops / peak / seconds:.0f} %"]
            lines.append(f"| {name} | {seconds:.3f} | {100 * seconds / whole:.1f} % | "
                         + " | ".join(cells if flops else ["", "", ""]) + " |")
        for name, (seconds, flops) in parts.items():
            row(name.replace("_", " "), seconds, flops)
        row("**all**", whole, sum(flops for _, flops in parts.values()))
        note = (f"Peak: {peak * self.threads / 1e9:.0f} GFLOP/s on {self.threads} thread(s), the best of NumPy's float32 "
                "product of two 2048 × 2048 matrices in the same rounds. Operations are those that the mathematics "
                "asks for; \"at the peak\" is what they would take.")
        return "\n".join(lines) + "\n\n" + note

    def caption(self):
        import torch
        import transformers
        model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), "unknown") if os.path.exists("/proc/cpuinfo") else "unknown"
        rounds = "one round" if self.arguments.rounds == 1 else f"medians of {self.arguments.rounds} rounds"
        return (f"Seconds are {rounds} on {model}, {os.cpu_count()} processors; window "
                f"{self.arguments.window}, PyTorch {torch.__version__}, transformers {transformers.__version__}.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = lambda text: [int(part) for part in text.split(",") if part]
    parser.add_argument("--lfconv", type=pathlib.Path, required=True)
    parser.add_argument("--roberta", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--length", type=int, default=4096)
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--global", dest="globals", type=int, default=1)
    parser.add_argument("--threads", type=numbers, default=[2, 1], metavar="T,…", help="the first is the main one")
    parser.add_argument("--growth", type=numbers, default=[2, 4], metavar="F,…", help="multiples of the length")
    parser.add_argument("--contenders", default=",".join(PEERS), metavar="NAME,…",
                        help=f"some of {', '.join(PEERS)}; those set up for minutes: {', '.join(SLOW)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--readme", type=pathlib.Path, metavar="FILE")
    arguments = parser.parse_args()
    arguments.contenders = [name for name in arguments.contenders.split(",") if name]
    if unknown := set(arguments.contenders) - set(PEERS):
        parser.error(f"no such contender: {', '.join(sorted(unknown))}")
    arguments.lfconv = arguments.lfconv.resolve()
    with tempfile.TemporaryDirectory() as work:
        benchmark = Benchmark(arguments, work)
        benchmark.prepare()
        benchmark.plan()
        benchmark.measure()
        tables = [benchmark.caption(), benchmark.main_table(), benchmark.roofline()]
        if arguments.growth:
            tables.insert(2, benchmark.growth_table())
        text = "\n\n".join(tables)
    print(text)
    if arguments.readme:
        readme.replace(arguments.readme, "forward benchmark", text)


if __name__ == "__main__":
    main()
