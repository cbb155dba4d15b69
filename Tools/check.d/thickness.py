#!/usr/bin/env python3
"""Checks the local thickness of `measure pores` against PoreSpy.

    python3 Tools/check.d/thickness.py [TOOL] [--data FOLDER]

Random media, and the cement paste of FOLDER where it is there (grey <= Otsu): counts for each step of radii equal
PoreSpy's "legacy" method with the same radii, and D50 lies within 3 % (in narrow pores half a voxel, a step of
radii) of what every radius that occurs gives. Of cement it lies within 3 %, of the others within 6 %, of what PoreSpy's
default gives, whose radii are whole voxels, by the same rule: on the straight line through the step in which half of
the voxels are reached. Exit code 0 where all agree, 1 where something differs, 77 where PoreSpy or the tool is missing.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import edt
    import numpy as np
    import porespy
    import scipy.ndimage
    import skimage.filters
    import tifffile
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARGUMENTS = sys.argv[1:]
DATA = None
if "--data" in ARGUMENTS:
    place = ARGUMENTS.index("--data")
    DATA = pathlib.Path(ARGUMENTS[place + 1])
    del ARGUMENTS[place:place + 2]
TOOLS = [*ARGUMENTS, os.environ.get("T2S_VOLUME"), ROOT / ".build/release/t2s-volume",
         ROOT / ".build/debug/t2s-volume"]
TOOL = next((str(path) for path in TOOLS if path and pathlib.Path(path).exists()), None)
if TOOL is None:
    print("skipped: the tool is not built")
    sys.exit(77)
porespy.settings.tqdm["disable"] = True
failures = []


def on_lines(radii):
    """The median of radii that were rounded down to whole voxels, on a straight line through the step it lies in."""
    values, numbers = np.unique(radii, return_counts=True)
    below = np.cumsum(numbers) - numbers
    step = np.searchsorted(np.cumsum(numbers), len(radii) / 2)
    return float(values[step] + (len(radii) / 2 - below[step]) / numbers[step])


def check(folder, mask, place, is_cement=False):
    labels, table = folder / "labels.npy", folder / "diameters.csv"
    np.save(labels, mask.astype(np.uint8))
    run = subprocess.run(
        [TOOL, "measure", "pores", labels, "--class", "1", "--reach", "40", "--diameters", table,
         "--overwrite", "--json"], capture_output=True, text=True)
    if run.returncode != 0:
        failures.append(f"{place}: {run.stderr.strip()[-300:]}")
        return
    said = json.loads(run.stdout)
    with table.open() as file:
        counts = {float(row["diameter_from_in_voxels"]) / 2: int(row["voxels"])
                  for row in csv.DictReader(file) if int(row["voxels"])}
    thickness = lambda radii: porespy.filters.local_thickness(mask, method="legacy", sizes=radii)[mask]
    values, numbers = np.unique(thickness(np.arange(1, 40.5, 0.5)), return_counts=True)
    expected = {float(value): int(number) for value, number in zip(values, numbers)}
    if counts != expected:
        failures.append(f"{place}: counts {counts}, not {expected}")
    depths = np.unique(edt.edt(mask))
    median = 2 * float(np.median(thickness(depths[depths >= 1])))
    # By its default, radii are rounded down to whole voxels: half of the voxels are reached within a step.
    whole = porespy.filters.local_thickness(mask)[mask]
    line = 2 * on_lines(whole)
    print(f"{place}: D50 {said['d50']:.3f}, with every radius {median:.3f}, with whole radii {line:.3f} on the "
          f"line and {2 * float(np.median(whole)):.1f} rounded down")
    allowed = 0.03 * median if median >= 7 else 0.5
    if abs(said["d50"] - median) > allowed:
        failures.append(f"{place}: D50 is {said['d50']}, not {median}")
    # A line through a step of two voxels of diameter: of noise it is off by up to 3 % itself.
    if abs(said["d50"] - line) > (0.03 if is_cement else 0.06) * line:
        failures.append(f"{place}: D50 is {said['d50']}, not {line} as by PoreSpy's default")


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for seed, blur in enumerate((2, 3, 5)):
        noise = scipy.ndimage.gaussian_filter(np.random.default_rng(seed).random((70, 80, 90)), blur)
        check(folder, noise < np.quantile(noise, 0.4), f"noise blurred by {blur}")
    if DATA:
        grey = tifffile.imread(DATA / "cement_128x128x128.tif")
        check(folder, grey <= skimage.filters.threshold_otsu(grey), "cement paste", is_cement=True)

for failure in failures:
    print(failure)
sys.exit(1 if failures else 0)
