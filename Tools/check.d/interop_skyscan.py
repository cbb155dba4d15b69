#!/usr/bin/env python3
"""Checks our reading of SkyScan folders: slices by live Pillow and tifffile, beside a log as NRecon
writes it.

    python3 Tools/check.d/interop_skyscan.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where a library or the tool is missing.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import PIL
    import tifffile
    from PIL import Image
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "Tools/fixtures"))
from make_skyscan_fixtures import LOG  # noqa: E402

CANDIDATES = [sys.argv[1] if len(sys.argv) > 1 else os.environ.get("T2S_VOLUME"),
              HERE / ".build/release/t2s-volume", HERE / ".build/debug/t2s-volume"]
TOOL = next((str(c) for c in CANDIDATES if c and Path(c).is_file()), None)
if TOOL is None:
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)

failures = []
compared = 0


def convert(source, target):
    done = subprocess.run([TOOL, "convert", str(source), str(target), "--overwrite"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        failures.append(f"{source.name}: {done.stderr.strip()}")
    return done.returncode == 0


with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    random = np.random.default_rng(7)
    for kind, ending, dtype in (("BMP", "bmp", "u1"), ("TIF", "tif", "u1"), ("TIF", "tif", "u2"),
                                ("PNG", "png", "u1"), ("PNG", "png", "u2")):
        for step in (1, 3):
            name = f"{ending}{dtype}step{step}"
            place = folder / name
            place.mkdir()
            volume = random.integers(0, 1 << 8 * int(dtype[1]), (6, 41, 59)).astype(dtype)
            for z, layer in enumerate(volume):
                path = place / f"{name}_rec{995 + step * z:08d}.{ending}"
                if ending == "tif":
                    tifffile.imwrite(path, layer, photometric="minisblack")
                else:
                    Image.fromarray(layer).save(path)
            Image.fromarray(volume[0].astype("u1")).save(place / f"{name}_rec_spr.bmp")
            text = LOG.format(name=name, first=995, last=995 + 5 * step, step=step, count=6,
                              kind=kind, digits=8, pixel="2.5", camera="2.5")
            text = text.replace("(pixels)=11", "(pixels)=59").replace("(pixels)=7", "(pixels)=41")
            log = place / f"{name}_rec.log"
            log.write_bytes(text.replace("\n", "\r\n").encode("latin-1"))
            for source in (place, log):
                target = folder / "out.raw"
                if convert(source, target):
                    compared += 1
                    found = np.fromfile(target, dtype)
                    if found.size != volume.size or not np.array_equal(
                            found.reshape(volume.shape), volume):
                        failures.append(f"{source.name}: voxels differ")
            store = folder / "out.zarr"
            if convert(place, store):
                scale = json.loads((store / "zarr.json").read_text())["attributes"]["ome"][
                    "multiscales"][0]["datasets"][0]["coordinateTransformations"][0]["scale"]
                if scale != [2.5 * step, 2.5, 2.5]:
                    failures.append(f"{name}: a voxel of {scale}")
for failure in failures[:20]:
    print("FAILED", failure)
print("Pillow, tifffile and t2s-volume agree" if not failures else f"{len(failures)} differences")
print(f"| SkyScan folders | Pillow {PIL.__version__}, tifffile {tifffile.__version__} | uint8 and "
      "uint16; BMP, TIFF, PNG; sections by 1 and 3; folder and log; voxel size; "
      f"{compared} volumes | read |")
sys.exit(1 if failures else 0)
