#!/usr/bin/env python3
"""Checks our NIfTI files against a live nibabel, and SimpleITK, which has the reference library.

    python3 Tools/check.d/interop_nifti.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where nibabel or the tool is missing.
"""
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
try:
    import nibabel as nib
    import numpy as np
    import SimpleITK as sitk
    from interop import TYPES, RoundTrip, volume_of
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

IMAGES = {1: (nib.Nifti1Image, nib.Nifti1Pair), 2: (nib.Nifti2Image, nib.Nifti2Pair)}
case = RoundTrip()


def save(path, data, kind, endian="<"):
    header = kind.header_class(endianness=endian)
    kind(data.T, np.eye(4), header, dtype=data.dtype).to_filename(str(path))


def load(path):
    return np.asanyarray(nib.load(str(path)).dataobj).T


for kind in TYPES:
    volume = volume_of(kind)
    for number, (single, pair) in IMAGES.items():
        for order, endian in (("little", "<"), ("big", ">")):
            for suffix in (".nii", ".nii.gz", ".nii.bz2"):
                path = case.folder / f"{order}-{number}-{kind}{suffix}"
                save(path, volume, single, endian)
                case.expect(path, volume)
            for suffix in (".img", ".img.gz"):
                path = case.folder / f"pair-{order}-{number}-{kind}{suffix}"
                save(path, volume, pair, endian)
                case.expect(path, volume)
        path = case.folder / f"times-{number}-{kind}.nii.gz"
        save(path, np.stack([volume[::-1], volume]), single)
        case.expect(path, volume, "--channel", "1")
    for suffix in (".nii", ".nii.gz", ".hdr"):
        path = case.folder / f"itk-{kind}{suffix}"
        sitk.WriteImage(sitk.GetImageFromArray(volume), str(path))
        case.expect(path, volume)
    for suffix in ("nii", "nii.gz", "hdr"):
        target = case.folder / f"ours-{kind}.{suffix}"
        if not case.write(volume, target, "--voxel-size", "0.65um"):
            continue
        image = nib.load(str(target))
        case.compare(target.name, load(target), volume)
        case.check(target.name + ": edges in mm", image.header.get_zooms(), [0.00065] * 3, 1e-6)
        case.check(target.name + ": matrix", image.affine, np.diag([0.00065] * 3 + [1]), 1e-6)
        if image.header.get_xyzt_units()[0] != "mm":
            case.failures.append(f"{target.name}: unit {image.header.get_xyzt_units()}")
        image = sitk.ReadImage(str(target))
        case.compare(target.name + " as SimpleITK reads it", sitk.GetArrayFromImage(image), volume)
        case.check(target.name + ": spacing in mm", image.GetSpacing(), [0.00065] * 3, 1e-6)

for kind in ("c8", "c16"):
    volume = volume_of(f"f{int(kind[1:]) // 2}")
    path = case.folder / f"complex-{kind}.nii"
    save(path, (volume[::-1] + 1j * volume).astype(kind), nib.Nifti1Image)
    case.expect(path, volume, "--channel", "1")

# Beyond the 16 bits of version 1.
wide = np.arange(2 * 3 * 40_000, dtype="u2").reshape(2, 3, 40_000)
target = case.folder / "wide.nii"
if case.write(wide, target):
    image = nib.load(str(target))
    case.compare(target.name, load(target), wide)
    if not isinstance(image, nib.Nifti2Image):
        case.failures.append(f"{target.name}: {type(image)}, not version 2")
    save(case.folder / "wide-nibabel.nii", wide, nib.Nifti2Image)
    case.expect(case.folder / "wide-nibabel.nii", wide)

case.finish("NIfTI", f"nibabel {version('nibabel')}, SimpleITK {sitk.Version.VersionString()}",
            "uint8 to uint64, int8 to int64, float32, float64; versions 1 and 2; single files and "
            "pairs; plain, gzip and bzip2; both byte orders; several volumes; complex; voxel size")
