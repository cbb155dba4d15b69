#!/usr/bin/env python3
"""Kills growths at random moments, and holds what they end with against one that was not disturbed.

    grow_kills.py [KILLS] [TOOL] [SEED]

KILLS (default 30) times `annotate grow`, and as often `annotate watershed`, of 0.7 million voxels in some blocks is
ended by SIGKILL at a moment drawn from the whole time that it takes, some when they go on after an earlier kill. The
same command must then end with the voxels of the undisturbed run, and leave nothing beside its output. Needs nothing
beyond Python. Exit code 1 where something is not so, 77 without the tool.
"""
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 30
TOOL = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("T2S_VOLUME")
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 5
if not TOOL or not Path(TOOL).is_file():
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)
SHAPE = (40, 120, 140)
draw = random.Random(SEED)
failures = []


def scan(path):
    """Tilted sheets of three greys with noise, so that ways are long and cross many blocks."""
    z, y, x = SHAPE
    noise = draw.randbytes(1 << 16)
    with open(path, "wb") as file:
        for k in range(z):
            rows = bytearray()
            for j in range(y):
                start = draw.randrange((1 << 16) - x)
                row = noise[start:start + x]
                rows += bytes(60 * (((k + j + i) // 40) % 3) + 20 + row[i] % 70 for i in range(x))
            file.write(rows)


def words(action, folder, output):
    return [TOOL, "annotate", action, str(folder / "scan.raw"), "--shape", "x".join(map(str, SHAPE)),
            "--type", "uint8", "--seeds", "a<=22,b=110..111,c>=208", "--alone", "b,c", "--memory", "2500K",
            "--output", str(folder / output)]


def voxels(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    scan(folder / "scan.raw")
    for action in ("grow", "watershed"):
        began = time.monotonic()
        whole = subprocess.run(words(action, folder, "whole.raw") + ["--overwrite"], capture_output=True,
                               text=True)
        seconds = time.monotonic() - began
        if whole.returncode != 0:
            print(whole.stderr)
            sys.exit(1)
        expected = voxels(folder / "whole.raw")
        print(f"{action}, undisturbed: {seconds:.1f} s; {whole.stdout.strip().splitlines()[-2:]}")
        kills = went_on = 0
        while kills < KILLS:
            output = folder / "killed.raw"
            for stray in folder.glob("*killed.raw*"):
                if stray.is_file():
                    stray.unlink()
            while True:
                hasty = kills < KILLS and draw.random() < 0.75
                kept = (folder / ".killed.raw.growing/state.json").exists()
                process = subprocess.Popen(
                    words(action, folder, "killed.raw") + ["--overwrite"], stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, text=True)
                if hasty:
                    time.sleep(draw.uniform(0, seconds * 1.1))
                    process.send_signal(signal.SIGKILL)
                _, said = process.communicate()
                if process.returncode == -signal.SIGKILL:
                    kills += 1
                    continue
                if process.returncode != 0:
                    failures.append(f"ended with {process.returncode}: {said}")
                went_on += kept
                break
            if voxels(output) != expected:
                failures.append(f"after {kills} kills the voxels differ")
            left = [p.name for p in folder.iterdir() if "growing" in p.name]
            if left:
                failures.append(f"left beside the output: {left}")
            if failures:
                break
        print(f"{action}: {kills} kills, {went_on} growths went on from what was kept")
for failure in failures:
    print(f"  {failure}")
sys.exit(1 if failures else 0)
