#!/usr/bin/env python3
"""Checks our reading of PNG and BMP slices against live writers: Pillow and imagecodecs.

    python3 Tools/check.d/interop_pictures.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where a library or the tool is missing.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import imagecodecs
    import numpy as np
    import PIL
    from PIL import Image
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
compared = 0


def expect(source, volume, *options):
    """Our reading of `source` is `volume`, whole and in a region of odd borders."""
    global compared
    z, y, x = (n // 3 for n in volume.shape)
    parts = {None: volume, f"{z}:{2 * z + 1},{y}:{2 * y + 1},{x}:{2 * x + 1}":
             volume[z:2 * z + 1, y:2 * y + 1, x:2 * x + 1]}
    for region, wanted in parts.items():
        target = source.parent / "out.raw"
        extra = ["--region", region] if region else []
        done = subprocess.run([TOOL, "convert", str(source), str(target), "--overwrite", *extra,
                               *options], capture_output=True, text=True)
        if done.returncode != 0:
            failures.append(f"{source.name}: {done.stderr.strip()}")
            continue
        found = np.fromfile(target, volume.dtype)
        compared += 1
        if found.size != wanted.size or not np.array_equal(found.reshape(wanted.shape), wanted):
            failures.append(f"{source.name} {region or 'whole'}: voxels differ")


def encoded(array, **options):
    """A PNG; imagecodecs's own guess of its length is too small for small pictures."""
    return bytes(imagecodecs.png_encode(array, out=2 * array.nbytes + 4096, **options))


def stack(folder, name, ending, volume, write):
    place = folder / name
    place.mkdir()
    for z, layer in enumerate(volume):
        write(layer, place / f"{name}_{z + 8}.{ending}")
    return place


with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    random = np.random.default_rng(7)
    for kind in ("u1", "u2"):
        for shape in ((5, 61, 83), (3, 1, 130), (4, 97, 1)):
            volume = random.integers(0, 1 << 8 * int(kind[1]), shape).astype(kind)
            label = f"{kind}-{'x'.join(map(str, shape))}"
            expect(stack(folder, f"pillow-{label}", "png", volume,
                         lambda a, p: Image.fromarray(a).save(p)), volume)
            for level in (0, 9):
                expect(stack(folder, f"imagecodecs{level}-{label}", "png", volume, lambda a, p:
                             p.write_bytes(encoded(a, level=level))), volume)
            if kind == "u1":
                expect(stack(folder, f"bmp-{label}", "bmp", volume,
                             lambda a, p: Image.fromarray(a).save(p)), volume)
                expect(stack(folder, f"bmp2-{label}", "bmp", volume,
                             lambda a, p: p.write_bytes(imagecodecs.bmp_encode(a))), volume)
            for samples in (3, 4):
                colours = random.integers(0, 1 << 8 * int(kind[1]),
                                          (*shape, samples)).astype(kind)
                place = stack(folder, f"colour{samples}-{label}", "png", colours,
                              lambda a, p: p.write_bytes(encoded(a)))
                for channel in range(samples):
                    expect(place, colours[..., channel], "--channel", str(channel))
                if kind == "u1":
                    place = stack(folder, f"bmpcolour{samples}-{label}", "bmp", colours,
                                  lambda a, p: Image.fromarray(a).save(p))
                    for channel in range(samples):
                        expect(place, colours[..., channel], "--channel", str(channel))
            if kind == "u1":
                bits = volume & 1
                for ending in ("png", "bmp"):
                    expect(stack(folder, f"{ending}1-{label}", ending, bits, lambda a, p:
                                 Image.fromarray(a.astype(bool)).save(p)), bits)
                low = volume & 15
                expect(stack(folder, f"palette-{label}", "png", low, lambda a, p:
                             Image.fromarray(a).convert("P").save(p, bits=8)), low)
            twice = np.stack([volume, volume[::-1]], axis=-1)
            place = stack(folder, f"alpha-{label}", "png", twice,
                          lambda a, p: p.write_bytes(encoded(a)))
            for channel in (0, 1):
                expect(place, twice[..., channel], "--channel", str(channel))
for failure in failures[:20]:
    print("FAILED", failure)
print("Pillow, imagecodecs and t2s-volume agree" if not failures
      else f"{len(failures)} differences")
print(f"| PNG and BMP slices | Pillow {PIL.__version__}, imagecodecs {imagecodecs.__version__} | "
      "uint8 and uint16 grey, 1 bit, palettes, grey with alpha, RGB and RGBA channel by channel; "
      f"{compared} volumes and regions | read |")
sys.exit(1 if failures else 0)
