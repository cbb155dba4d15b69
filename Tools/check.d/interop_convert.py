#!/usr/bin/env python3
"""Checks conversions between voxel types against numpy, and that a large raw file opens at once.

    python3 Tools/check.d/interop_convert.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where numpy or the tool is missing.
"""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    import numpy as np
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

TYPES = "uint8 int8 uint16 int16 uint32 int32 uint64 int64 float32 float64".split()
SHAPE = (3, 17, 23)
failures = []
compared = 0


def convert(source, target, *options):
    return subprocess.run([TOOL, "convert", str(source), str(target), "--json", "--overwrite", *options],
                          capture_output=True, text=True)


def values(kind):
    random = np.random.default_rng(3)
    count = int(np.prod(SHAPE))
    if kind.startswith("float"):
        found = random.normal(100, 300, count).astype(kind)
        found[:5] = [np.nan, np.inf, -np.inf, 0.5, 1.5]
    else:
        info = np.iinfo(kind)
        found = random.integers(info.min, info.max, count, dtype=kind, endpoint=True)
        # Small ones too, so that most windows hold some.
        found[: count // 2] = random.integers(0, 120, count // 2).astype(kind)
        found[-3:] = [info.min, info.max, 0]
    return found.reshape(SHAPE)


def windowed(volume, kind, low, high):
    """What --window says, in numpy: (voxels, below, above, odd)."""
    with np.errstate(invalid="ignore"):
        below, above = int((volume < low).sum()), int((volume > high).sum())
    odd = int(np.isnan(volume).sum()) if volume.dtype.kind == "f" else 0
    real = volume.astype("f8")
    real = np.where(np.isnan(real), low, np.clip(real, low, high))
    if kind.startswith("float"):
        return real.astype(kind), below, above, odd
    info = np.iinfo(kind)
    steps = np.floor((real - low) * (float(info.max) - float(info.min)) / (high - low) + 0.5)
    return (steps + float(info.min)).astype(kind), below, above, odd


def compare(name, path, wanted):
    global compared
    compared += 1
    found = np.fromfile(path, wanted.dtype.newbyteorder("<")).reshape(wanted.shape)
    if found.tobytes() != wanted.tobytes():
        where = np.argwhere(found.view(f"u{found.itemsize}") != wanted.view(f"u{wanted.itemsize}"))
        failures.append(f"{name}: {len(where)} voxels differ, the first at {where[0]}: "
                        f"{found[tuple(where[0])]}, not {wanted[tuple(where[0])]}")


def types(folder):
    shape = "x".join(map(str, SHAPE))
    for source in TYPES:
        volume = values(source)
        path = folder / f"{source}.raw"
        volume.astype(volume.dtype.newbyteorder("<")).tofile(path)
        given = ("--shape", shape, "--input-type", source, "--byte-order", "little")
        for target in TYPES:
            output = folder / "out.raw"
            done = convert(path, output, *given, "--type", target)
            # numpy calls 64-bit numbers safe in double precision, which rounds them.
            if np.can_cast(source, target, "safe") and not (
                    target == "float64" and source in ("uint64", "int64")):
                if done.returncode != 0:
                    failures.append(f"{source} to {target}: {done.stderr.strip()}")
                else:
                    compare(f"{source} to {target}", output, volume.astype(target))
            elif done.returncode != 2 or "--window" not in done.stderr:
                failures.append(f"{source} to {target} needs a window: {done.returncode} {done.stderr}")
            if target in ("uint64", "int64"):
                continue  # numpy cannot say it in double precision
            for low, high in ((0, 100), (-20, 90.5)):
                done = convert(path, output, *given, "--type", target, "--window", f"{low}:{high}")
                if done.returncode != 0:
                    failures.append(f"{source} to {target}, {low}:{high}: {done.stderr.strip()}")
                    continue
                wanted, below, above, odd = windowed(volume, target, low, high)
                compare(f"{source} to {target}, window {low}:{high}", output, wanted)
                said = json.loads(done.stdout)
                counts = said["below_window"], said["above_window"], said["not_a_number"]
                if counts != (below, above, odd):
                    failures.append(f"{source} to {target}, {low}:{high}: counts {counts}, "
                                    f"not {(below, above, odd)}")


def big(folder):
    """A sparse 2048 cubed is opened and sliced in two seconds."""
    path = folder / "big_2048x2048x2048_uint8.raw"
    row = np.arange(2048, dtype="u1")
    with path.open("wb") as file:
        file.truncate(2048 ** 3)
        file.seek((1500 * 2048 + 3) * 2048)
        file.write(row.tobytes())
    start = time.monotonic()
    done = convert(path, folder / "slice.raw", "--region", "1500:1501,3:4,:")
    seconds = time.monotonic() - start
    print(f"  a sparse raw file of 2048 cubed: opened and sliced in {seconds:.2f} s")
    if done.returncode != 0:
        failures.append(f"big: {done.stderr.strip()}")
        return
    compare("big", folder / "slice.raw", row.reshape(1, 1, 2048))
    if seconds > 2:
        failures.append(f"big: opened and sliced in {seconds:.2f} s, not in 2")


with tempfile.TemporaryDirectory() as temporary:
    types(Path(temporary))
    big(Path(temporary))
for failure in failures:
    print("FAILED", failure)
print("numpy and t2s-volume agree" if not failures else f"{len(failures)} differences")
print(f"| conversions of type | numpy {np.__version__} | every pair of the ten voxel types: widened "
      "without a window, refused where values could be lost, and drawn over two windows with what lay "
      f"outside counted; {compared} volumes |")
sys.exit(1 if failures else 0)
