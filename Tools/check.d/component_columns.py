#!/usr/bin/env python3
"""Checks that the table of components in a store is, as zarr-python reads it, the table in the CSV.

    python3 Tools/check.d/component_columns.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug). Of volumes with
no component, one, and some ten thousand; in space and in layers, with grey values and without, with and
without compression, by one process, in two parts, and over a store that is there. Exit code 0 where all
agree, 1 where something differs, 77 where a library or the tool is missing.
"""
import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import zarr
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

HERE = Path(__file__).resolve().parents[2]
CANDIDATES = [sys.argv[1] if len(sys.argv) > 1 else os.environ.get("T2S_VOLUME"),
              HERE / ".build/release/t2s-volume", HERE / ".build/debug/t2s-volume"]
TOOL = next((str(c) for c in CANDIDATES if c and Path(c).is_file()), None)
if TOOL is None:
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)

failures = []
checked = 0


def run(*words, code=0):
    done = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True)
    if done.returncode != code:
        failures.append(f"{' '.join(map(str, words[:2]))}: {done.stderr.strip()}")
    return done.returncode == code


def compare(what, store, table):
    """Every column of the store against the CSV's, number by number."""
    global checked
    with open(table) as file:
        rows = list(csv.reader(file))
    names, rows = rows[0], rows[1:]
    group = zarr.open_group(store / "table", mode="r")
    if list(group.attrs["columns"]) != names:
        failures.append(f"{what}: columns are {list(group.attrs['columns'])}")
    for place, name in enumerate(names):
        checked += 1
        found = group[name][:]
        wanted = np.array([float(row[place] or "nan") for row in rows])
        if found.shape != (len(rows),) or not np.array_equal(found.astype(float), wanted, equal_nan=True):
            failures.append(f"{what}: {name} differs")
    numbers = zarr.open_array(store / "0", mode="r")[:]
    counts = np.bincount(numbers.ravel(), minlength=len(rows) + 1)[1:]
    if not np.array_equal(counts, group["voxels"][:]):
        failures.append(f"{what}: the volume of numbers has other counts")


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    random = np.random.default_rng(3)
    shape = (60, 120, 130)
    many = (random.random(shape) < 0.08).astype(np.uint8)
    one = np.zeros(shape, np.uint8)
    one[3:9, 4:8, 5:30] = 1
    random.integers(0, 255, shape, dtype=np.uint8).tofile(folder / "scan.raw")
    size = ["--shape", "x".join(map(str, shape)), "--type", "uint8"]
    for what, labels in (("many", many), ("one", one), ("none", np.zeros(shape, np.uint8))):
        labels.tofile(folder / f"{what}.raw")
        for number, more in enumerate((
                ["--connectivity", "26"], ["--connectivity", "8", "--compression", "none"],
                ["--connectivity", "6", "--scan", folder / "scan.raw", "--voxel-size", "1.3um"])):
            store, table = folder / f"{what}{number}.zarr", folder / f"{what}{number}.csv"
            words = ["measure", "components", folder / f"{what}.raw", *size, "--class", "1", *more,
                     "--output", store, "--table", table]
            if run(*words):
                compare(f"{what} {number}", store, table)
    # Over a store that is there, with fewer rows than the table in it.
    store, table = folder / "many0.zarr", folder / "again.csv"
    if run("measure", "components", folder / "one.raw", *size, "--class", "1", "--output", store,
           "--table", table, "--overwrite"):
        compare("again", store, table)
    run("verify", store)
    # A column that is damaged is named; repaired, the same command writes the table again.
    store, table = folder / "many2.zarr", folder / "repaired.csv"
    column = store / "table/voxels/c/0"
    damaged = bytearray(column.read_bytes())
    damaged[len(damaged) // 3] ^= 1
    column.write_bytes(damaged)
    said = subprocess.run([TOOL, "verify", store], capture_output=True, text=True)
    if said.returncode != 3 or "table/voxels/c/0" not in said.stdout + said.stderr:
        failures.append(f"verify says of a damaged column: {said.returncode} {said.stdout} {said.stderr}")
    # 4: to be gone on with.
    if run("repair", store, code=4) and run(
            "measure", "components", folder / "many.raw", *size, "--class", "1", "--connectivity", "6",
            "--scan", folder / "scan.raw", "--voxel-size", "1.3um", "--output", store, "--table", table):
        compare("repaired", store, table)
        run("verify", store)
    # In parts.
    store, table = folder / "parts.zarr", folder / "parts.csv"
    words = ["measure", "components", folder / "many.raw", *size, "--class", "1", "--connectivity", "26",
             "--output", store, "--table", table]
    if all(run(*words, "--part", f"{part}/2") for part in (1, 2)) and run("finish", store):
        compare("parts", store, table)

print(f"{checked} columns with zarr {zarr.__version__}")
for failure in failures:
    print(f"  {failure}")
sys.exit(1 if failures else 0)
