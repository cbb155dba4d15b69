#!/usr/bin/env python3
"""Checks our MetaImage files against a live SimpleITK: what it writes we read, what we write it reads.

    python3 Tools/check.d/interop_metaimage.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where SimpleITK or the tool is missing.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
try:
    import numpy as np
    import SimpleITK as sitk
    from interop import TYPES, RoundTrip, volume_of
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

META = {"u1": "MET_UCHAR", "i1": "MET_CHAR", "u2": "MET_USHORT", "i2": "MET_SHORT",
        "u4": "MET_UINT", "i4": "MET_INT", "u8": "MET_ULONG_LONG", "i8": "MET_LONG_LONG",
        "f4": "MET_FLOAT", "f8": "MET_DOUBLE"}
case = RoundTrip()
for kind in TYPES:
    volume = volume_of(kind)
    image = sitk.GetImageFromArray(volume)
    for suffix in ("mha", "mhd"):
        for zlib in (False, True):
            path = case.folder / f"theirs-{kind}-{zlib}.{suffix}"
            sitk.WriteImage(image, str(path), useCompression=zlib)
            case.expect(path, volume)
    three = sitk.GetImageFromArray(np.stack([volume[::-1], volume], axis=-1), isVector=True)
    for zlib in (False, True):
        path = case.folder / f"vector-{kind}-{zlib}.mha"
        sitk.WriteImage(three, str(path), useCompression=zlib)
        case.expect(path, volume, "--channel", "1")
    big = case.folder / f"big-{kind}.bin"
    big.write_bytes(b"head" + volume.astype(volume.dtype.newbyteorder(">")).tobytes())
    text = (f"ObjectType = Image\nNDims = 3\nBinaryDataByteOrderMSB = True\nHeaderSize = -1\n"
            f"DimSize = 83 61 7\nElementType = {META[kind]}\nElementDataFile = big-{kind}.bin\n")
    path = case.folder / f"big-{kind}.mhd"
    path.write_text(text)
    case.compare(path.name + " as SimpleITK reads it",
                 sitk.GetArrayFromImage(sitk.ReadImage(str(path))), volume)
    case.expect(path, volume)
    for suffix in ("mha", "mhd"):
        target = case.folder / f"ours-{kind}.{suffix}"
        if case.write(volume, target, "--voxel-size", "0.65um"):
            found = sitk.ReadImage(str(target))
            case.compare(target.name, sitk.GetArrayFromImage(found), volume)
            case.check(target.name + ": spacing in mm", found.GetSpacing(), [0.00065] * 3)

case.finish("MetaImage", f"SimpleITK {sitk.Version.VersionString()}",
            "uint8 to uint64, int8 to int64, float32, float64; .mha and .mhd; none and zlib; both "
            "byte orders; HeaderSize -1; two values a voxel; voxel size")
