#!/usr/bin/env python3
"""Checks our MRC files against a live mrcfile, whose validator must find nothing wrong with them.

    python3 Tools/check.d/interop_mrc.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where mrcfile or the tool is missing.
"""
import io
import itertools
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
try:
    import mrcfile
    import numpy as np
    from interop import TYPES, RoundTrip, volume_of
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

MODES = "i1 i2 u2 f4".split()
case = RoundTrip()


def write(path, data, compression=None, **fields):
    with mrcfile.new(str(path), compression=compression, overwrite=True) as mrc:
        mrc.set_data(data)
        for name, value in fields.items():
            mrc.header[name] = value


for kind in MODES:
    volume = volume_of(kind)
    swapped = volume.astype(volume.dtype.newbyteorder(">"))
    for order, array in (("little", volume), ("big", swapped)):
        for suffix, compression in ((".mrc", None), (".mrc.gz", "gzip"), (".mrc.bz2", "bzip2")):
            path = case.folder / f"{order}-{kind}{suffix}"
            write(path, array, compression)
            case.expect(path, volume)
    # Every order of the axes: mrcfile hands on sections, rows and columns, so it writes them here.
    nz, ny, nx = volume.shape
    for columns, rows, sections in itertools.permutations((1, 2, 3)):
        path = case.folder / f"axes-{columns}{rows}{sections}-{kind}.mrc"
        turned = volume.transpose(3 - sections, 3 - rows, 3 - columns)
        write(path, np.ascontiguousarray(turned), mapc=columns, mapr=rows, maps=sections,
              mx=nx, my=ny, mz=nz)
        case.expect(path, volume)
    path = case.folder / f"stack-{kind}.mrc"
    write(path, np.stack([volume[::-1], volume]))
    case.expect(path, volume, "--channel", "1")

volume = volume_of("f4")
path = case.folder / "complex.mrc"
write(path, (volume[::-1] + 1j * volume).astype("c8"))
case.expect(path, volume, "--channel", "1")
half = volume.astype("f2")
write(case.folder / "half.mrc", half)
case.expect(case.folder / "half.mrc", half.astype("f4"))

for kind in [*MODES, "u1"]:
    volume = volume_of(kind)
    target = case.folder / f"ours-{kind}.mrc"
    if not case.write(volume, target, "--voxel-size", "0.65um"):
        continue
    # mrcfile, too, writes uint8 as uint16.
    wanted = volume.astype("u2") if kind == "u1" else volume
    with mrcfile.open(str(target)) as mrc:
        case.compare(target.name, mrc.data, wanted)
        case.check(target.name + ": voxel size in Angstrom", mrc.voxel_size.tolist(), [6500] * 3,
                   1e-6)
        if not mrc.is_volume():
            case.failures.append(f"{target.name}: no volume to mrcfile")
    words = io.StringIO()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        valid = mrcfile.validate(str(target), print_file=words)
    if not valid or caught:
        case.failures.append(
            f"{target.name}: {words.getvalue()} {[str(warning.message) for warning in caught]}")
for kind in TYPES:
    if kind not in MODES and kind != "u1":
        source = case.folder / f"wide-{kind}.npy"
        np.save(source, volume_of(kind))
        case.expect_refused_output(source, case.folder / f"wide-{kind}.mrc", "MRC has no mode for")

case.finish("MRC", f"mrcfile {version('mrcfile')}",
            "int8, int16, uint16, float32 both ways, half and complex read, uint8 written as uint16; "
            "both byte orders; gzip and bzip2; every order of the axes; stacks of volumes; mrcfile's "
            "own validator")
