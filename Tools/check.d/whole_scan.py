#!/usr/bin/env python3
"""A whole scan from nothing to checked labels, killed on the way: what a night's work goes through.

    whole_scan.py [SHAPE] [--kind composite|biaxial] [--tool T2S_VOLUME] [--memory 2G] [--threads 2]
                  [--kills 2] [--undisturbed] [--sample 1%] [--folder DIR] [--keep] [-- OPTIONS]

Makes a phantom of SHAPE (layers x rows x columns; default 2048x2048x2048, 17 GB of disk with all that
comes of it) as a raw file, converts it to a store, and labels that with the default model: the process is
ended by SIGKILL --kills times, when as many parts of the blocks are there, and the same command goes on
each time. No process may hold more than --memory and a twentieth, whenever it is looked at and in its own
words. Then `verify --sample` computes a share of the tiles again, and `evaluate` says how good the
labels are. --undisturbed labels once more without a kill, and every file but the lock and the receipt must
be the same. OPTIONS go to `segment`, such as -- --outside auto. TOOL is the built t2s-volume (default:
$T2S_VOLUME); build it for release. What is in --folder already, and finished, is not made again. Exit code
1 where something is not so, 77 without the tool.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

words = sys.argv[1:]
more = words[words.index("--") + 1:] if "--" in words else []
words = words[:words.index("--")] if "--" in words else words
parser = argparse.ArgumentParser()
parser.add_argument("shape", nargs="?", default="2048x2048x2048")
parser.add_argument("--kind", default="composite")
parser.add_argument("--tool", default=os.environ.get("T2S_VOLUME"))
parser.add_argument("--memory", default="2G")
parser.add_argument("--threads", default="2")
parser.add_argument("--kills", type=int, default=2)
parser.add_argument("--undisturbed", action="store_true")
parser.add_argument("--sample", default="1%")
parser.add_argument("--folder")
parser.add_argument("--keep", action="store_true")
parser.add_argument("--seed", default="1")
given = parser.parse_args(words)
if not given.tool or not Path(given.tool).is_file():
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)

UNITS = {"K": 10, "M": 20, "G": 30, "T": 40}
LIMIT = int(float(given.memory[:-1]) * (1 << UNITS[given.memory[-1].upper()]) * 1.05)
VOXELS = 1
for extent in given.shape.split("x"):
    VOXELS *= int(extent)
failures = []


def fail(text):
    failures.append(text)
    print("  FAILED:", text, flush=True)


def resident(pid):
    """The most memory that the process has held so far; 0 once it is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def blocks(store):
    """The blocks of labels that are noted as written."""
    try:
        return (store / ".t2s/ledger/0.log").read_bytes().count(b"\n")
    except OSError:
        return 0


def run(what, *command, kill_at=None, store=None, codes=(0,)):
    """Runs the tool; returns its JSON, or None where it was killed, and its seconds and peak."""
    start, peak, killed = time.monotonic(), 0, False
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            [given.tool, *map(str, command), "--json"], stdout=out, stderr=err, text=True)
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            if kill_at is not None and blocks(store) >= kill_at:
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed = True
                break
            time.sleep(0.1)
        seconds = time.monotonic() - start
        out.seek(0)
        err.seek(0)
        text, notes = out.read(), err.read()
    result = None
    if not killed:
        if process.returncode not in codes:
            fail(f"{what} ends with {process.returncode}: {notes[-600:]}")
        result = json.loads(text) if text.strip() else {}
        peak = max(peak, result.get("peak_bytes") or 0)
    print(f"{what:34} {seconds:8.1f} s  {VOXELS / seconds / 1e6:8.1f} Mvoxel/s  "
          f"peak {peak / 2**20:7.1f} MiB{'  killed' if killed else ''}", flush=True)
    return result, seconds, peak


def labelled(what, scan, store, kills):
    """Labels `scan`, killed when as many even parts of the blocks are there."""
    command = ["segment", scan, "--output", store, "--memory", given.memory, "--threads",
               given.threads, "--no-picture", *more]
    shape = [int(extent) for extent in given.shape.split("x")]
    total = -(-shape[0] // 64) * -(-shape[1] // 1024) * -(-shape[2] // 1024)
    done = 0
    for kill in range(kills):
        at = max(done + 1, total * (kill + 1) // (kills + 1))
        if at >= total:
            print(f"{what}: too few blocks ({total}) to be killed {kills} times")
            break
        result, _, peak = run(f"{what}, to block {at} of {total}", *command, kill_at=at, store=store)
        done = blocks(store)
        if peak > LIMIT:
            fail(f"{what} held {peak / 2**20:.1f} MiB")
        if result is not None:
            fail(f"{what} was done before it could be killed")
            return result
    result, _, peak = run(what if not done else f"{what}, the rest", *command)
    if peak > LIMIT:
        fail(f"{what} held {peak / 2**20:.1f} MiB")
    return result


def everything(store):
    return sorted(
        path.relative_to(store) for path in store.rglob("*")
        if path.is_file() and path.name not in ("lock", "receipt.json"))


def main(folder):
    scan, store, labels = folder / "scan.raw", folder / "scan.zarr", folder / "scan.labels.zarr"
    truth = Path(str(scan) + ".labels.zarr")
    if not (truth / "zarr.json").exists() or not scan.exists():
        run("phantom", "phantom", scan, "--shape", given.shape, "--kind", given.kind, "--seed",
            given.seed, "--memory", given.memory, "--threads", given.threads)
    if not (store / "zarr.json").exists():
        run("convert", "convert", scan, store, "--memory", given.memory, "--threads",
            given.threads)
    if not given.keep:
        scan.unlink(missing_ok=True)
    result = labelled("segment", store, labels, given.kills)
    if result:
        print("   ", {key: result.get(key) for key in ("tile", "tiles", "computed_per_written")})
        if result.get("outside"):
            print("   ", result["outside"])
    usage = subprocess.run([given.tool, "verify", "--help"], capture_output=True, text=True).stdout
    if "--sample" in usage:
        checked, _, peak = run(
            f"verify --sample {given.sample}", "verify", labels, "--sample", given.sample, "--memory",
            given.memory, "--threads", given.threads)
        sample = (checked or {}).get("sample", checked)
        print("   ", sample)
        if peak > LIMIT:
            fail(f"verify held {peak / 2**20:.1f} MiB")
    else:
        print("verify has no --sample in this build")
    scores, _, _ = run("evaluate", "evaluate", labels, truth, "--memory", given.memory)
    for item in (scores or {}).get("classes", []):
        jaccard = item["jaccard"]
        print(f"    {item['value']:3} {item['name']:22} Jaccard "
              + ("-" if jaccard is None else f"{jaccard:.4f}"))
    if given.undisturbed:
        other = folder / "undisturbed.labels.zarr"
        labelled("segment, undisturbed", store, other, 0)
        names = everything(labels)
        if names != everything(other):
            fail("the run that was killed and the undisturbed one have other files")
        different = [n for n in names if (labels / n).read_bytes() != (other / n).read_bytes()]
        if different:
            fail(f"{len(different)} files differ from the undisturbed run's: {different[:5]}")
        else:
            print(f"{len(names)} files are those of the undisturbed run, byte for byte")


if given.folder:
    Path(given.folder).mkdir(parents=True, exist_ok=True)
    main(Path(given.folder))
else:
    place = Path(tempfile.mkdtemp(prefix="t2s-whole-scan-"))
    try:
        main(place)
    finally:
        if not given.keep:
            shutil.rmtree(place, ignore_errors=True)
print("FAILED" if failures else "all is as it should be")
sys.exit(1 if failures else 0)
