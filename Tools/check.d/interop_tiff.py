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
import time
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

TYPES = "u1 i1 u2 i2 u4 i4 u8 i8 f4 f8".split()
failures = []
compared = {"read": 0, "written": 0}


def convert(source, target, *options):
    done = subprocess.run([TOOL, "convert", str(source), str(target), *options],
                          capture_output=True, text=True)
    if done.returncode != 0:
        failures.append(f"convert {source.name} {target}: {done.stderr.strip()}")
    return done.returncode == 0


def compare(name, ours, theirs, what="read"):
    compared[what] += 1
    if ours.shape != theirs.shape or ours.dtype.newbyteorder("=") != theirs.dtype.newbyteorder("="):
        failures.append(f"{name}: {ours.shape} {ours.dtype}, wanted {theirs.shape} {theirs.dtype}")
    elif not np.array_equal(ours, theirs):
        where = np.argwhere(ours != theirs)
        failures.append(f"{name}: {len(where)} voxels differ, the first at {where[0]}")


def expect(source, volume, *options):
    """Our reading of `source` is `volume`, whole and in part."""
    target = source.with_suffix(".raw")
    if convert(source, target, "--overwrite", *options):
        compare(source.name, np.fromfile(target, volume.dtype.newbyteorder("<")).reshape(
            volume.shape), volume)


def volume_of(kind, shape=(7, 61, 83)):
    random = np.random.default_rng(7)
    smooth = np.add.outer(np.add.outer(np.arange(shape[0]) * 3, np.arange(shape[1]) * 5),
                          np.arange(shape[2]) * 2)
    if kind[0] == "f":
        return (smooth / 7 - 30 + random.random(shape)).astype(kind)
    wide = smooth.astype("u8") * np.uint64(0x0101010101010101 >> 3)
    return (wide + random.integers(0, 9, shape).astype("u8")).astype(f"u{kind[1]}").view(kind)


def read(folder):
    variants = {
        "strips": dict(rowsperstrip=7), "tiles": dict(tile=(32, 16)),
        "lzw": dict(compression="lzw", rowsperstrip=16),
        "lzw-tiles": dict(compression="lzw", tile=(32, 32), predictor=True),
        "deflate": dict(compression="zlib", rowsperstrip=61),
        "deflate-predictor": dict(compression="zlib", rowsperstrip=10, predictor=True),
        "zstd": dict(compression="zstd"), "zstd-predictor": dict(compression="zstd", predictor=True),
        "packbits": dict(compression="packbits", rowsperstrip=5),
        "lzma": dict(compression="lzma", tile=(64, 96)),
    }
    for kind in TYPES:
        volume = volume_of(kind)
        for label, options in variants.items():
            # tifffile predicts no whole numbers of 64 bits. (A name like "-u8" would be taken for uint8.)
            if "predictor" in options and kind in ("u8", "i8"):
                continue
            for order in "<>":
                source = folder / f"{label}-kind{kind}-{'le' if order == '<' else 'be'}.tif"
                with tifffile.TiffWriter(source, bigtiff=order == ">", byteorder=order) as file:
                    for layer in volume:
                        file.write(layer, contiguous=False, metadata=None,
                                   photometric="minisblack", **options)
                expect(source, volume)
        three = np.stack([volume[::-1], volume, volume[:, ::-1]], axis=-1)
        for label, options in {"samples": dict(planarconfig="contig"),
                               "planes": dict(planarconfig="separate")}.items():
            for codec in (None, "zlib"):
                source = folder / f"{label}-kind{kind}-{codec}.tif"
                array = three if label == "samples" else np.moveaxis(three, -1, 1)
                tifffile.imwrite(source, array, photometric="minisblack", compression=codec,
                                 extrasamples=["unspecified"] * 2, rowsperstrip=9, **options)
                expect(source, volume, "--channel", "1")
        if kind[1] != "8" or kind == "f8":
            source = folder / f"ome-kind{kind}.ome.tif"
            tifffile.imwrite(source, np.stack([volume, volume[::-1]]), ome=True,
                             photometric="minisblack", compression="zlib",
                             metadata={"axes": "CZYX"})
            expect(source, volume[::-1], "--channel", "1")
        if kind in ("u1", "u2", "f4"):
            source = folder / f"imagej-kind{kind}.tif"
            tifffile.imwrite(source, volume, imagej=True, metadata={"axes": "ZYX"})
            expect(source, volume)
            source = folder / f"imagej-channels-kind{kind}.tif"
            tifffile.imwrite(source, np.stack([volume, volume[::-1]], axis=1), imagej=True,
                             metadata={"axes": "ZCYX"})
            expect(source, volume[::-1], "--channel", "1")
        slices = folder / f"slices-kind{kind}"
        slices.mkdir()
        for index, layer in enumerate(volume):
            tifffile.imwrite(slices / f"s_{index + 8}.tif", layer, photometric="minisblack",
                             compression="lzw" if index % 2 else None)
        expect(slices, volume)
    for bits in (10, 12, 14):
        volume = volume_of("u2") >> (16 - bits)
        source = folder / f"packed{bits}.tif"
        tifffile.imwrite(source, volume, bitspersample=bits, photometric="minisblack",
                         rowsperstrip=11)
        expect(source, volume)


def written(folder):
    for kind in TYPES:
        volume = volume_of(kind)
        source = folder / f"ours-kind{kind}-source.tif"
        tifffile.imwrite(source, volume, photometric="minisblack")
        target = folder / f"ours-kind{kind}.tif"
        options = ("--voxel-size", "0.65um")
        if convert(source, target, *options):
            compare(target.name, tifffile.imread(target), volume, "written")
            with tifffile.TiffFile(target) as file:
                about = file.imagej_metadata or {}
                x_resolution = file.pages[0].tags["XResolution"].value
                edge = x_resolution[1] / x_resolution[0]
                axes = file.series[0].axes
                if axes != "ZYX" or not file.is_imagej or about.get("slices") != len(volume):
                    failures.append(f"{target.name}: axes {axes}, {about}")
                if about.get("unit") != "micron" or abs(edge - 0.65) > 1e-5 or abs(
                        about.get("spacing", 0) - 0.65) > 1e-9:
                    failures.append(f"{target.name}: voxel of {edge} {about}")
        if convert(source, f"{folder}/ours-kind{kind}/", *options):
            names = sorted((folder / f"ours-kind{kind}").iterdir())
            layers = np.stack([tifffile.imread(name) for name in names])
            compare(f"ours-kind{kind}/", layers, volume, "written")


def big(folder):
    """70,000 small pages, and a sparse stack beyond 4 GB of which ImageJ would have one page."""
    source = folder / "pages.tif"
    page = np.arange(48 * 48, dtype="u1").reshape(48, 48)
    with tifffile.TiffWriter(source, bigtiff=True) as file:
        for index in range(70_000):
            file.write(page + np.uint8(index & 127), contiguous=False, metadata=None,
                       photometric="minisblack")
    stack = folder / "hyperstack.tif"
    tifffile.imwrite(stack, np.zeros((2, 1024, 1024), "u1"), imagej=True, contiguous=True,
                     metadata={"axes": "ZYX"})
    with tifffile.TiffFile(stack) as file:
        offset = file.pages[0].dataoffsets[0]
        text = file.pages[0].tags["ImageDescription"]
        end = file.pages[0].offset
    data = bytearray(stack.read_bytes()[:offset])
    description = b"ImageJ=1.54f\nslices=5000\n\0"
    count = int.from_bytes(data[end:end + 2], "little")
    assert len(description) <= text.count, (len(description), text.count)
    data[text.valueoffset:text.valueoffset + text.count] = description.ljust(text.count, b"\0")
    data[end + 2 + 12 * count:end + 6 + 12 * count] = b"\0\0\0\0"
    with stack.open("wb") as file:
        file.write(data)
        file.truncate(offset + (5000 << 20))
        file.seek(offset + (4999 << 20))
        file.write(bytes(range(256)) * 4096)
    for path, region, wanted in (
            (source, "69999:70000,:,:", page + np.uint8(69_999 & 127)),
            (stack, "4999:5000,:,:",
             np.frombuffer(bytes(range(256)) * 4096, "u1").reshape(1024, 1024))):
        target = folder / f"{path.stem}-slice.raw"
        start = time.monotonic()
        if convert(path, target, "--region", region):
            seconds = time.monotonic() - start
            print(f"  {path.name}: opened and sliced in {seconds:.2f} s")
            if seconds > 2:
                failures.append(f"{path.name}: opened and sliced in {seconds:.2f} s, not in 2")
            compare(path.name, np.fromfile(target, "u1").reshape(wanted.shape), wanted)


with tempfile.TemporaryDirectory() as temporary:
    for part in (read, written, big):
        place = Path(temporary) / part.__name__
        place.mkdir()
        part(place)
for failure in failures:
    print("FAILED", failure)
print("tifffile and t2s-volume agree" if not failures else f"{len(failures)} differences")
print(f"| TIFF | tifffile {tifffile.__version__} | uint8 to uint64, int8 to int64, float32, float64, "
      "10, 12 and 14 bits packed; strips, tiles, chunky, planar; none, LZW, deflate, zstd, LZMA, "
      "PackBits; predictors 2 and 3; both byte orders; BigTIFF, ImageJ, OME-TIFF, folders; "
      f"{compared['read']} files read, {compared['written']} written | read and written |")
sys.exit(1 if failures else 0)
