"""What the interop scripts of plain formats have in common: the tool, volumes, and comparing."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parents[3]
TYPES = "u1 i1 u2 i2 u4 i4 u8 i8 f4 f8".split()
NAMES = {"u1": "uint8", "i1": "int8", "u2": "uint16", "i2": "int16", "u4": "uint32", "i4": "int32",
         "u8": "uint64", "i8": "int64", "f4": "float32", "f8": "float64"}


def volume_of(kind, shape=(7, 61, 83)):
    """Smooth values with noise, over the whole range of `kind`."""
    random = np.random.default_rng(7)
    smooth = np.add.outer(np.add.outer(np.arange(shape[0]) * 3, np.arange(shape[1]) * 5),
                          np.arange(shape[2]) * 2)
    if kind[0] == "f":
        return (smooth / 7 - 30 + random.random(shape)).astype(kind)
    wide = smooth.astype("u8") * np.uint64(0x0101010101010101 >> 3)
    return (wide + random.integers(0, 9, shape).astype("u8")).astype(f"u{kind[1]}").view(kind)


class Interop:
    """One comparison with one library."""

    def __init__(self):
        said = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("T2S_VOLUME")
        candidates = [said, HERE / ".build/release/t2s-volume", HERE / ".build/debug/t2s-volume"]
        self.tool = next((str(c) for c in candidates if c and Path(c).is_file()), None)
        if self.tool is None:
            print("skipped: build t2s-volume first, or give its path")
            sys.exit(77)
        self.failures = []
        self.read = self.written = 0
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)

    def convert(self, source, target, *options):
        done = subprocess.run([self.tool, "convert", str(source), str(target), *options],
                              capture_output=True, text=True)
        if done.returncode != 0:
            self.failures.append(f"convert {source} {target}: {done.stderr.strip()}")
        return done.returncode == 0

    def compare(self, name, ours, theirs):
        """Whether both have one shape, one type and equal voxels."""
        same = (ours.shape == theirs.shape
                and ours.dtype.newbyteorder("=") == theirs.dtype.newbyteorder("="))
        if not same:
            self.failures.append(
                f"{name}: {ours.shape} {ours.dtype}, wanted {theirs.shape} {theirs.dtype}")
        elif ours.tobytes() != theirs.astype(ours.dtype).tobytes():
            where = np.argwhere(ours != theirs)
            self.failures.append(f"{name}: {len(where)} voxels differ")

    def expect(self, source, volume, *options):
        """Our reading of `source` is `volume`."""
        self.read += 1
        target = self.folder / (source.name + ".out.raw")
        if self.convert(source, target, "--overwrite", *options):
            found = np.fromfile(target, volume.dtype.newbyteorder("<"))
            if found.size != volume.size:
                self.failures.append(f"{source.name}: {found.size} voxels, wanted {volume.size}")
            else:
                self.compare(source.name, found.reshape(volume.shape), volume)

    def refuse(self, source, words, *options):
        """We refuse `source`, saying `words`."""
        done = subprocess.run([self.tool, "info", str(source), *options],
                              capture_output=True, text=True)
        if done.returncode == 0 or words not in done.stderr:
            self.failures.append(f"{source.name} is not refused with '{words}': {done.stderr}")

    def check(self, name, found, wanted, tolerance=0.0):
        """A number or several, such as a voxel size."""
        if not np.allclose(found, wanted, rtol=tolerance, atol=0 if tolerance else 1e-12):
            self.failures.append(f"{name}: {found}, wanted {wanted}")

    def source(self, volume, *shape):
        """A raw file of `volume` for us to convert from, with the options that describe it."""
        kind = np.dtype(volume.dtype).str[1:]
        path = self.folder / f"source-{kind}.npy"
        np.save(path, volume)
        return path

    def finish(self, format, library, compared):
        for failure in self.failures:
            print("FAILED", failure)
        print(f"{library} and t2s-volume agree" if not self.failures
              else f"{len(self.failures)} differences")
        counts = f"{self.read} files read"
        does = "read"
        if self.written:
            counts += f", {self.written} written"
            does = "read and written"
        print(f"| {format} | {library} | {compared}; {counts} | {does} |")
        self.temporary.cleanup()
        sys.exit(1 if self.failures else 0)
