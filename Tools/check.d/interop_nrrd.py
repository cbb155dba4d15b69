#!/usr/bin/env python3
"""Checks our NRRD files against a live pynrrd, and SimpleITK, which has teem's own reader.

    python3 Tools/check.d/interop_nrrd.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where pynrrd or the tool is missing.
"""
import sys
from pathlib import Path
from importlib.metadata import version

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
try:
    import nrrd
    import numpy as np
    import SimpleITK as sitk
    from interop import TYPES, RoundTrip, volume_of
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

case = RoundTrip()
for kind in TYPES:
    volume = volume_of(kind)
    swapped = volume.astype(volume.dtype.newbyteorder(">"))
    for encoding in ("raw", "gzip", "bzip2"):
        for order, array in (("little", volume), ("big", swapped)):
            path = case.folder / f"{encoding}-{kind}-{order}.nrrd"
            nrrd.write(str(path), array, {"encoding": encoding, "endian": order}, index_order="C")
            case.expect(path, volume)
        path = case.folder / f"detached-{encoding}-{kind}.nhdr"
        nrrd.write(str(path), volume, {"encoding": encoding}, detached_header=True, index_order="C")
        case.expect(path, volume)
        path = case.folder / f"vector-{encoding}-{kind}.nrrd"
        nrrd.write(str(path), np.stack([volume[::-1], volume], axis=-1),
                   {"encoding": encoding, "kinds": ["list", "domain", "domain", "domain"]},
                   index_order="C")
        case.expect(path, volume, "--channel", "1")
    for zlib in (False, True):
        path = case.folder / f"itk-{zlib}-{kind}.nrrd"
        sitk.WriteImage(sitk.GetImageFromArray(volume), str(path), useCompression=zlib)
        case.expect(path, volume)
    for suffix in ("nrrd", "nhdr"):
        target = case.folder / f"ours-{kind}.{suffix}"
        if case.write(volume, target, "--voxel-size", "0.65um"):
            found, header = nrrd.read(str(target), index_order="C")
            case.compare(target.name, found, volume)
            case.check(target.name + ": directions in mm", header["space directions"],
                       np.eye(3) * 0.00065)
            image = sitk.ReadImage(str(target))
            case.compare(target.name + " as SimpleITK reads it", sitk.GetArrayFromImage(image),
                         volume)
            case.check(target.name + ": spacing in mm", image.GetSpacing(), [0.00065] * 3)

case.finish("NRRD", f"pynrrd {version('pynrrd')}, SimpleITK {sitk.Version.VersionString()}",
            "uint8 to uint64, int8 to int64, float32, float64; attached and detached; raw, gzip and "
            "bzip2; both byte orders; two values a voxel; voxel size")
