#!/usr/bin/env python3
"""Checks our TIFF files against a live tifffile: what it writes we read, what we write it reads.

    python3 Tools/check.d/interop_tiff.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where tifffile or the tool is missing.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import tifffile
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


def convert(source, target):
    done = subprocess.run([TOOL, "convert", str(source), str(target)], capture_output=True,
                          text=True)
    if done.returncode != 0:
        failures.append(f"convert {source.name} {target.name}: {done.stderr.strip()}")
    return done.returncode == 0


def compare(name, ours, theirs):
    if ours.shape != theirs.shape or ours.dtype.newbyteorder("=") != theirs.dtype.newbyteorder("="):
        failures.append(f"{name}: {ours.shape} {ours.dtype}, wanted {theirs.shape} {theirs.dtype}")
    elif not np.array_equal(ours, theirs):
        where = np.argwhere(ours != theirs)
        failures.append(f"{name}: {len(where)} voxels differ, the first at {where[0]}")
    else:
        print(f"  {name}: equal")


def main(folder):
    random = np.random.default_rng(7)
    smooth = np.add.outer(np.add.outer(np.arange(7) * 3, np.arange(61) * 5), np.arange(83) * 2)
    volumes = {"u1": (smooth % 256).astype("u1"),
               "u2": (smooth * 31 + random.integers(0, 99, smooth.shape)).astype("u2")}
    variants = {
        "strips": dict(rowsperstrip=7), "tiles": dict(tile=(32, 16)),
        "lzw": dict(compression="lzw", rowsperstrip=16), "deflate": dict(compression="zlib"),
        "zstd": dict(compression="zstd"), "packbits": dict(compression="packbits"),
        "predictor": dict(compression="lzw", predictor=True),
    }
    print("what tifffile writes, we read:")
    for kind, volume in volumes.items():
        for label, options in variants.items():
            for order in "<>":
                for big in (False, True):
                    name = f"{label}-{kind}-{'le' if order == '<' else 'be'}-{int(big)}"
                    source, target = folder / f"{name}.tif", folder / f"{name}.raw"
                    with tifffile.TiffWriter(source, bigtiff=big, byteorder=order) as file:
                        for layer in volume:
                            file.write(layer, contiguous=False, metadata=None,
                                       photometric="minisblack", **options)
                    if convert(source, target):
                        ours = np.fromfile(target, kind).reshape(volume.shape)
                        compare(name, ours, volume)
        source, target = folder / f"imagej-{kind}.tif", folder / f"imagej-{kind}.raw"
        tifffile.imwrite(source, volume, imagej=True, metadata={"axes": "ZYX"})
        if convert(source, target):
            compare(source.name, np.fromfile(target, kind).reshape(volume.shape), volume)

    print("what we write, tifffile reads:")
    for kind, volume in volumes.items():
        source, target = folder / f"ours-{kind}.raw", folder / f"ours-{kind}.tif"
        volume.tofile(source)
        z, y, x = volume.shape
        (folder / f"ours-{kind}.raw.info").write_text(
            f"NUM_X = {x}\nNUM_Y = {y}\nNUM_Z = {z}\nvoxelSize = 0.65\n"
            f"DATA_TYPE = {volume.dtype.name}\n")
        if not convert(source, target):
            continue
        compare(target.name, tifffile.imread(target), volume)
        with tifffile.TiffFile(target) as file:
            about = file.imagej_metadata or {}
            x_resolution = file.pages[0].tags["XResolution"].value
            edge = x_resolution[1] / x_resolution[0]
            if len(file.pages) != z or not file.is_imagej or about.get("slices") != z:
                failures.append(f"{target.name}: no ImageJ stack of {z} slices: {about}")
            if about.get("unit") != "micron" or abs(edge - 0.65) > 1e-5:
                failures.append(f"{target.name}: voxel of {edge} {about.get('unit')}")


with tempfile.TemporaryDirectory() as temporary:
    main(Path(temporary))
for failure in failures:
    print("FAILED", failure)
print("tifffile and t2s-volume agree" if not failures else f"{len(failures)} differences")
sys.exit(1 if failures else 0)
