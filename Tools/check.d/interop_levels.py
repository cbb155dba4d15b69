#!/usr/bin/env python3
"""Holds every level of our stores to what numpy makes of the level before, and to its place in space.

    interop_levels.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME). A grey volume with one ball whose centre is known,
and labels of the same ball, of extents that halve unevenly, are converted to stores. At each level
zarr-python and tensorstore must read the same voxels; they must be the means, or the commonest values,
of the level before; both validators must find the store valid; and the ball's centre, by the scale and
translation of OME-Zarr, must lie within a quarter of that level's voxels of the truth. Exit code 1 where
something differs, 77 where a library or the tool is missing.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import tensorstore
    import zarr
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

TOOL = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("T2S_VOLUME")
if not TOOL or not Path(TOOL).is_file():
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)

SHAPE = (75, 203, 331)
CENTRE = np.array([33.3, 101.7, 140.2])
RADIUS = 27.0
SPACING = np.array([2.6, 1.3, 1.3])
failures = []


def fail(text):
    failures.append(text)
    print("  ", text)


def blocks(volume):
    """The eight voxels of each voxel of the next level, with NaN or -1 where there is none."""
    padded = np.pad(volume.astype(np.float64), [(0, s % 2) for s in volume.shape],
                    constant_values=np.nan)
    z, y, x = (s // 2 for s in padded.shape)
    return padded.reshape(z, 2, y, 2, x, 2).transpose(0, 2, 4, 1, 3, 5).reshape(z, y, x, 8)


def halved_mean(volume):
    mean = np.nansum(blocks(volume), -1) / np.sum(~np.isnan(blocks(volume)), -1)
    return mean.astype(volume.dtype) if volume.dtype.kind == "f" else np.rint(mean).astype(volume.dtype)


def halved_mode(volume):
    eight = blocks(volume)
    values = np.unique(volume)
    counts = np.stack([np.sum(eight == v, -1) for v in values], -1)
    return values[np.argmax(counts, -1)]


def convert(source, target, *options):
    run = subprocess.run([TOOL, "convert", str(source), str(target), *options],
                         capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"convert {source} {target}: {run.stderr}")


def check(name, store, first, halve, weights):
    document = json.loads((store / "zarr.json").read_text())["attributes"]["ome"]
    datasets = document["multiscales"][0]["datasets"]
    expected, worst = first, 0.0
    if len(datasets) < 3:
        fail(f"{name}: {len(datasets)} levels only")
    for number, dataset in enumerate(datasets):
        found = zarr.open_array(str(store / dataset["path"]), mode="r")[:]
        again = tensorstore.open({"driver": "zarr3", "kvstore": {
            "driver": "file", "path": str(store / dataset["path"])}}, open=True).result().read().result()
        if not np.array_equal(found, again):
            fail(f"{name} level {number}: zarr-python and tensorstore differ")
        if number > 0:
            expected = halve(expected)
        if found.dtype != expected.dtype or not np.array_equal(found, expected):
            fail(f"{name} level {number}: not what numpy makes of the level before")
        scale = translation = None
        for transform in dataset["coordinateTransformations"]:
            scale = transform.get("scale", scale)
            translation = transform.get("translation", translation)
        scale, translation = np.array(scale), np.array(translation or [0, 0, 0])
        weight = weights(found)
        places = np.indices(found.shape).reshape(3, -1)
        centre = (places * weight.ravel()).sum(1) / weight.sum() * scale + translation
        off = np.abs((centre - CENTRE * SPACING) / scale).max()
        worst = max(worst, off)
        if off > 0.25:
            fail(f"{name} level {number}: the ball lies {off:.3f} voxels from where it is")
    for validator in ["ome-zarr-models", "yaozarrs"]:
        command = Path(sys.executable).parent / validator
        run = subprocess.run([str(command), "validate", str(store)], capture_output=True, text=True)
        if run.returncode != 0:
            fail(f"{name}: {validator}: {run.stdout}{run.stderr}")
    print(f"  {name}: {len(datasets)} levels, the ball at most {worst:.3f} voxels off")


def main():
    place = np.indices(SHAPE).astype(np.float64)
    distance = np.sqrt(sum((place[i] - CENTRE[i]) ** 2 * (2.0 if i == 0 else 1.0) ** 2 for i in range(3)))
    smooth = np.clip((RADIUS - distance) / 2 + 0.5, 0, 1)
    grey = (1000 + 30000 * smooth).astype(np.uint16)
    labels = (distance < RADIUS).astype(np.uint8) * 2
    size = "x".join(str(s) for s in SPACING) + "um"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for type in [np.uint8, np.uint16, np.int16, np.float32]:
            volume = (grey // 200).astype(type) if type == np.uint8 else grey.astype(type)
            name = np.dtype(type).name
            raw = folder / f"grey_{name}.raw"
            volume.tofile(raw)
            convert(raw, folder / f"{name}.zarr", "--shape", "x".join(map(str, SHAPE)), "--type", name,
                    "--voxel-size", size, *(["--byte-order", "little"] if volume.itemsize > 1 else []))
            check(name, folder / f"{name}.zarr", volume, halved_mean,
                  lambda v, low=volume.min(): v.astype(np.float64) - low)
        group = zarr.create_group(str(folder / "theirs"), zarr_format=3, attributes={"ome": {
            "version": "0.5",
            "image-label": {"colors": [{"label-value": 2, "rgba": [255, 0, 0, 255]}],
                            "properties": [{"label-value": 2, "name": "ball"}]},
            "multiscales": [{"name": "labels", "axes": [
                {"name": n, "type": "space", "unit": "micrometer"} for n in "zyx"],
                "datasets": [{"path": "0", "coordinateTransformations": [
                    {"type": "scale", "scale": SPACING.tolist()}]}]}]}})
        array = group.create_array("0", shape=SHAPE, chunks=(64, 64, 64), dtype="uint8",
                                   dimension_names=list("zyx"))
        array[:] = labels
        convert(folder / "theirs", folder / "labels.zarr")
        check("labels", folder / "labels.zarr", labels, halved_mode, lambda v: (v == 2).astype(float))
        said = json.loads((folder / "labels.zarr/zarr.json").read_text())["attributes"]["ome"]
        if said.get("image-label", {}).get("properties", [{}])[-1].get("name") != "ball":
            fail("labels: the class's name is lost")
    print(f"| OME-Zarr levels | zarr {zarr.__version__}, tensorstore | every level of 4 types and of "
          "labels: means and modes, place in space, two validators |")
    sys.exit(1 if failures else 0)


main()
