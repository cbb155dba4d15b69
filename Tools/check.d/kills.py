#!/usr/bin/env python3
"""Kills conversions at random moments, and holds what they leave against a run that was not disturbed.

    kills.py [KILLS] [TOOL] [SEED]

KILLS (default 200) times a conversion of 104 MB to a store with its pyramid is ended by SIGKILL at a
moment drawn from the whole time that it takes; some from nothing, some over a finished store with
--overwrite, some when they go on after an earlier kill. After each kill

* every shard that a ledger notes must be there byte for byte, or be one of zeros without a file;
* `status` must call nothing damaged, nothing written that is not there, and name a dead owner as gone;
* no `zarr.json` may be there unless the store is whole.

The same command must then end with the bytes of the undisturbed run in every file but `.t2s/lock`, and
say that it takes over where the lock named the dead process. Last, a second process must be refused
while one writes. TOOL is the built t2s-volume (default: $T2S_VOLUME). Needs nothing beyond Python. Exit
code 1 where something is not so, 77 without the tool.
"""
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

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
TOOL = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("T2S_VOLUME")
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 4
if not TOOL or not Path(TOOL).is_file():
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)

# 4 x 1 x 6 shards of 64 x 100 x 1024, so that there is much to be caught between: 60 with the levels
# above.
SHAPE = (200, 100, 5200)
draw = random.Random(SEED)
failures = []


def fail(text):
    failures.append(text)
    print("  ", text, flush=True)


def crc32c_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


TABLE = crc32c_table()


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ TABLE[(value ^ byte) & 255]
    return value ^ 0xFFFFFFFF


def everything(store):
    """Every file but the lock, by its path from the store."""
    return {
        str(path.relative_to(store)): path.read_bytes()
        for path in store.rglob("*") if path.is_file() and path.name != "lock"
    }


def noted(files):
    """The shards that the whole lines of the ledgers note: {(level, "0/0/1"): bytes of the file or None}."""
    found = {}
    for name, data in files.items():
        if not name.startswith(".t2s/ledger/") or not name.endswith(".log"):
            continue
        level = name.split("/")[-1][:-4]
        for line in data.split(b"\n")[:-1]:
            words, checksum = line.rsplit(b" ", 1)
            if int(checksum, 16) != crc32c(words):
                fail(f"a whole line of {name} is not what was written: {line}")
                continue
            parts = words.decode().split(" ")
            found[level, "/".join(parts[:3])] = int(parts[4]) if parts[3] == "written" else None
    return found


def run(*words):
    return subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True)


def check_left(what, store, reference, holder, states):
    """Holds what a kill left against the ledgers, the status and the undisturbed run."""
    if not store.exists():
        states["nothing"] += 1
        return
    files = everything(store)
    for (level, shard), byte_count in noted(files).items():
        name = f"{level}/c/{shard}"
        if byte_count is None and (name in files or name in reference):
            fail(f"{what}: {name} is noted as zeros")
        if byte_count is not None and files.get(name) != reference.get(name, b""):
            fail(f"{what}: {name} is committed, and differs")
    status = run("status", store, "--json")
    is_finished = "zarr.json" in files
    if status.returncode == 2 and not is_finished:
        # The folder is there, and nothing of a store in it yet.
        states["nothing"] += 1
        if any("/c/" in name for name in files):
            fail(f"{what}: shards without a store: {status.stderr}")
        return
    if status.returncode not in (0, 4):
        fail(f"{what}: status ends with {status.returncode}: {status.stdout}{status.stderr}")
        return
    report = json.loads(status.stdout)
    if is_finished != (status.returncode == 0):
        fail(f"{what}: {'zarr.json' if is_finished else 'no zarr.json'}, but {report['verdict']}")
    if is_finished and files != reference:
        fail(f"{what}: looks finished, and differs")
    if holder and (report["run"] or {}).get("state") != "gone":
        fail(f"{what}: the dead owner is {report['run']}")
    committed = 0
    for array in report["arrays"]:
        level = array["name"]
        mine = [name for name in reference if name.startswith(f"{level}/c/")]
        equal = sum(files.get(name) == reference[name] for name in mine)
        if array["written"] > equal:
            fail(f"{what}: {array['written']} shards of {level} are called written, {equal} are")
        if array["zero"] > array["files"] - len(mine):
            fail(f"{what}: {array['zero']} shards of {level} are called zero")
        if array["written"] + array["zero"] + array["never_written"] != array["files"]:
            fail(f"{what}: the counts of {level} do not add up: {array}")
        committed += array["written"] + array["zero"]
    states["finished" if is_finished else "begun" if committed == 0 else "some shards"] += 1


def main():
    with tempfile.TemporaryDirectory(prefix="t2s-kills-") as folder:
        folder = Path(folder)
        scan, store, whole = folder / "scan.raw", folder / "a.zarr", folder / "whole.zarr"
        z, y, x = SHAPE
        with scan.open("wb") as file:
            # Noise of 4 bits; columns 1024 to 2048, which are shards, are zero.
            row = bytes(1024)
            low = bytes(byte & 15 for byte in range(256))
            for _ in range(z * y):
                noise = draw.randbytes(x).translate(low)
                file.write(noise[:1024] + row + noise[2048:])
        scan.with_suffix(".raw.info").write_text(
            f"! PyHST_SLAVE VOLUME INFO FILE\nNUM_X = {x}\nNUM_Y = {y}\nNUM_Z = {z}\n"
            "DATA_TYPE = uint8\n")
        seconds = []
        for _ in range(3):
            start = time.monotonic()
            made = run("convert", scan, whole, "--overwrite")
            seconds.append(time.monotonic() - start)
            if made.returncode != 0:
                print(made.stderr)
                sys.exit(1)
        usual = sorted(seconds)[1]
        reference = everything(whole)
        shards = sum("/c/" in name for name in reference)
        print(f"   undisturbed: {usual:.2f} s, {shards} shards in files, "
              f"{len(noted(reference))} in ledgers", flush=True)

        states, ways = Counter(), Counter()
        kills = took_over = resumes = attempts = 0
        while kills < KILLS and attempts < 4 * KILLS + 20:
            attempts += 1
            over = draw.random() < 0.25 and store.exists()
            if not over and store.exists():
                subprocess.run(["rm", "-rf", str(store)], check=True)
            words = ["convert", scan, store] + (["--overwrite"] if over else [])
            way = "over a finished store" if over else "from nothing"
            again = True
            while again:
                moment = draw.uniform(0, 1.02 * usual)
                process = subprocess.Popen([TOOL, *map(str, words)], stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
                time.sleep(moment)
                process.send_signal(signal.SIGKILL)
                ended = process.wait()
                again = False
                lock = store / ".t2s/lock"
                holder = lock.read_text() if lock.exists() else ""
                if ended == -signal.SIGKILL:
                    kills += 1
                    ways[way] += 1
                    check_left(f"kill {kills} at {moment:.3f} s", store, reference, holder, states)
                    # A third of the runs that go on are killed as well.
                    if draw.random() < 1 / 3 and kills < KILLS and not (store / "zarr.json").exists():
                        again, way, words = True, "while going on", ["convert", scan, store]
                elif ended != 0:
                    fail(f"a conversion ended with {ended}")
            if not (store / "zarr.json").exists():
                resumed = run("convert", scan, store)
                resumes += 1
                if resumed.returncode != 0:
                    fail(f"kill {kills}: not gone on with: {resumed.stderr}")
                named = json.loads(holder)["process"] if holder.endswith("}\n") else None
                if named is not None:
                    took_over += 1
                    if f"taking over from process {named}" not in resumed.stderr:
                        fail(f"kill {kills}: {named} is not named: {resumed.stderr}")
            found = everything(store)
            if found != reference:
                names = [n for n in sorted(set(found) | set(reference))
                         if found.get(n) != reference.get(n)]
                fail(f"kill {kills}: in the end {names} differ")
            if attempts % 20 == 0:
                print(f"   {kills} kills so far", flush=True)
                if run("verify", store).returncode != 0:
                    fail(f"kill {kills}: verify finds the end damaged")
        print(f"   {kills} kills ({', '.join(f'{n} {way}' for way, n in sorted(ways.items()))})")
        print(f"   found: {', '.join(f'{n} x {state}' for state, n in sorted(states.items()))}")
        print(f"   {resumes} were gone on with, {took_over} of them took a lock over")
        if kills < KILLS:
            fail(f"only {kills} of {attempts} were still running when they were killed")

        # One writer at a time.
        refused = 0
        for _ in range(5):
            subprocess.run(["rm", "-rf", str(store)], check=True)
            first = subprocess.Popen([TOOL, "convert", str(scan), str(store)],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            lock = store / ".t2s/lock"
            while first.poll() is None and not (lock.exists() and lock.read_text().endswith("}\n")):
                time.sleep(0.002)
            second = run("convert", scan, store)
            status = run("status", store, "--json")
            running = first.poll() is None
            first.wait()
            if running:
                refused += 1
                if second.returncode != 2 or f"by process {first.pid} on" not in second.stderr:
                    fail(f"a second writer: {second.returncode} {second.stderr}")
                if (json.loads(status.stdout)["run"] or {}).get("state") != "running":
                    fail(f"a running owner is {json.loads(status.stdout)['run']}")
            if everything(store) != reference:
                fail("with two writers the end differs")
        print(f"   {refused} second writers were refused by the name of the first")
        if refused == 0:
            fail("no second writer came while the first was there")
    print("kills:", "FAILED" if failures else "every store told the truth and ended the same")
    sys.exit(bool(failures))


main()
