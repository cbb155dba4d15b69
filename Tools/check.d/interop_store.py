#!/usr/bin/env python3
"""Opens a store of ours with the libraries of others and compares it with the raw voxels.

    interop_store.py STORE RAW

STORE is the folder of an image (a group with level 0); RAW holds the same voxels in C order, little
end first. zarr-python and tensorstore must read every voxel alike; ome-zarr-models and yaozarrs
must find the metadata valid. Says what it found, and ends with 1 where something differs.
"""
import importlib.metadata
import pathlib
import subprocess
import sys

import numpy as np
import tensorstore
import zarr


def first_difference(found, expected):
    places = np.argwhere(np.atleast_1d(found.view(f"u{found.itemsize}")
                                       != expected.view(f"u{expected.itemsize}")))
    if len(places) == 0:
        return None
    place = tuple(int(i) for i in places[0])
    return f"{len(places)} voxels differ, first {place}: {found[place]}, not {expected[place]}"


def with_zarr_python(store):
    group = zarr.open_group(store, mode="r")
    path = group.attrs["ome"]["multiscales"][0]["datasets"][0]["path"]
    return group[path][:]


def with_tensorstore(store):
    spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": str(store / "0")}}
    return tensorstore.open(spec, open=True).result().read().result()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    store, raw = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    failed = False
    for name, read in [("zarr-python", with_zarr_python), ("tensorstore", with_tensorstore)]:
        try:
            found = np.ascontiguousarray(read(store))
            expected = np.fromfile(raw, found.dtype)
            if expected.size != found.size:
                complaint = f"{found.shape} voxels, but {raw} has {expected.size}"
            else:
                complaint = first_difference(found, expected.reshape(found.shape))
        except Exception as error:
            complaint = f"{type(error).__name__}: {error}"
        failed |= complaint is not None
        print(f"{name}: {complaint or f'{found.shape} {found.dtype}, bit-equal'}")
    for name in ["ome-zarr-models", "yaozarrs"]:
        command = pathlib.Path(sys.executable).parent / name
        run = subprocess.run(
            [str(command) if command.exists() else name, "validate", str(store)],
            capture_output=True, text=True)
        valid = run.returncode == 0
        failed |= not valid
        print(f"{name}: {'valid' if valid else run.stdout + run.stderr}")
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in ["zarr", "tensorstore", "ome-zarr-models", "yaozarrs"])
    print(f"| OME-Zarr 0.5, written | {versions} | grey values and labels in shards: every voxel of "
          "the first level read alike; the metadata valid by both validators |")
    sys.exit(1 if failed else 0)


main()
