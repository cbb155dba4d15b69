#!/usr/bin/env python3
"""Makes outputs in parts by processes that stand in for nodes, and disturbs them: parts are stopped,
killed, delayed, run twice at once, and their disk fills. Every run must end with what one process makes,
byte for byte, once what is missing was run again; until then nothing may look finished, and `finish` must
name the parts that are missing.

    part_kills.py [RUNS] [TOOL] [SEED]

RUNS (default 200) is how many runs are disturbed, by turns convert, segment and measure components. TOOL is
the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug). Needs nothing beyond
Python; the disk fills only where a small tmpfs may be mounted. Exit code 1 where something is not so, 77
without the tool.
"""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("T2S_PART_KILLS", "200"))
CANDIDATES = [sys.argv[2] if len(sys.argv) > 2 else os.environ.get("T2S_VOLUME"),
              HERE / ".build/release/t2s-volume", HERE / ".build/debug/t2s-volume"]
TOOL = next((str(Path(c).resolve()) for c in CANDIDATES if c and Path(c).is_file()), None)
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
if TOOL is None:
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)

failures = []
happened = Counter()


def fail(text):
    failures.append(text)
    print("   " + text, flush=True)


def start(folder, words, part):
    return subprocess.Popen([TOOL, *words, "--part", part], cwd=folder, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def tool(folder, *words):
    return subprocess.run([TOOL, *map(str, words)], cwd=folder, capture_output=True, text=True)


def tree(path):
    path = Path(path)
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*")
            if p.is_file() and p.name not in ("receipt.json", "lock")}


def compare(made, wanted, what):
    a, b = tree(made), tree(wanted)
    differing = sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))
    if differing or not a:
        fail(f"{what}: {len(differing)} files differ from one process's: {differing[:5]}")


class Run:
    """One run in parts: a command, its output, and what one process made of it."""

    def __init__(self, number, scan, draw, work):
        self.draw = draw
        kind = ["convert", "segment", "components"][number % 3]
        self.count = draw.choice([2, 3, 4, 5, 8])
        self.folder = work / f"run{number}"
        self.kind = kind
        labels = f"{scan}.labels.zarr"
        if kind == "convert":
            self.words, self.outputs = ["convert", scan, "out.zarr"], ["out.zarr"]
        elif kind == "segment":
            self.words = ["segment", scan, "--output", "out.zarr", "--memory", "200M", "--no-picture",
                          "--tile", "64", "--threads", "1", "--verify-seams", "1"]
            self.outputs = ["out.zarr"]
        else:
            self.words = ["measure", "components", labels, "--class", "1", "--output", "out.zarr",
                          "--table", "out.csv", "--memory", "200M"]
            self.outputs = ["out.zarr", "out.csv"]

    def finished(self):
        return (self.folder / "out.zarr/zarr.json").exists()

    def missing(self):
        done = tool(self.folder, "finish", "out.zarr", "--json")
        if done.returncode == 0:
            return []
        what = json.loads(done.stdout)["error"]["what"]
        if "was not begun" in what:
            return list(range(1, self.count + 1))
        named = re.search(r"parts? ([^;]*) \(of (\d+)\) (?:is|are) not there", what)
        if not named or int(named[2]) != self.count:
            fail(f"{self.kind}: finish said {what}")
            return None
        parts = []
        for words in named[1].split(", "):
            ends = [int(word) for word in words.split(" to ")]
            parts += range(ends[0], ends[-1] + 1)
        return parts

    def attempt(self, parts, ballast):
        """Runs `parts`, two at a time, and disturbs some of them."""
        draw = self.draw
        queue = list(parts)
        draw.shuffle(queue)
        queue += [part for part in parts if draw.random() < 0.15]  # run twice, perhaps at once
        running = []
        full = (time.time() + draw.uniform(0, 2), draw.uniform(0.2, 1.5)) if ballast else None
        if full and draw.random() < 0.4:
            full = None
        while queue or running:
            while queue and len(running) < 2:
                part = queue.pop(0)
                if draw.random() < 0.1:
                    happened["delayed"] += 1
                    time.sleep(draw.uniform(0, 0.3))
                process = start(self.folder, self.words, f"{part}/{self.count}")
                fate = draw.random()
                end = None
                if fate < 0.2:
                    end = (time.time() + draw.uniform(0, 0.8), signal.SIGKILL, part)
                elif fate < 0.35:
                    end = (time.time() + draw.uniform(0, 0.8), signal.SIGTERM, part)
                running.append((process, end))
            if full and time.time() > full[0]:
                happened["disk filled"] += 1
                ballast.fill()
                time.sleep(full[1])
                full = None
            time.sleep(0.02)
            for entry in list(running):
                process, end = entry
                if process.poll() is not None:
                    running.remove(entry)
                    said = process.stderr.read()
                    # A signal before the tool can take it ends it as any program.
                    if process.returncode in (1, 2) and ballast and (
                            "No space left" in said or "bytes free" in said):
                        happened["part without room"] += 1
                    elif process.returncode not in (0, 75, -9, -15):
                        fail(f"{self.kind}: exit code {process.returncode}: {said[-300:]}")
                    elif process.returncode == 75:
                        happened["stopped"] += 1
                elif end and time.time() > end[0]:
                    process.send_signal(end[1])
                    happened[end[1].name] += 1
                    running[running.index(entry)] = (process, None)
        if ballast:
            ballast.empty()

    def go(self, ballast):
        self.folder.mkdir(parents=True, exist_ok=True)
        parts = list(range(1, self.count + 1))
        for sending in range(16):
            # Where the disk was full so often, somebody makes room: on a slow machine no part would ever end.
            self.attempt(parts, ballast if sending < 8 else None)
            if self.finished():
                fail(f"{self.kind}: looks finished before it was")
            parts = self.missing()
            if parts is None:
                return
            if not parts:
                happened["sendings"] += sending + 1
                break
        else:
            fail(f"{self.kind}: never came to its end")
            return
        if not self.finished():
            fail(f"{self.kind}: finish said it was done, and it is not")


class Ballast:
    """A small disk, and a file that fills it."""

    def __init__(self, place):
        self.place = place
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", place],
                              capture_output=True)
        self.works = done.returncode == 0

    def fill(self):
        try:
            with open(self.place / "ballast", "ab") as file:
                while True:
                    file.write(bytes(1 << 18))
                    file.flush()
        except OSError:
            pass

    def empty(self):
        (self.place / "ballast").unlink(missing_ok=True)

    def end(self):
        if self.works:
            subprocess.run(["umount", "-l", self.place], capture_output=True)


with tempfile.TemporaryDirectory(prefix="t2s-parts-") as name:
    work = Path(name)
    scan = work / "scan.raw"
    done = tool(work, "phantom", scan, "--shape", "276x72x80", "--seed", 5)
    if done.returncode:
        sys.exit(f"phantom: {done.stderr}")
    wanted = {}
    for number in range(3):
        whole = Run(number, str(scan), random.Random(0), work / "whole")
        whole.folder.mkdir(parents=True)
        made = tool(whole.folder, *whole.words)
        if made.returncode:
            sys.exit(f"{whole.kind}: {made.stderr}")
        wanted[whole.kind] = whole
    small = work / "small"
    small.mkdir()
    ballast = Ballast(small)
    try:
        for number in range(RUNS):
            draw = random.Random(SEED * 100_000 + number)
            on_small = ballast.works and number % 4 == 3
            run = Run(number, str(scan), draw, small if on_small else work)
            run.go(ballast if on_small else None)
            for output in run.outputs:
                compare(run.folder / output, wanted[run.kind].folder / output,
                        f"run {number}, {run.kind} in {run.count} parts")
            shutil.rmtree(run.folder, ignore_errors=True)
            if (number + 1) % 20 == 0:
                print(f"   {number + 1} runs, {dict(happened)}", flush=True)
    finally:
        ballast.end()

print(f"{RUNS} runs, {dict(happened)}, {len(failures)} failures")
sys.exit(1 if failures else 0)
