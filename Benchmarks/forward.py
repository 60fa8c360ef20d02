#!/usr/bin/env python3
"""Measure the forward pass against what else runs a Longformer or a RoBERTa on a CPU, on one machine, in turn.

    python Benchmarks/forward.py --lfconv .build/release/lfconv [--roberta FOLDER] [--length N] [--rounds N]

ROBERTA is the model that is converted; without it a random one of base size is made. Four tables come out:

- time and memory at one length, for one thread or several, as ratios to lfconv;
- full attention: the RoBERTa itself, short rows and a batch, beside PyTorch and OpenVINO where these are contenders;
- growth: the first at twice and four times that length;
- roofline: the time of each part of lfconv's forward pass, summed over threads, beside the time that its
  floating-point operations would take at the rate of a large product in NumPy, the machine's measured peak.

Every contender is a process of its own, which runs once unmeasured and then once measured (short rows several times); rounds go through all of
them in turn, so that a slow moment of the machine meets everyone. Printed are medians, and the largest peak memory.
--readme writes the tables into README.md, between `<!-- forward benchmark -->` and `<!-- /forward benchmark -->`.

A quick look: --length 512 --rounds 1 --contenders eager

Needs the packages of Golden/tools/requirements.txt and Benchmarks/requirements.txt.
"""

import argparse
import importlib.metadata
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
    "openvino": "OpenVINO, from the same ONNX file",
    "sdpa": "full attention (RoBERTa, sdpa), for contrast",
}
SLOW = ("compile", "onnx", "openvino")  # their set-up takes minutes
EXPORTED = ("onnx", "openvino")  # what runs the ONNX export
FULL = {"sdpa": ("sdpa", "PyTorch, sdpa"), "openvino": ("openvino-full", "OpenVINO")}  # contender → its peer, its name


@dataclass
class Contender:
    """What runs once a round, and what it gave."""
    name: str
    command: list
    most: int  # rounds at most
    where: str = ""  # the lengths and threads, for messages
    required: bool = False  # whether its failure ends the benchmark
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
        self.roberta = arguments.roberta or self.work / "roberta"
        self.environment = os.environ | {"TORCHINDUCTOR_CACHE_DIR": str(self.work / "inductor")}
        self.contenders = {}
        self.without_export = set()  # contenders that cannot run the Longformer, for lack of an export
        self.threads = arguments.threads[0]

    def prepare(self):
        """The model that everybody loads, and its export."""
        if self.arguments.roberta is None:
            say("making a random RoBERTa of base size")
            self.demand([sys.executable, HERE / "container.py", "--contender", "make_roberta", self.roberta], False)
        longest = self.arguments.length * max([1, *self.arguments.growth])
        say(f"converting it for {longest} tokens")
        self.demand([self.arguments.lfconv, "roberta-to-longformer", self.roberta, "-o", self.model, "--json",
                     "--attention-window", self.arguments.window, "--max-positions", longest, "--no-check"])
        if set(EXPORTED) & set(self.arguments.contenders):
            say("exporting it to ONNX")
            found, _ = run(self.peer("export", self.arguments.length, self.threads), self.environment)
            if isinstance(found, str):
                say(f"  left out: {found}")
                self.without_export = set(EXPORTED)

    def demand(self, command, is_json=True):
        command = list(map(str, command))
        if not is_json:
            subprocess.run(command, check=True, env=self.environment, stdout=subprocess.DEVNULL)
            return
        found, _ = run(command, self.environment)
        if isinstance(found, str):
            sys.exit(f"{command}: {found}")

    def peer(self, name, length, threads, *more):
        return list(map(str, [
            sys.executable, HERE / "forward_peers.py", name, "--model", self.model, "--length", length,
            "--global", self.arguments.globals, "--threads", threads, "--onnx", self.work / "model.onnx", *more]))

    def lfconv(self, length, threads, *more):
        return list(map(str, [
            self.arguments.lfconv, "bench", self.model, "--length", length, "--global", self.arguments.globals,
            "--threads", threads, "--repeats", 1, "--json", *more]))

    def add(self, key, name, command, most=None):
        where = "" if isinstance(key, str) else f", {key[1]} tokens, {key[2]} thread(s)"
        required = isinstance(key, str) or key[0] == "lfconv"
        self.contenders[key] = Contender(
            name, command, self.arguments.rounds if most is None else most, where, required)

    def full_peers(self):
        """Those of the contenders that also run a RoBERTa with full attention."""
        return [name for name in FULL if name in self.arguments.contenders]

    def plan_full(self):
        """The RoBERTa itself: short inputs several times in a process, since they take milliseconds."""
        if not self.full_peers():
            return
        for batch, length in self.arguments.full:
            options = ["--batch", batch, "--repeats", max(1, min(20, 8192 // (batch * length)))]
            where = f", full attention, {batch} × {length} tokens"

            def add(name, title, command):
                self.contenders["full", name, batch, length] = Contender(
                    title, list(map(str, command)), self.arguments.rounds, where, name == "lfconv")
            add("lfconv", "lfconv", [self.arguments.lfconv, "bench", self.roberta, "--length", length,
                                     "--threads", self.threads, "--json", *options])
            for name in self.full_peers():
                peer, title = FULL[name]
                add(name, title, [sys.executable, HERE / "forward_peers.py", peer, "--model", self.roberta,
                                  "--length", length, "--threads", self.threads, *options])

    def plan(self):
        """Everything that is measured, in the order of a round."""
        length, few = self.arguments.length, min(3, self.arguments.rounds)
        for threads in self.arguments.threads:
            self.add(("lfconv", length, threads), "lfconv", self.lfconv(length, threads))
            for peer in self.arguments.contenders:
                if peer in self.without_export or peer in SLOW and threads != self.threads:
                    continue
                self.add((peer, length, threads), PEERS[peer], self.peer(peer, length, threads),
                         few if peer in SLOW else None)
        self.plan_full()
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
            for contender in self.contenders.values():
                if number > contender.most or contender.failure:
                    continue
                found, memory = run(contender.command, self.environment)
                label = contender.name + contender.where
                elapsed = f"{(time.monotonic() - start) / 60:5.1f} min  round {number} of {self.arguments.rounds}"
                if isinstance(found, str):
                    if contender.required:
                        sys.exit(f"{label}: {found}")
                    contender.failure = found
                    say(f"{elapsed}  {label}: {found}")
                    continue
                contender.values.append(found)
                contender.memory = max(contender.memory, memory)
                seconds = found.get("seconds")
                say(f"{elapsed}  {label}: " + (f"{statistics.median(seconds):.4f} s" if seconds else "done"))

    # Tables.

    def main_table(self):
        lines = [f"| {self.arguments.length} tokens, {self.arguments.globals} global | threads | seconds | × lfconv | memory |",
                 "|---|--:|--:|--:|--:|"]
        for key, contender in self.contenders.items():
            if isinstance(key, str) or key[0] == "full" or key[1] != self.arguments.length:
                continue
            name = f"`{contender.name}`" if key[0] == "lfconv" else contender.name
            seconds, base = contender.median(), self.contenders["lfconv", key[1], key[2]].median()
            cells = ["failed", "", ""] if seconds is None else [
                f"{seconds:.2f}", f"{seconds / base:.2f}", f"{contender.memory / 1e9:.2f} GB"]
            lines.append(f"| {name} | {key[2]} | " + " | ".join(cells) + " |")
        return "\n".join(lines)

    def full_table(self):
        names = self.full_peers()
        titles = [FULL[name][1] for name in names]
        header = [f"RoBERTa, full attention, {self.threads} thread(s)", "`lfconv`"]
        for title in titles:
            header += [title, "÷ `lfconv`"]
        lines = ["| " + " | ".join(header) + " |", "|---|" + "--:|" * (len(header) - 1)]
        for batch, length in self.arguments.full:
            base = self.contenders["full", "lfconv", batch, length].median()
            cells = [f"{batch} × {length} tokens", f"{1000 * base:.1f} ms"]
            for name in names:
                seconds = self.contenders["full", name, batch, length].median()
                cells += ["failed", ""] if seconds is None else [f"{1000 * seconds:.1f} ms", f"{seconds / base:.2f}"]
            lines.append("| " + " | ".join(cells) + " |")
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
        versions = {"PyTorch": torch.__version__, "transformers": transformers.__version__}
        for name, package in (("onnx", "onnxruntime"), ("openvino", "openvino")):
            if name in self.arguments.contenders:
                versions[PEERS[name].split(",")[0]] = importlib.metadata.version(package)
        return (f"Seconds are {rounds} on {model}, {os.cpu_count()} processors; window {self.arguments.window}, "
                + ", ".join(f"{name} {version}" for name, version in versions.items()) + ".")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = lambda text: [int(part) for part in text.split(",") if part]
    shapes = lambda text: [tuple(map(int, part.split("x"))) for part in text.split(",") if part]
    parser.add_argument("--lfconv", type=pathlib.Path, required=True)
    parser.add_argument("--roberta", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--length", type=int, default=4096)
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--global", dest="globals", type=int, default=1)
    parser.add_argument("--threads", type=numbers, default=[2, 1], metavar="T,…", help="the first is the main one")
    parser.add_argument("--growth", type=numbers, default=[2, 4], metavar="F,…", help="multiples of the length")
    parser.add_argument("--full", type=shapes, default=[(1, 16), (1, 128), (1, 512), (8, 512)], metavar="BxN,…",
                        help="rows and tokens of the RoBERTa with full attention")
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
        tables = [benchmark.caption(), benchmark.main_table()]
        if arguments.full and benchmark.full_peers():
            tables.append(benchmark.full_table())
        if arguments.growth:
            tables.append(benchmark.growth_table())
        tables.append(benchmark.roofline())
        text = "\n\n".join(tables)
    print(text)
    if arguments.readme:
        readme.replace(arguments.readme, "forward benchmark", text)


if __name__ == "__main__":
    main()
