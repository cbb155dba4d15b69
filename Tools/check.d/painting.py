#!/usr/bin/env python3
"""Checks that layers given to a paint program come back as they were painted, and no others: PNG and TIFF,
with Pillow and tifffile.

    python3 Tools/check.d/painting.py [TOOL]

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
    import tifffile
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
checked = 0


def run(*words, fails=None):
    """Runs the tool; `fails` is what its error must say where it must fail."""
    global checked
    checked += 1
    done = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True)
    if fails is None and done.returncode != 0:
        failures.append(f"{words[1]}: {done.stderr.strip()}")
    if fails is not None and (done.returncode not in (2, 3) or fails not in done.stderr):
        failures.append(f"{words[1]} did not say '{fails}' ({done.returncode}): {done.stderr.strip()}")
    return done


def expect(found, wanted, what):
    global checked
    checked += 1
    if not np.array_equal(found, wanted):
        failures.append(f"{what}: {np.count_nonzero(found != wanted)} voxels differ")


def check(folder, kind, ending):
    """The layers of random labels as pictures of `kind`: painted in, brought back, refused."""
    random = np.random.default_rng(1)
    shape = (7, 50, 60)
    labels = random.choice(np.array([0, 1, 2, 254, 255], np.uint8), shape)
    labels.tofile(folder / "labels.raw")
    size = ["--shape", "7x50x60", "--type", "uint8"]
    painting = folder / "painting"
    run("annotate", "export", folder / "labels.raw", *size, "--at", "0,2,5", "--format", kind,
        "--output", painting)
    sheet = json.loads((painting / "annotation.json").read_text())
    colours = {c["value"]: tuple(c["colour"]) for c in sheet["classes"]}

    # As Pillow sees them, pictures are the labels in the colours of the sheet.
    for z in (0, 2, 5):
        path = painting / f"layer-{z:05}.{ending}"
        picture = Image.open(path)
        if picture.mode != "P":
            failures.append(f"{kind}: layer {z} has no palette but is {picture.mode}")
        pixels = np.array(picture.convert("RGB"))
        wanted = np.zeros((50, 60, 3), np.uint8)
        for value, colour in colours.items():
            wanted[labels[z] == value] = colour
        expect(pixels, wanted, f"{kind}: layer {z} as exported")
        if kind == "tiff":
            # The pixels of a TIFF are the labels themselves, for those who read them as numbers.
            expect(tifffile.imread(path), labels[z], f"layer {z} as tifffile reads it")

    # Painted in with and without a palette, with an opacity that is full, and in fewer colours.
    painted = labels.copy()
    for z, mode in ((0, "P"), (2, "RGB"), (5, "RGBA")):
        path = painting / f"layer-{z:05}.{ending}"
        picture = Image.open(path).convert("RGB")
        box = (5 + z, 7, 30, 20 + z)
        picture.paste(colours[1], box)
        painted[z, box[1]:box[3], box[0]:box[2]] = 1
        picture = picture.convert(mode) if mode != "P" else picture.quantize(
            len(np.unique(np.array(picture).reshape(-1, 3), axis=0)), dither=Image.Dither.NONE)
        picture.save(path, **({"compression": "tiff_lzw"} if kind == "tiff" and z == 5 else {}))
    run("annotate", "import", painting, "--into", folder / "labels.raw", *size,
        "--output", folder / "new.raw")
    expect(np.fromfile(folder / "new.raw", np.uint8).reshape(shape), painted, f"{kind}: import --into")
    run("annotate", "import", painting, "--output", folder / "sparse.raw")
    sparse = np.full(shape, 255, np.uint8)
    for z in (0, 2, 5):
        sparse[z] = painted[z]
    expect(np.fromfile(folder / "sparse.raw", np.uint8).reshape(shape), sparse, f"{kind}: import")

    # What must be refused, with its place.
    path = painting / f"layer-00002.{ending}"
    good = path.read_bytes()

    def refused(change, words):
        picture = Image.open(path).convert("RGBA")
        change(picture).save(path)
        expect_refusal(words)

    def expect_refusal(words):
        run("annotate", "import", painting, "--output", folder / "bad.raw", fails=words)
        if (folder / "bad.raw").exists():
            failures.append(f"{kind}: a refused import left an output")
        path.write_bytes(good)

    def put(x, y, colour):
        def change(picture):
            picture.putpixel((x, y), colour)
            return picture
        return change

    refused(lambda p: p.resize((59, 50)), "50 rows x 59 columns")
    refused(put(17, 9, (1, 2, 3, 255)), "row 9, column 17")
    refused(put(40, 33, colours[0] + (128,)), "row 33, column 40")
    # Anti-aliasing: half of one colour and half of another.
    blend = tuple((a + b) // 2 for a, b in zip(colours[1], colours[2]))
    refused(put(3, 4, blend + (255,)), "row 4, column 3")

    if kind == "png":
        def transparent(picture):
            flat = picture.convert("RGB").quantize(8, dither=Image.Dither.NONE)
            flat.info["transparency"] = 0
            return flat

        refused(transparent, "opacity")
        return
    # A value that is no label, among labels; layers of a paint program; 16 bits; lost colours.
    indices = painted[2].copy()
    indices[6, 11] = 77
    table = np.repeat(np.arange(256, dtype=np.uint16)[None] * 257, 3, axis=0)
    for value, colour in colours.items():
        table[:, value] = np.array(colour, np.uint16) * 257
    tifffile.imwrite(path, indices, photometric="palette", colormap=table)
    expect_refusal("row 6, column 11")
    pixels = np.array(Image.open(painting / "layer-00002.tif").convert("RGB"))
    tifffile.imwrite(path, np.stack([pixels, pixels]), photometric="rgb")
    expect_refusal("more than one page")
    tifffile.imwrite(path, pixels.astype(np.uint16) * 257, photometric="rgb")
    expect_refusal("samples of uint16")
    tifffile.imwrite(path, np.moveaxis(pixels, 2, 0), photometric="rgb", planarconfig="separate")
    run("annotate", "import", painting, "--output", folder / "planar.raw")
    expect(np.fromfile(folder / "planar.raw", np.uint8).reshape(shape), sparse, "separate planes")
    path.write_bytes(good[: len(good) // 2])
    expect_refusal("truncated")
    (painting / "layer-00002.png").write_bytes(b"")
    expect_refusal("two pictures of layer 2")


for kind, ending in (("png", "png"), ("tiff", "tif")):
    with tempfile.TemporaryDirectory() as name:
        check(Path(name), kind, ending)

print(f"{checked} checks with Pillow {Image.__version__}, tifffile {tifffile.__version__}")
for failure in failures:
    print(f"  {failure}")
sys.exit(1 if failures else 0)
