#!/usr/bin/env python3
"""Checks `annotate watershed` against scikit-image and ITK.

    python3 Tools/check.d/watershed.py [TOOL]

Volumes of uint16 in which no two voxels have the same grey value and no two markers a common neighbour, so that no
rule for ties matters: all labels equal scikit-image's, in one block and in many, in space and layer by layer, and ITK's
in space. (Scikit-image lets water rise from a marker at the marker's own grey value; here as in ITK and in Meyer's
paper it begins below all others. So markers are the darkest voxels.) Smooth edges of uint8, which have ties: at least 97 of
100 voxels are as scikit-image's. Exit code 0 where all agree, 1 where something differs, 77 where something is missing.
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
    import SimpleITK
    import skimage.segmentation
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


def flooded(folder, grey, markers, *more):
    """Our labels, and in how many blocks they were made."""
    np.save(folder / "grey.npy", grey)
    np.save(folder / "markers.npy", markers)
    made = subprocess.run(
        [TOOL, "annotate", "watershed", folder / "grey.npy", "--markers", folder / "markers.npy", "--seeds", "a,b,c,d",
         "--output", folder / "out.npy", "--overwrite", "--json", *more], capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(f"{more}: {made.stderr.strip()[-300:]}")
    return np.load(folder / "out.npy"), json.loads(made.stdout)["blocks"]


def theirs(grey, markers):
    """Scikit-image's labels; its markers are 0 where there is none."""
    return skimage.segmentation.watershed(grey, np.where(markers == 255, 0, markers.astype(np.int32) + 1)) - 1


def of_itk(grey, markers):
    image = SimpleITK.GetImageFromArray(grey)
    seeds = SimpleITK.GetImageFromArray(np.where(markers == 255, 0, markers.astype(np.int32) + 1).astype(np.uint16))
    labels = SimpleITK.MorphologicalWatershedFromMarkers(image, seeds, False, False)
    return SimpleITK.GetArrayFromImage(labels).astype(int) - 1


def seeded(random, shape, share):
    """Markers three voxels apart at least, one of each class in each third layer."""
    markers = np.full(shape, 255, np.uint8)
    places = markers[::3, ::3, ::3]
    drawn = random.random(places.shape) < share
    places[drawn] = random.integers(0, 4, places.shape)[drawn]
    places[:, 0, :4] = np.arange(4)
    return markers


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    voxels, most = 0, 0
    for seed in range(12):
        random = np.random.default_rng(seed)
        shape = tuple(random.integers(20, 41, 3))
        rough = scipy.ndimage.gaussian_filter(random.random(shape), random.uniform(0.3, 2))
        grey = np.empty(rough.size, np.uint16)
        grey[np.argsort(rough, axis=None)] = np.sort(random.permutation(65536)[:rough.size])
        grey = grey.reshape(shape)
        markers = seeded(random, shape, 10 ** random.uniform(-3, -0.5))
        grey[markers != 255] = 0
        expected = theirs(grey, markers)
        itk = of_itk(grey, markers)
        if not np.array_equal(itk, expected):
            failures.append(f"seed {seed}: ITK and scikit-image differ in {np.count_nonzero(itk != expected)} voxels")
        for more in ((), ("--memory", "2M", "--threads", "2")):
            labels, blocks = flooded(folder, grey, markers, *more)
            if not np.array_equal(labels, expected):
                failures.append(f"seed {seed}, {blocks} blocks: {np.count_nonzero(labels != expected)} voxels differ")
            voxels, most = voxels + labels.size, max(most, blocks)
        labels, _ = flooded(folder, grey, markers, "--layers")
        expected = np.stack([theirs(grey[z], markers[z]) for z in range(0, shape[0], 3)])
        if not np.array_equal(labels[::3], expected):
            failures.append(f"seed {seed}, layers: {np.count_nonzero(labels != expected)} voxels differ")
        voxels += labels.size
    print(f"{voxels} voxels in up to {most} blocks compared, no two alike in a volume")

    random = np.random.default_rng(1)
    spheres = scipy.ndimage.gaussian_filter(random.random((48, 64, 64)), 4)
    phases = np.digitize(spheres, np.quantile(spheres, [0.25, 0.5, 0.75]))
    edges = scipy.ndimage.gaussian_gradient_magnitude(phases * 60.0, 1)
    edges = np.clip(4 * edges, 0, 255).astype(np.uint8)
    markers = np.where(random.random(phases.shape) < 0.01, phases, 255).astype(np.uint8)
    labels, _ = flooded(folder, edges, markers)
    same = np.mean(labels == theirs(edges, markers))
    print(f"with ties: {100 * same:.2f} % of voxels as scikit-image's, {100 * np.mean(labels == phases):.2f} % right, "
          f"its own {100 * np.mean(theirs(edges, markers) == phases):.2f} %")
    if same < 0.97:
        failures.append(f"with ties only {100 * same:.2f} % agree")

for failure in failures[:40]:
    print(failure)
sys.exit(1 if failures else 0)
