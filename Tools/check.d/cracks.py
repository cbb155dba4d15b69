#!/usr/bin/env python3
"""Checks `measure cracks` on strained bars whose crack is known.

    python3 Tools/check.d/cracks.py [TOOL] [--seeds N] [--shapes ZxYxX,ZxYxX]

Makes `phantom --kind biaxial` of N seeds (5) in two sizes, gives its crack the value of its pores, and has
it found again with the defaults: nine tenths of its voxels, its opening within a voxel, and of the pores no
more than a fiftieth called crack. Then the same with wide pores planted on the crack, which share its
component: what they lose to the crack is the crack's own path through them, a voxel more or less; it is
printed, and at most a fortieth of all pores. Exit code 0 where all agree, 1 where something differs, 77 without numpy or tool.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARGUMENTS = sys.argv[1:]


def option(name, default):
    if name not in ARGUMENTS:
        return default
    place = ARGUMENTS.index(name)
    value = ARGUMENTS[place + 1]
    del ARGUMENTS[place:place + 2]
    return value


SEEDS = int(option("--seeds", 5))
SHAPES = option("--shapes", "96x256x256,160x384x384").split(",")
TOOLS = [*ARGUMENTS, os.environ.get("T2S_VOLUME"), ROOT / ".build/release/t2s-volume",
         ROOT / ".build/debug/t2s-volume"]
TOOL = next((str(path) for path in TOOLS if path and pathlib.Path(path).exists()), None)
if TOOL is None:
    print("skipped: the tool is not built")
    sys.exit(77)
failures = []


def run(*words):
    made = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: {made.stderr.strip()[-400:]}")
    return made.stdout


def planted(truth, seed, radius, count):
    """Balls of pore with their middles within a radius of the crack, where there is no crack yet."""
    random = np.random.default_rng(seed)
    truth = truth.copy()
    places = np.argwhere(truth == 3)
    for _ in range(count):
        middle = places[random.integers(len(places))] + [0, random.uniform(-radius, radius), 0]
        low = np.maximum(np.floor(middle).astype(int) - radius - 1, 0)
        high = np.minimum(np.floor(middle).astype(int) + radius + 2, truth.shape)
        box = truth[tuple(slice(a, b) for a, b in zip(low, high))]
        axes = np.ogrid[tuple(slice(a, b) for a, b in zip(low, high))]
        square = sum((axis - at) ** 2 for axis, at in zip(axes, middle))
        box[(square <= radius * radius) & (box != 3) & (box != 254)] = 2
    return truth


def found(folder, truth):
    labels, output, table = folder / "labels.npy", folder / "out.npy", folder / "cracks.csv"
    np.save(labels, np.where(truth == 3, 2, truth).astype(np.uint8))
    run("measure", "cracks", labels, "--class", 2, "--relabel", 3, "--output", output, "--table", table,
        "--overwrite", "--json")
    with table.open() as file:
        rows = list(csv.DictReader(file))
    return np.load(output) == 3, rows


def compare(folder, truth, place, least_recall, most_pores):
    said, rows = found(folder, truth)
    crack, pore = truth == 3, truth == 2
    recall = np.count_nonzero(said & crack) / np.count_nonzero(crack)
    pores = np.count_nonzero(said & pore) / np.count_nonzero(pore)
    columns = crack.sum(1)
    opening = float(np.median(columns[columns > 0]))
    widest = max(rows, key=lambda row: int(row["voxels"]), default=None)
    if widest is None:
        failures.append(f"{place}: no crack is found")
        return
    # Columns run along y; the opening lies across the crack.
    true = opening * abs(float(widest["normal_y"]))
    measured = float(widest["opening_voxels"])
    print(f"{place}: recall {recall:.3f}, {100 * pores:.2f} % of the pores, "
          f"opening {measured:.2f}, truly {true:.2f} voxels", flush=True)
    if recall < least_recall:
        failures.append(f"{place}: recall {recall:.3f}")
    if pores > most_pores:
        failures.append(f"{place}: {100 * pores:.2f} % of the pores are called crack")
    if abs(measured - true) > 1:
        failures.append(f"{place}: the opening is {measured:.2f}, not {true:.2f} voxels")


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for shape in SHAPES:
        for seed in range(1, SEEDS + 1):
            run("phantom", folder / "bar.raw", "--shape", shape, "--seed", seed, "--kind", "biaxial",
                "--overwrite", "--json")
            run("convert", folder / "bar.raw.labels.zarr", folder / "truth.npy", "--overwrite", "--json")
            truth = np.load(folder / "truth.npy")
            compare(folder, truth, f"{shape} seed {seed}", 0.9, 0.02)
            radius, count = [(4, 20), (7, 10), (10, 6), (14, 4)][seed % 4]
            compare(folder, planted(truth, seed, radius, count),
                    f"{shape} seed {seed}, {count} pores of radius {radius} on the crack", 0.9, 0.025)

for failure in failures:
    print(failure)
sys.exit(1 if failures else 0)
