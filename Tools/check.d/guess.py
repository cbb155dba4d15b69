#!/usr/bin/env python3
"""Measures how often `guess` finds the true shape and type of headerless files, and fails below 90 %.

    python3 Tools/check.d/guess.py [FILE:ZxYxX:TYPE ...]

TYPE is numpy's name, with > before it for the high byte first. Without files: 24 phantoms of odd shapes,
made here, and the scans of ../shared/data where there are any (each copied without its name and sidecars,
and some of them cut, converted, or behind a header). The tool is $T2S_VOLUME, else the one built here.
Exit code 0 where at least 90 % are among the first three, 1 where fewer are, 77 where scipy or the tool
is missing.
"""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
try:
    import numpy as np
    from scipy import ndimage
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

# What it shows, shape, type, order, noise.
PHANTOMS = [
    ("pores", (97, 131, 113), "u1", "<", 0.15), ("pores", (61, 157, 149), "u2", "<", 0.15),
    ("fibres-y", (71, 127, 181), "u1", "<", 0.2), ("fibres-z", (101, 139, 107), "u2", ">", 0.2),
    ("fibres-x", (83, 103, 167), "u1", "<", 0.2), ("cylinder", (73, 151, 151), "f4", "<", 0.2),
    ("cylinder", (59, 163, 163), "u2", "<", 0.2), ("cylinder", (89, 137, 137), "u1", "<", 0.2),
    ("pores", (47, 211, 199), "f4", ">", 0.1), ("pores", (53, 109, 173), "i2", "<", 0.15),
    ("pores", (67, 113, 127), "i2", ">", 0.15), ("labels", (79, 131, 139), "u1", "<", 0),
    ("labels", (61, 97, 103), "i4", "<", 0), ("pores", (43, 179, 191), "f8", "<", 0.1),
    ("pores", (96, 128, 160), "u1", "<", 0.3), ("pores", (64, 192, 128), "u2", "<", 0.3),
    ("cylinder", (100, 200, 200), "f4", "<", 0.3), ("pores", (37, 223, 227), "i1", "<", 0.15),
    ("fibres-y", (58, 122, 202), "u2", "<", 0.3), ("pores", (1, 1009, 1151), "u1", "<", 0.2),
    ("pores", (81, 129, 117), "u4", "<", 0.15), ("fibres-z", (110, 90, 130), "f4", "<", 0.3),
    ("cylinder", (41, 307, 307), "i2", "<", 0.4), ("fibres-x", (211, 71, 89), "u2", "<", 0.5),
]


def field(shape, sigma, seed):
    """Smooth noise of mean 0 and deviation 1."""
    noise = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    smooth = ndimage.gaussian_filter(noise, sigma, mode="wrap")
    return (smooth - smooth.mean()) / smooth.std()


def pores(shape, seed):
    """Two phases, and holes."""
    volume = np.where(field(shape, 2.5, seed) > 0.3, 1.0, 0.4).astype(np.float32)
    volume[field(shape, 3.5, seed + 1) > 1.8] = 0.05
    return volume


def fibres(shape, seed, axis):
    """Long along one axis."""
    sigma = [2.0, 2.0, 2.0]
    sigma[axis] = 25.0
    return np.where(field(shape, sigma, seed) > 0.8, 1.0, 0.35).astype(np.float32)


def phantom(kind, shape, code, order, noise, seed):
    """Voxels of one of the kinds above, as a scanner would scale them."""
    target = np.dtype(code)
    if kind == "labels":
        return (pores(shape, seed) * 3).astype(target.newbyteorder(order))
    volume = fibres(shape, seed, "zyx".index(kind[-1])) if "fibres" in kind else pores(shape, seed)
    volume = ndimage.gaussian_filter(volume, 0.7)
    volume += noise * np.random.default_rng(seed + 9).standard_normal(shape).astype(np.float32)
    low, high = {"u1": (60, 170), "i1": (-60, 50), "u2": (9000, 40000), "i2": (-900, 1100),
                 "u4": (1e5, 1e6), "i4": (1e5, 1e6), "f4": (-0.006, 0.014), "f8": (0, 1e6)}[code]
    volume = low + volume * (high - low)
    if target.kind != "f":
        info = np.iinfo(target)
        volume = np.clip(volume, max(info.min, -2e9), min(info.max, 2e9))
    if kind == "cylinder":
        y, x = np.ogrid[:shape[1], :shape[2]]
        ry, rx = shape[1] / 2, shape[2] / 2
        volume = volume * (((y + 0.5 - ry) / ry) ** 2 + ((x + 0.5 - rx) / rx) ** 2 <= 1)
    return volume.astype(target.newbyteorder(order))


def scans():
    """The real scans that lie beside this working copy, whole and in other guises."""
    folder = next((f for f in (ROOT / "../shared/data", ROOT / "../../shared/data") if f.is_dir()), None)
    if folder is None:
        return
    for name, shape in (("pa66-layer.raw", (1, 1040, 904)), ("pa66-layer.labels.raw", (1, 1040, 904)),
                        ("polymer3d_8bit_128x128x128.raw", (128, 128, 128))):
        if (folder / name).is_file():
            yield name, np.fromfile(folder / name, "u1").reshape(shape), 0
    polymer = folder / "polymer3d_8bit_128x128x128.raw"
    if polymer.is_file():
        cut = np.fromfile(polymer, "u1").reshape(128, 128, 128)[3:94, 5:108, 7:120]
        yield "a part of the polymer", np.ascontiguousarray(cut), 0
    try:
        import tifffile
    except ImportError:
        return
    if (folder / "cement_128x128x128.tif").is_file():
        yield "cement", tifffile.imread(folder / "cement_128x128x128.tif"), 0
    if (folder / "fibers_150x150x150.tif").is_file():
        fibers = tifffile.imread(folder / "fibers_150x150x150.tif")
        yield "fibres", fibers, 0
        yield "fibres, uint16, high byte first", fibers[10:97, :, 20:].astype(">u2") * 200, 0
        yield "fibres, float32", fibers[10:97, :131].astype("<f4") / 255, 0
        yield "fibres behind a header", fibers[10:97, :131], 512


def rank(tool, path, shape, kind, offset, sheet):
    """Where the truth stands among the suggestions (from 1), the suggestions, and the seconds."""
    start = time.monotonic()
    done = subprocess.run([tool, "guess", str(path), "--json", "--count", "3", "--output", str(sheet),
                           "--overwrite"], capture_output=True, text=True)
    seconds = time.monotonic() - start
    if done.returncode != 0:
        return None, done.stderr.strip(), seconds
    if not sheet.is_file() or sheet.read_bytes()[:4] != b"\x89PNG":
        return None, "no contact sheet", seconds
    guesses = json.loads(done.stdout)["guesses"]
    order = "big" if kind.newbyteorder("=") != kind else "little"
    for place, guess in enumerate(guesses, 1):
        same_order = kind.itemsize == 1 or guess["byte_order"] == order
        if (guess["shape"] == list(shape) and guess["type"] == kind.newbyteorder("=").name
                and same_order and guess["offset"] == offset):
            return place, guesses, seconds
    return None, [guess["options"] for guess in guesses], seconds


def main():
    tool = next((str(c) for c in (os.environ.get("T2S_VOLUME"), ROOT / ".build/release/t2s-volume",
                                  ROOT / ".build/debug/t2s-volume") if c and Path(c).is_file()), None)
    if tool is None:
        print("skipped: build t2s-volume first")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        bare = folder / "x"
        sheet = folder / "x.png"
        ranks = []

        def judge(name, path, shape, kind, offset):
            place, found, seconds = rank(tool, path, shape, np.dtype(kind), offset, sheet)
            ranks.append(place)
            words = f"{'x'.join(map(str, shape))} {np.dtype(kind).str}"
            print(f"   {place or '-'}  {seconds:4.1f} s  {name}: {words}"
                  + ("" if place else f", not among {found}"))

        if len(sys.argv) > 1:
            for word in sys.argv[1:]:
                path, shape, kind = word.rsplit(":", 2)
                shape = tuple(int(n) for n in shape.split("x"))
                offset = Path(path).stat().st_size - int(np.prod(shape)) * np.dtype(kind).itemsize
                bare.unlink(missing_ok=True)
                bare.symlink_to(Path(path).resolve())
                judge(Path(path).name, bare, shape, kind, offset)
        else:
            cases = [(f"phantom of {p[0]}", phantom(*p, seed=100 + i), 0) for i, p in enumerate(PHANTOMS)]
            for name, volume, offset in [*cases, *scans()]:
                bare.write_bytes(bytes(offset) + np.ascontiguousarray(volume).tobytes())
                judge(name, bare, volume.shape, volume.dtype, offset)
    found = sum(place is not None for place in ranks)
    first = sum(place == 1 for place in ranks)
    print(f"the truth is among the first three for {found} of {len(ranks)}, and the first for {first}")
    sys.exit(0 if found >= 0.9 * len(ranks) else 1)


if __name__ == "__main__":
    main()
