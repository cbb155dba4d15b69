#!/usr/bin/env python3
"""Kills trainings at random moments, and holds the weights that they end with against those of a run that
was not disturbed.

    train_kills.py [KILLS] [TOOL] [SEED]

KILLS (default 20) times `train`, at one thread, is ended by SIGKILL at a moment drawn from the whole time
that it takes, and gone on with by `train --continue`; a third of those that go on are killed again. What a
killed run has left must be whole: a checkpoint that can be gone on with or none, models that can be read,
a history without half a line. At its end the best and the last model must compute the same as those of the
undisturbed run, to the last bit (`model compare`), the history must be the same but for its seconds, and
the checkpoint must hold the same numbers.

Then Ctrl-C: exit code 130, a line that says how to go on, the same weights in the end. Then `train
ablate`, killed, and the same command again: the same table. Last, a disk that is full when a checkpoint is
written (a small tmpfs, where one may be mounted): an error that names it, the former checkpoint whole, and
the run goes on when there is room. TOOL is the built t2s-volume (default: $T2S_VOLUME). Needs nothing
beyond Python. Exit code 1 where something is not so, 77 without the tool.
"""
import csv
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
TOOL = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("T2S_VOLUME")
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 11
if not TOOL or not Path(TOOL).is_file():
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)

draw = random.Random(SEED)
failures = []
# Averages, two batches to a step, noise, dropout and crops turned by any angle: all that has a state.
RECIPE = {
    "base": "few", "epochs": 4, "steps": 8, "batch": 2, "accumulate": 2, "crop": [1, 32, 32],
    "validation_crops": 6, "recalibration_crops": 6,
    "network": {"preset": "paper", "filters": 4, "depth": 2},
}


def fail(text):
    failures.append(text)
    print("  ", text, flush=True)


def run(*words):
    return subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True)


def header(path):
    """The header of a checkpoint and its numbers."""
    data = path.read_bytes()
    length = int.from_bytes(data[8:16], "little")
    return json.loads(data[16:16 + length]), data[16 + length:-16]


def history(folder):
    with (folder / "history.csv").open() as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def check_left(what, folder, states):
    """What a killed run leaves is whole."""
    if not (folder / "run.json").exists():
        states["nothing"] += 1
        return False
    state = "begun"
    if (folder / "checkpoint").exists():
        step = header(folder / "checkpoint")[0]["progress"]["step"]
        state = f"after epoch {step // RECIPE['steps']}"
    states[state] += 1
    for name in ("model.h5", "last.h5"):
        if (folder / name).exists() and run("model", "show", folder / name).returncode:
            fail(f"{what}: {name} cannot be read")
    if (folder / "history.csv").exists():
        rows = history(folder)
        if any(None in row.values() for row in rows):
            fail(f"{what}: half a line in history.csv")
    return True


def compare_end(what, folder, whole):
    for name in ("model.h5", "last.h5"):
        same = json.loads(run("model", "compare", folder / name, whole / name, "--json").stdout)
        if not same.get("same"):
            fail(f"{what}: {name} has other weights in the end: {same}")
    if history(folder) != history(whole):
        fail(f"{what}: another history")
    (mine, numbers), (theirs, expected) = header(folder / "checkpoint"), header(whole / "checkpoint")
    if numbers != expected:
        fail(f"{what}: the checkpoint's numbers differ")
    if mine["identity"] != theirs["identity"]:
        fail(f"{what}: another identity")


def begin(words):
    return subprocess.Popen(
        [TOOL, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kills(common, folder, whole, usual, go_on):
    states = Counter()
    done = runs = 0
    while done < KILLS and runs < 4 * KILLS + 20:
        subprocess.run(["rm", "-rf", str(folder)], check=True)
        ended, tries = -signal.SIGKILL, 0
        while ended == -signal.SIGKILL:
            runs += 1
            tries += 1
            kill = done < KILLS and (tries == 1 or draw.random() < 1 / 3)
            process = begin(go_on if (folder / "run.json").exists() else common)
            if kill:
                time.sleep(draw.uniform(0, 1.02 * usual))
                process.send_signal(signal.SIGKILL)
            err = process.communicate()[1]
            ended = process.returncode
            if ended == -signal.SIGKILL:
                done += 1
                check_left(f"kill {done}", folder, states)
            elif ended:
                fail(f"a run ended with {ended}: {err}")
        if not ended:
            compare_end(f"kill {done}", folder, whole)
    if done < KILLS:
        fail(f"only {done} were still running when they were killed")
    found = ", ".join(f"{n} x {state}" for state, n in sorted(states.items()))
    print(f"   {done} kills in {runs} runs; found {found}", flush=True)


def interrupt(common, folder, whole, usual, go_on):
    for _ in range(2):
        subprocess.run(["rm", "-rf", str(folder)], check=True)
        process = begin(common)
        time.sleep(draw.uniform(0.4, 0.8) * usual)
        process.send_signal(signal.SIGINT)
        err = process.communicate()[1]
        if process.returncode == 0:
            continue
        if process.returncode != 130 or "--continue" not in err:
            fail(f"Ctrl-C: {process.returncode} {err}")
        again = run(*go_on)
        if again.returncode:
            fail(f"Ctrl-C: not gone on with: {again.stderr}")
        compare_end("Ctrl-C", folder, whole)
    print("   Ctrl-C: 130, and the same weights in the end", flush=True)


def ablations(data, folder):
    words = ["train", "ablate", *data, "--only", "sepconv,no_batchnorm", "--json", "--threads", 1]
    start = time.monotonic()
    whole = run(*words, "--output", folder / "ablation")
    usual = time.monotonic() - start
    if whole.returncode:
        fail(f"ablate: {whole.stderr}")
        return

    def table(text):
        return [{k: v for k, v in row.items() if k not in ("seconds", "bytes")}
                for row in json.loads(text)["networks"]]

    for number in range(3):
        mine = words + ["--output", folder / f"ablation{number}"]
        process = begin(mine)
        time.sleep((0.2 + 0.3 * number) * usual)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        again = run(*mine)
        if again.returncode or table(again.stdout) != table(whole.stdout):
            fail(f"ablate, killed: {again.returncode} {again.stderr[-300:]}")
        elif number == 2 and "trained already" not in again.stderr:
            fail("ablate: what was finished was trained again")
    print(f"   train ablate, killed three times in {usual:.1f} s: the same table", flush=True)


def full_disk(common, folder, whole, data):
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        print("   no tmpfs may be mounted here: the full disk was left out")
        return
    try:
        mine, filler = disk / "run", disk / "filler"
        words = [str(w) if w != data else str(mine) for w in common]
        # No room at all, and room for the models but not for the checkpoint.
        for part in (0, 0.6):
            subprocess.run(["rm", "-rf", str(mine)], check=True)
            process = begin(words)
            while process.poll() is None and not (mine / "checkpoint").exists():
                time.sleep(0.001)
            room = int(part * (mine / "checkpoint").stat().st_size)
            with filler.open("wb", buffering=0) as file:
                try:
                    while True:
                        file.write(bytes(4096))
                except OSError:
                    pass
                file.truncate(max(0, file.tell() - room))
            err = process.communicate()[1]
            if process.returncode != 1 or "No space left" not in err:
                fail(f"full disk: {process.returncode} {err[-400:]}")
            step = header(mine / "checkpoint")[0]["progress"]["step"]
            left = sorted(p.name for p in mine.iterdir() if p.name.startswith("."))
            if left:
                fail(f"full disk: {left} is left")
            filler.unlink()
            again = run("train", "--continue", mine, "--threads", 1)
            if again.returncode:
                fail(f"full disk: not gone on with: {again.stderr}")
            compare_end("full disk", mine, whole)
            print(f"   full disk: the checkpoint of step {step} was there; "
                  f"{err.strip().splitlines()[-2]}", flush=True)
    finally:
        subprocess.run(["umount", str(disk)])


def main():
    with tempfile.TemporaryDirectory(prefix="t2s-train-kills-") as name:
        folder = Path(name)
        scan, recipe = folder / "scan.raw", folder / "recipe.in"
        made = run("phantom", scan, "--shape", "4x160x160", "--seed", SEED)
        if made.returncode:
            sys.exit(made.stderr)
        recipe.write_text(json.dumps(RECIPE))
        data = ["--scan", scan, "--labels", f"{scan}.labels.zarr", "--recipe", recipe,
                "--train", "z=0:3", "--validate", "z=3:4"]
        for precision in ("f32", "auto"):
            mine, whole = folder / precision, folder / f"{precision}.whole"
            common = ["train", *data, "--precision", precision, "--threads", 1]
            start = time.monotonic()
            undisturbed = run(*common, "--output", whole)
            usual = time.monotonic() - start
            if undisturbed.returncode:
                sys.exit(undisturbed.stderr)
            engine = next(
                (l for l in undisturbed.stderr.splitlines() if l.startswith("engine:")), "")
            print(f"   undisturbed: {usual:.1f} s; {engine}", flush=True)
            common += ["--output", mine]
            go_on = ["train", "--continue", mine, "--threads", 1]
            kills(common, mine, whole, usual, go_on)
            interrupt(common, mine, whole, usual, go_on)
            if precision == "f32":
                full_disk(common, folder, whole, mine)
        ablations(data, folder)
    print("train kills:", "FAILED" if failures else
          "every run ended with the weights of the one that was not disturbed")
    sys.exit(bool(failures))


main()
