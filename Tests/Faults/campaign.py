#!/usr/bin/env python3
"""Faults at random moments, from outside: signals, full disks, changing sources, two at a time.

    campaign.py PROGRAM SOURCE [SECONDS] [SEED]

After every fault the older output has to be there byte for byte, or the new one, whole; no temporary
file may be left, and the exit code has to be one of those that the fault allows. The first case that
does not hold ends the campaign with 1 and says how to do it again.
"""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 60
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else 1
SIGNALS = [
    getattr(signal, "SIG" + name)
    for name in "HUP INT QUIT TERM PIPE ALRM USR1 USR2 XCPU VTALRM PROF".split()
]


def arguments(output, source, extra=()):
    return [
        PROGRAM, "roberta-to-longformer", source, "-o", output, "--attention-window", "4",
        "--max-positions", "3000", "--force", "--quiet", *extra,
    ]


def no_core():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def content(path):
    if not os.path.isdir(path):
        with open(path, "rb") as file:
            return file.read()
    found = {}
    for folder, _, names in os.walk(path):
        for name in names:
            place = os.path.join(folder, name)
            with open(place, "rb") as file:
                found[os.path.relpath(place, path)] = file.read()
    return found


def start(call, **options):
    return subprocess.Popen(
        call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=no_core, **options)


class Campaign:
    def __init__(self, folder):
        self.random = random.Random(SEED)
        self.folder = folder
        self.outputs = {name: os.path.join(folder, name) for name in ("out.lfz", "out")}
        self.states = {}
        for name, path in self.outputs.items():
            both = []
            for extra in ((), ("--dtype", "bf16")):
                begun = time.time()
                subprocess.run(arguments(path, SOURCE, extra), check=True)
                self.seconds = time.time() - begun
                both.append(content(path))
            self.states[name] = both
        self.counts = {}

    def check(self, fault, process, codes, others=()):
        errors = process.communicate()[1]
        key = (fault, process.returncode)
        self.counts[key] = self.counts.get(key, 0) + 1
        problems = []
        if process.returncode not in codes:
            problems.append(f"exit code {process.returncode}")
        for name, path in self.outputs.items():
            if content(path) not in self.states[name]:
                problems.append(f"{name} is neither the old one nor the new one")
        rest = set(os.listdir(self.folder)) - set(self.outputs) - set(others)
        if rest:
            problems.append(f"left behind: {sorted(rest)}")
        if problems:
            print(f"{fault}, seed {SEED}: {problems}\n{errors.decode()}", file=sys.stderr)
            sys.exit(1)

    def call(self, source=SOURCE):
        path = self.outputs[self.random.choice(sorted(self.outputs))]
        return arguments(path, source, self.random.choice(((), ("--dtype", "bf16"))))

    def interrupted(self):
        number = self.random.choice(SIGNALS)
        process = start(self.call())
        time.sleep(self.random.uniform(0, 1.2 * self.seconds))
        process.send_signal(number)
        self.check("signal", process, (0, -number))

    def killed(self):
        process = start(self.call())
        time.sleep(self.random.uniform(0, 1.2 * self.seconds))
        process.kill()
        process.wait()
        # The next run removes what is left.
        self.check("run after a kill", start(self.call()), (0,))

    def full(self):
        limit = self.random.randrange(1, 300_000)

        def limited():
            no_core()
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        process = subprocess.Popen(
            self.call(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limited)
        self.check("full disk", process, (0, 4))

    def poor(self):
        kind, low, high = self.random.choice((
            (resource.RLIMIT_NOFILE, 3, 20), (resource.RLIMIT_AS, 64 << 20, 200 << 20)))
        limit = self.random.randrange(low, high)

        def limited():
            no_core()
            resource.setrlimit(kind, (limit, limit))

        process = subprocess.Popen(
            self.call(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limited)
        # 127: the dynamic linker cannot load the program.
        self.check("few files or little memory", process, (0, 4, 127))

    def changed(self):
        source = os.path.join(self.folder, "source")
        shutil.copytree(SOURCE, source)
        weights = os.path.join(source, "model.safetensors")
        size = os.path.getsize(weights)
        process = start(self.call(source))
        time.sleep(self.random.uniform(0, self.seconds))
        kind = self.random.choice(("flip", "cut", "grow", "replace"))
        with open(weights, "r+b") as file:
            if kind == "cut":
                file.truncate(self.random.randrange(size))
            elif kind == "replace":
                shutil.copy(weights, weights + ".new")
                os.rename(weights + ".new", weights)
            else:
                # In the numbers, so that it still is a model.
                file.seek(size if kind == "grow" else size - self.random.randrange(1, 20_000))
                file.write(b"\0")
        # Before it was opened it is another model, or none.
        process.wait()
        if process.returncode == 0:
            # What was made of it, then: from here on the output is that.
            for name, path in self.outputs.items():
                if content(path) not in self.states[name]:
                    self.states[name].append(content(path))
        self.check("changing source", process, (0, 2, 4), others=("source",))
        shutil.rmtree(source)

    def raced(self):
        path = self.outputs[self.random.choice(sorted(self.outputs))]
        first = start(arguments(path, SOURCE))
        time.sleep(self.random.uniform(0, 0.3 * self.seconds))
        second = start(arguments(path, SOURCE, ("--dtype", "bf16")))
        for process in (first, second):
            process.wait()
        for process in (first, second):
            self.check("two at a time", process, (0, 4))

    def run(self):
        faults = [
            self.interrupted, self.interrupted, self.killed, self.full, self.poor, self.changed,
            self.raced,
        ]
        end = time.time() + SECONDS
        while time.time() < end:
            self.random.choice(faults)()
        for (fault, code), count in sorted(self.counts.items()):
            print(f"{count:6}  {fault}, exit {code}")
        print(f"{sum(self.counts.values()):6}  in all, nothing lost and nothing left")


with tempfile.TemporaryDirectory() as scratch:
    Campaign(scratch).run()
