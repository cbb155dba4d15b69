#!/usr/bin/env python3
"""Checks thresholds and filters of `annotate` against scikit-image and SciPy.

    python3 Tools/check.d/filters.py [TOOL]

Random volumes of uint8 and uint16: Otsu's threshold and two to four of them equal scikit-image's
(for uint16 with several: the variance between classes is no less than what scikit-image finds, since the tool
narrows them to 256 bins as that does), the median equals SciPy's voxel by voxel, the Gaussian to half a grey
value, the gradient's magnitude to half a unit, in layers and in space. Exit code 0 where all agree, 1 where something
differs, 77 where something is missing.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import scipy.ndimage
    import skimage.filters
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = [*sys.argv[1:], os.environ.get("T2S_VOLUME"), ROOT / ".build/release/t2s-volume",
         ROOT / ".build/debug/t2s-volume"]
TOOL = next((str(path) for path in TOOLS if path and pathlib.Path(path).exists()), None)
if TOOL is None:
    print("skipped: the tool is not built")
    sys.exit(77)
failures = []


def run(folder, *words):
    made = subprocess.run([TOOL, "annotate", *map(str, words), "--output", folder / "out.npy", "--overwrite",
                           "--json"], capture_output=True, text=True)
    if made.returncode != 0:
        failures.append(f"{words}: {made.stderr.strip()[-300:]}")
        return None, None
    return json.loads(made.stdout), np.load(folder / "out.npy")


def between(grey, cuts):
    """The variance between classes."""
    classes = np.digitize(grey, np.asarray(cuts) + 1e-9)
    mean = grey.mean()
    return sum((classes == c).mean() * (grey[classes == c].mean() - mean) ** 2
               for c in range(len(cuts) + 1) if (classes == c).any())


def phases(random, shape, top, kind):
    noise = scipy.ndimage.gaussian_filter(random.random(shape), 2)
    levels = np.digitize(noise, np.quantile(noise, [0.15, 0.7]))
    grey = np.array([0.1, 0.35, 0.8])[levels] * top + random.normal(0, 0.05 * top, shape)
    return np.clip(grey, 0, top).astype(kind)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    thresholds = filters = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        kind, top = [(np.uint8, 255), (np.uint16, 40000)][seed % 2]
        shape = random.integers(6, 40, 3)
        grey = phases(random, shape, top, kind)
        np.save(folder / "grey.npy", grey)
        scan = folder / "grey.npy"
        for classes in (2, 3, 4):
            if classes == 4 and kind == np.uint16:
                continue
            said, labels = run(folder, "threshold", scan, "--method", "otsu", "--classes", classes)
            if said is None:
                continue
            cuts = said["thresholds"]
            if classes == 2:
                # With a bin for each value, as the tool has them.
                counts = np.bincount(grey.ravel())
                expected = [skimage.filters.threshold_otsu(hist=(counts, np.arange(len(counts))))]
            else:
                expected = list(skimage.filters.threshold_multiotsu(
                    grey if kind == np.uint8 else grey.astype(float), classes))
            if kind == np.uint16 and classes > 2:
                if between(grey, cuts) < between(grey, expected) * (1 - 1e-4):
                    failures.append(f"seed {seed}, {classes} classes: {cuts} is worse than {expected}")
            elif not np.array_equal(np.digitize(grey, cuts, right=True), np.digitize(grey, expected, right=True)):
                # Cuts anywhere in a gap of the histogram are the same.
                if abs(between(grey, cuts) - between(grey, expected)) > 1e-9 * between(grey, expected):
                    failures.append(f"seed {seed}, {classes} classes: {cuts}, not {expected}")
            if not np.array_equal(labels, np.digitize(grey, cuts, right=True)):
                failures.append(f"seed {seed}, {classes} classes: labels are not those of {cuts}")
            thresholds += 1
        for layers in (False, True):
            more = ["--layers"] if layers else []
            for radius in (1, 2):
                _, found = run(folder, "smooth", scan, "--method", "median", "--radius", radius, *more)
                size = (1 if layers else 2 * radius + 1, 2 * radius + 1, 2 * radius + 1)
                expected = scipy.ndimage.median_filter(grey, size)
                if found is not None and not np.array_equal(found, expected):
                    failures.append(f"seed {seed}, median {radius} {more}: "
                                    f"{np.count_nonzero(found != expected)} voxels differ")
                filters += 1
            sigma = (0 if layers else 1.1, 1.1, 1.1)
            _, found = run(folder, "smooth", scan, "--method", "gaussian", "--sigma", 1.1, *more)
            expected = scipy.ndimage.gaussian_filter(grey.astype(np.float64), sigma)
            if found is not None and np.abs(found - expected).max() > 0.51:
                failures.append(f"seed {seed}, gaussian {more}: {np.abs(found - expected).max()} apart")
            _, found = run(folder, "smooth", scan, "--method", "gradient", "--sigma", 1.1, *more)
            expected = np.sqrt(sum(
                scipy.ndimage.gaussian_filter(grey.astype(np.float64), sigma, order=[int(a == b) for b in range(3)]) ** 2
                for a in range(1 if layers else 0, 3))) * (256 if kind == np.uint8 else 1)
            if found is not None and np.abs(found - expected).max() > 0.51:
                failures.append(f"seed {seed}, gradient {more}: {np.abs(found - expected).max()} apart")
            filters += 2
    print(f"{thresholds} sets of thresholds and {filters} filtered volumes compared")

for failure in failures[:40]:
    print(failure)
sys.exit(1 if failures else 0)
