#!/usr/bin/env python3
"""Checks `measure components` against connected-components-3d, scipy and scikit-image.

    python3 Tools/check.d/components.py [TOOL] [--volumes N] [--all-limits] [--data FOLDER]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug). N random
volumes (100) for each connectivity, each computed with one of six limits of memory and threads, which cut it
into other blocks, and all six for every tenth (with --all-limits for each): numbers must equal the references'
by the rule "in the order of first voxels", voxel by voxel, and the tables scikit-image's regionprops. FOLDER may hold scans of others (TIFF, or raw with its shape
in an .info or in its name: a cement, fibres, a layer), which are cut at a grey value and compared too, and labels
(.labels.raw), each class of which is. Exit code 0 where all agree, 1 where something differs,
77 where a library or the tool is missing.
"""
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import cc3d
    import numpy as np
    import scipy.ndimage
    import skimage.measure
    import tifffile
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARGUMENTS = [word for word in sys.argv[1:] if not word.startswith("--")]
ALL_LIMITS = "--all-limits" in sys.argv
TOOLS = [os.environ.get("T2S_VOLUME"), ROOT / ".build/release/t2s-volume",
         ROOT / ".build/debug/t2s-volume"]


def option(name, default):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


VOLUMES = int(option("--volumes", 100))
DATA = option("--data", None)
for name in ("--volumes", "--data"):
    if name in sys.argv:
        ARGUMENTS.remove(option(name, None))
TOOL = next((str(path) for path in ARGUMENTS + TOOLS if path and pathlib.Path(path).exists()), None)
if TOOL is None:
    print("skipped: the tool is not built")
    sys.exit(77)

LIMITS = [("64M", 1), ("64M", 2), ("2M", 3), ("512K", 1), ("512K", 2), ("512K", 4)]
# Of whole scans, which need more.
SMALL = ("30M", 3)
failures = []


def by_first_voxel(labels):
    """The same components, numbered in the order of their first voxels."""
    flat = labels.ravel()
    values, first = np.unique(flat, return_index=True)
    first, values = first[values != 0], values[values != 0]
    numbers = np.zeros(int(flat.max()) + 1, np.uint32)
    numbers[values[np.argsort(first)]] = np.arange(1, len(values) + 1)
    return numbers[labels]


def reference(mask, connectivity):
    if connectivity in (4, 8):
        around = scipy.ndimage.generate_binary_structure(2, 1 if connectivity == 4 else 2)
        around = np.stack([np.zeros((3, 3), bool), around, np.zeros((3, 3), bool)])
        return by_first_voxel(scipy.ndimage.label(mask, around)[0])
    found = by_first_voxel(cc3d.connected_components(mask.astype(np.uint8), connectivity=connectivity))
    order = {6: 1, 18: 2, 26: 3}[connectivity]
    around = scipy.ndimage.generate_binary_structure(3, order)
    if not np.array_equal(found, by_first_voxel(scipy.ndimage.label(mask, around)[0])):
        failures.append("cc3d and scipy differ from each other")
    return found


def measure(folder, volume, connectivity, limits, value, *more):
    path, output, table = folder / "labels.npy", folder / "ids.npy", folder / "table.csv"
    np.save(path, volume)
    run = subprocess.run(
        [TOOL, "measure", "components", path, "--class", value, "--connectivity", str(connectivity),
         "--output", folder / "ids.raw", "--table", table, "--memory", limits[0], "--threads",
         str(limits[1]), "--overwrite", "--json", *more], capture_output=True, text=True)
    if run.returncode != 0:
        failures.append(f"{volume.shape} {connectivity} {limits}: {run.stderr.strip()[-300:]}")
        return None
    ids = np.fromfile(folder / "ids.raw", np.uint32).reshape(volume.shape)
    with table.open() as file:
        rows = list(csv.DictReader(file))
    return ids, rows, json.loads(run.stdout)


def close(row, column, expected, tolerance, place):
    found = float(row[column])
    if not abs(found - expected) <= tolerance * max(1, abs(expected)):
        failures.append(f"{place}: {column} is {found}, not {expected}")


def compare_table(rows, ids, grey, connectivity, place):
    layered = connectivity in (4, 8)
    regions = skimage.measure.regionprops(ids.astype(np.int64), intensity_image=grey)
    if len(rows) != len(regions):
        failures.append(f"{place}: {len(rows)} rows, not {len(regions)}")
        return
    for row, region in zip(rows, regions):
        at = f"{place} id {region.label}"
        close(row, "voxels", region.num_pixels, 0, at)
        for axis, name in enumerate("zyx"):
            close(row, f"centroid_{name}_voxels", region.centroid[axis], 1e-6, at)
            close(row, f"{name}_begin", region.bbox[axis], 0, at)
            close(row, f"{name}_end", region.bbox[axis + 3], 0, at)
        close(row, "mean_grey", region.intensity_mean, 1e-6, at)
        if layered:
            flat = skimage.measure.regionprops(region.image[0].astype(np.uint8))[0]
            close(row, "axis_major_voxels", flat.axis_major_length, 1e-4, at)
            close(row, "axis_minor_voxels", flat.axis_minor_length, 1e-4, at)
        else:
            # From the tensor itself: a minor axis of 0 is the root of a rounding error there.
            values = np.sort(np.linalg.eigvalsh(np.cov(region.coords.T, bias=True).reshape(3, 3)))[::-1]
            for name, value in zip(["major", "medium", "minor"], values):
                close(row, f"axis_{name}_voxels", np.sqrt(20 * max(value, 0)), 1e-4, at)
            close(row, "axis_major_voxels", region.axis_major_length, 1e-4, at)
            if region.num_pixels > 30:
                close(row, "axis_minor_voxels", region.axis_minor_length, 1e-4, at)
            # Of a ball of radius 8 and more; the surface of fewer voxels is less well known, and a cube of
            # eight has 1.036.
            most = 1.02 if region.num_pixels > 2000 else 1.025 if region.num_pixels > 30 else 1.04
            if float(row["sphericity"]) > most:
                failures.append(f"{at}: sphericity {row['sphericity']}")


def check(folder, volume, grey, connectivity, limits, value, place, tables=True):
    inside = np.isin(volume, [int(v) for v in value.split(",")])
    scan = folder / "grey.npy"
    np.save(scan, grey)
    answer = measure(folder, volume, connectivity, limits, value, "--scan", scan)
    if answer is None:
        return 0
    ids, rows, said = answer
    expected = reference(inside, connectivity)
    if not np.array_equal(ids, expected):
        failures.append(f"{place}: {np.count_nonzero(ids != expected)} voxels differ")
    if said["components"] != expected.max() or len(rows) != expected.max():
        failures.append(f"{place}: {said['components']} components, not {expected.max()}")
    if tables:
        compare_table(rows, expected, grey, connectivity, place)
    return int(expected.max())


def read(path):
    """The scan or the labels of a file, z, y, x; None where it is neither."""
    if path.suffix == ".tif":
        scan = tifffile.imread(path)
        return scan if scan.ndim == 3 else None
    if path.suffix != ".raw":
        return None
    said = path.with_name(path.name + ".info")
    if said.exists():
        sizes = dict(re.findall(r"NUM_([XYZ])\s*=\s*(\d+)", said.read_text()))
        shape = [int(sizes[axis]) for axis in "ZYX"]
    else:
        shape = [int(n) for n in re.search(r"(\d+)x(\d+)x(\d+)", path.name).groups()]
    return np.fromfile(path, np.uint8).reshape(shape)


def check_scan(folder, path):
    """What is dark, and what is bright, of a scan; of labels each class."""
    scan = read(path)
    if scan is None:
        return
    if path.name.endswith(".labels.raw"):
        parts = {f"class {value}": scan == value for value in np.unique(scan)}
    else:
        parts = {"dark": scan <= np.quantile(scan, 0.2), "bright": scan > np.quantile(scan, 0.8)}
    for name, inside in parts.items():
        for connectivity in (6, 18, 26, 4, 8):
            counts = {check(folder, inside.astype(np.uint8), scan, connectivity, limits, "1",
                            f"{path.name} {name} {connectivity} {limits}", tables=False)
                      for limits in (LIMITS[1], SMALL)}
            print(f"{path.name}, {name}, connectivity {connectivity}: {sorted(counts)} components", flush=True)


def check_levels(folder):
    """Levels of lower resolution of a volume of numbers have the number that most of eight voxels have."""
    noise = scipy.ndimage.gaussian_filter(np.random.default_rng(3).random((66, 90, 131)), 1.5)
    np.save(folder / "labels.npy", (noise < np.quantile(noise, 0.3)).astype(np.uint8))
    for words in (["measure", "components", folder / "labels.npy", "--class", "1", "--output", folder / "ids.zarr"],
                  ["convert", folder / "ids.zarr", folder / "ids.npy"],
                  ["convert", folder / "ids.zarr", folder / "half.npy", "--level", "1"]):
        run = subprocess.run([TOOL, *words, "--overwrite"], capture_output=True, text=True)
        if run.returncode != 0:
            failures.append(f"levels: {run.stderr.strip()[-300:]}")
            return
    ids = np.load(folder / "ids.npy")
    # What is left over at a far face counts twice.
    padded = np.pad(ids, [(0, n % 2) for n in ids.shape], mode="edge")
    eight = np.stack([padded[z::2, y::2, x::2] for z in (0, 1) for y in (0, 1) for x in (0, 1)], -1)
    counts = (eight[..., :, None] == eight[..., None, :]).sum(-1)
    most = np.where(counts == counts.max(-1, keepdims=True), eight, np.iinfo(eight.dtype).max).min(-1)
    if not np.array_equal(np.load(folder / "half.npy"), most):
        failures.append("the first level of lower resolution is not the mode of the numbers")
    print(f"{ids.max()} numbers at half the resolution compared")


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for connectivity in (6, 18, 26, 4, 8):
        random = np.random.default_rng(connectivity)
        components, runs = 0, 0
        for number in range(VOLUMES):
            shape = random.integers(1, 40, 3)
            noise = random.random(shape)
            if number % 2:
                noise = scipy.ndimage.gaussian_filter(noise, 1.2)
            share = random.uniform(0.02, 0.7)
            volume = (noise < np.quantile(noise, share)).astype(np.uint8) * 2
            volume[random.random(shape) < 0.02] = random.choice([1, 254, 255])
            grey = random.integers(0, 4000, shape).astype(np.uint16)
            for limits in LIMITS if ALL_LIMITS or number % 10 == 0 else [LIMITS[number % 6]]:
                components += check(folder, volume, grey, connectivity, limits,
                                    "2" if number % 3 else "1,2",
                                    f"connectivity {connectivity} volume {number} {limits}",
                                    tables=number % 5 == 0)
                runs += 1
        print(f"connectivity {connectivity}: {VOLUMES} volumes in {runs} runs, {components} components compared",
              flush=True)
    check_levels(folder)
    if DATA:
        for path in sorted(pathlib.Path(DATA).iterdir()):
            check_scan(folder, path)

for failure in failures[:40]:
    print(failure)
sys.exit(1 if failures else 0)
