#!/usr/bin/env python3
"""Kills segmentations at random moments, stops them, fills their disk, and holds what they end with
against a run that was not disturbed.

    segment_kills.py [KILLS] [TOOL] [SEED]

KILLS (default 50) times a segmentation with the default model is ended by SIGKILL at a moment drawn from
the whole time that it takes, and gone on with by the same command; a third of those that go on are killed
again. After each kill every shard that a ledger notes must be there byte for byte, the facts of each
noted block too, and `status` must not call it finished. A run that goes on must compute the tiles of
blocks that were not noted and no others: as many as `--json` says. At its end the store must have the
bytes of the undisturbed run in every file but the lock and the receipt, and the receipt must have all runs
and, for the rest, say the same.

Then Ctrl-C: a first one must end the run within two tiles' time, with exit code 130 and one line that
says how to go on; two must end it at once; nothing false may be on the disk. Last, a disk that is full in
the middle (a small tmpfs, where one may be mounted): an error that names it, and the same command goes on
when there is room. TOOL is the built t2s-volume (default: $T2S_VOLUME). Needs nothing beyond Python. Exit
code 1 where something is not so, 77 without the tool.
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 50
TOOL = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("T2S_VOLUME")
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 8
if not TOOL or not Path(TOOL).is_file():
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)

# Blocks of labels are 64 x 1024 x 1024: 5 x 1 x 2 here, of 64 layers but for the last of 20.
SHAPE = (276, 40, 1100)
BLOCK = (64, 1024, 1024)
TILE = (1, 40, 256)
draw = random.Random(SEED)
failures = []


def fail(text):
    failures.append(text)
    print("  ", text, flush=True)


def everything(store):
    """Every file but the lock and the receipt, by its path from the store."""
    return {
        str(path.relative_to(store)): path.read_bytes() for path in store.rglob("*")
        if path.is_file() and path.name not in ("lock", "receipt.json")
        and ".tmp" not in path.name and not path.name.startswith(".t2s-tmp")
    }


def noted(files, level="0"):
    """The shards that the whole lines of a ledger note: {(z, y, x)}."""
    data = files.get(f".t2s/ledger/{level}.log", b"")
    return {tuple(map(int, line.split(b" ")[:3])) for line in data.split(b"\n")[:-1]}


def count_tiles(done):
    """Tiles that meet a block that is not in `done`."""
    count = 0
    for z in range(0, SHAPE[0], TILE[0]):
        for y in range(0, SHAPE[1], TILE[1]):
            for x in range(0, SHAPE[2], TILE[2]):
                last = min(x + TILE[2], SHAPE[2]) - 1
                blocks = {(z // BLOCK[0], y // BLOCK[1], b)
                          for b in range(x // BLOCK[2], last // BLOCK[2] + 1)}
                count += not blocks <= done
    return count


def run(*words, **options):
    return subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, **options)


def check_left(what, store, reference, states):
    if not store.exists():
        states["nothing"] += 1
        return set()
    files = everything(store)
    for name in list(files):
        level = re.fullmatch(r"\.t2s/ledger/(\d+)\.log", name)
        for shard in noted(files, level[1]) if level else ():
            shard_name = f"{level[1]}/c/" + "/".join(map(str, shard))
            if files.get(shard_name) != reference.get(shard_name):
                fail(f"{what}: {shard_name} is committed, and differs")
            facts = ".t2s/facts/" + ".".join(map(str, shard)) + ".json"
            if level[1] == "0" and files.get(facts) != reference[facts]:
                fail(f"{what}: {facts} of a committed block differs")
    done = noted(files)
    if "zarr.json" in files:
        states["finished"] += 1
        if files != reference:
            fail(f"{what}: looks finished, and differs")
    else:
        states["some shards" if done else "begun"] += 1
        status = run("status", store, "--json")
        if status.returncode not in (2, 4):
            fail(f"{what}: status ends with {status.returncode}: {status.stdout}{status.stderr}")
    return done


def compare_end(what, store, reference, receipt):
    found = everything(store)
    if found != reference:
        names = [n for n in sorted(set(found) | set(reference)) if found.get(n) != reference.get(n)]
        fail(f"{what}: in the end {names} differ")
    mine = json.loads((store / ".t2s/receipt.json").read_text())
    for key in receipt:
        if key not in ("runs", "resumes", "crc32c", "scan") and mine.get(key) != receipt[key]:
            fail(f"{what}: the receipt's {key} differs: {mine.get(key)} {receipt[key]}")
    return mine


def main():
    with tempfile.TemporaryDirectory(prefix="t2s-segment-kills-") as folder:
        folder = Path(folder)
        scan, store, whole = folder / "scan.raw", folder / "a.zarr", folder / "whole.zarr"
        made = run("phantom", scan, "--shape", "x".join(map(str, SHAPE)), "--seed", SEED)
        if made.returncode:
            sys.exit(made.stderr)
        common = ["--tile", "x".join(map(str, TILE)), "--no-picture", "--json", "--memory", "600M"]
        words = ["segment", scan, "--output", store, *common]
        start = time.monotonic()
        undisturbed = run("segment", scan, "--output", whole, *common)
        usual = time.monotonic() - start
        if undisturbed.returncode:
            sys.exit(undisturbed.stderr)
        reference = everything(whole)
        receipt = json.loads((whole / ".t2s/receipt.json").read_text())
        tiles = count_tiles(set())
        told = receipt["runs"][0]["tiles"]
        print(f"   undisturbed: {usual:.1f} s, {told} tiles, {len(noted(reference))} blocks; seams: "
              f"{len(receipt['seams'].get('boxes', []))} boxes", flush=True)
        if told != tiles:
            fail(f"{told} tiles were computed, {tiles} are wanted")

        states = Counter()
        kills = runs = resumed_tiles = 0
        while kills < KILLS and runs < 4 * KILLS + 20:
            subprocess.run(["rm", "-rf", str(store)], check=True)
            ended = -signal.SIGKILL
            tries = 0
            done = set()
            while ended == -signal.SIGKILL:
                runs += 1
                tries += 1
                kill = kills < KILLS and (tries == 1 or draw.random() < 1 / 3)
                process = subprocess.Popen(
                    [TOOL, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    text=True)
                if kill:
                    time.sleep(draw.uniform(0, 1.02 * usual * (1 - len(done) / 10)))
                    process.send_signal(signal.SIGKILL)
                out, err = process.communicate()
                ended = process.returncode
                if ended == -signal.SIGKILL:
                    kills += 1
                    before, done = done, check_left(f"kill {kills}", store, reference, states)
                    if not before <= done:
                        fail(f"kill {kills}: {before - done} were committed, and are no more")
                    if (store / "zarr.json").exists():
                        # What was to come was the check of seams or the picture.
                        break
                elif ended != 0:
                    fail(f"a run ended with {ended}: {err}")
                else:
                    report = json.loads(out)
                    mine = compare_end(f"kill {kills}", store, reference, receipt)
                    computed = mine["runs"][-1]["tiles"]
                    resumed_tiles += computed
                    if computed != count_tiles(done):
                        fail(f"kill {kills}: {computed} tiles were computed, "
                             f"{count_tiles(done)} were wanted")
                    if report["classes"] != json.loads(undisturbed.stdout)["classes"]:
                        fail(f"kill {kills}: other classes {report['classes']}")
            if kills % 10 == 0:
                print(f"   {kills} kills so far", flush=True)
        print(f"   {kills} kills in {runs} runs; found "
              f"{', '.join(f'{n} x {state}' for state, n in sorted(states.items()))}; those that went "
              f"on computed {resumed_tiles} tiles, each of a block that was not committed", flush=True)
        if kills < KILLS:
            fail(f"only {kills} were still running when they were killed")

        # Ctrl-C. Before the first tile the model is read and its primitives are made.
        tile_time = (receipt["runs"][0]["seconds"]) / tiles
        latest = 0
        for number in range(6):
            subprocess.run(["rm", "-rf", str(store)], check=True)
            process = subprocess.Popen(
                [TOOL, *map(str, words[:-4])], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                text=True)
            time.sleep(draw.uniform(0.4, 0.9) * usual)
            process.send_signal(signal.SIGINT)
            begin = time.monotonic()
            if number % 3 == 2:
                time.sleep(0.002)
                process.send_signal(signal.SIGINT)
            err = process.communicate()[1]
            took = time.monotonic() - begin
            if process.returncode == 0:
                continue
            if process.returncode != 130:
                fail(f"Ctrl-C: exit code {process.returncode}")
            check_left("Ctrl-C", store, reference, states)
            if number % 3 != 2:
                latest = max(latest, took)
                if "same command again" not in err:
                    fail(f"Ctrl-C: not said how to go on: {err}")
            elif took > 0.5:
                fail(f"a second Ctrl-C: it took {took:.2f} s")
        print(f"   Ctrl-C: ended after at most {latest:.3f} s; a tile takes {tile_time:.3f} s on the "
              "average", flush=True)

        # A full disk.
        disk = folder / "disk"
        disk.mkdir()
        size = sum(len(data) for data in reference.values())
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True)
        if mounted.returncode:
            print("   no tmpfs may be mounted here: the full disk was left out")
        else:
            try:
                filler, store = disk / "filler", disk / "a.zarr"
                words = ["segment", scan, "--output", store, *common]
                for part in (0.02, 0.3, 0.6, 0.95):
                    subprocess.run(["rm", "-rf", str(store)], check=True)
                    free = os.statvfs(disk)
                    free = free.f_bavail * free.f_frsize
                    process = subprocess.Popen(
                        [TOOL, *map(str, words)], stdout=subprocess.DEVNULL,
                        stderr=subprocess.PIPE, text=True)
                    # It begins with room enough; then somebody else fills the disk.
                    while process.poll() is None and not (store / ".t2s/receipt.json").exists():
                        time.sleep(0.001)
                    with filler.open("wb") as file:
                        try:
                            file.write(bytes(max(0, free - int(part * size))))
                            file.flush()
                        except OSError:
                            pass
                    err = process.communicate()[1]
                    filler.unlink()
                    if process.returncode != 1 or "No space left" not in err:
                        fail(f"full disk at {part}: {process.returncode} {err}")
                    done = check_left(f"full disk at {part}", store, reference, states)
                    again = run(*words)
                    if again.returncode:
                        fail(f"full disk at {part}: not gone on with: {again.stderr}")
                    mine = compare_end(f"full disk at {part}", store, reference, receipt)
                    if mine["runs"][-1]["tiles"] != count_tiles(done):
                        fail(f"full disk at {part}: {mine['runs'][-1]['tiles']} tiles, "
                             f"{count_tiles(done)} wanted")
                    print(f"   full disk: {len(done)} blocks were there; {err.strip().splitlines()[-2]}",
                          flush=True)
            finally:
                subprocess.run(["umount", str(disk)])
    print("segment kills:", "FAILED" if failures else
          "every store told the truth, ended the same, and computed nothing twice")
    sys.exit(bool(failures))


main()
