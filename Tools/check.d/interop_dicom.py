#!/usr/bin/env python3
"""Checks our reading of DICOM against live pydicom and SimpleITK: series in every type and transfer syntax,
whose files have names in another order than their places.

    python3 Tools/check.d/interop_dicom.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where a library or the tool is missing.
"""
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
try:
    import numpy as np
    import pydicom
    import SimpleITK as sitk
    from interop import Comparison, RoundTrip, volume_of
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

warnings.simplefilter("ignore")
case = RoundTrip()
sitk.ProcessObject.SetGlobalWarningDisplay(False)
SYNTAXES = {"explicit": ExplicitVRLittleEndian, "implicit": ImplicitVRLittleEndian,
            "big": ExplicitVRBigEndian, "rle": RLELossless}


def slice_of(plane, syntax, number, z):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian if syntax == "rle" else SYNTAXES[syntax]
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128,
                       is_implicit_VR=syntax == "implicit", is_little_endian=syntax != "big")
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.Modality, data.SeriesInstanceUID, data.StudyInstanceUID = "CT", "1.2.3", "1.2"
    data.InstanceNumber = number
    data.Rows, data.Columns = plane.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 8 * plane.dtype.itemsize
    data.HighBit, data.PixelRepresentation = data.BitsStored - 1, int(plane.dtype.kind == "i")
    data.PixelSpacing, data.ImageOrientationPatient = [1.3, 0.65], [1, 0, 0, 0, 1, 0]
    data.ImagePositionPatient = [5, 6, 2.6 * z]
    data.PixelData = plane.astype(plane.dtype.newbyteorder(">" if syntax == "big" else "<")).tobytes()
    data.PixelData += b"\0" * (len(data.PixelData) % 2)
    data["PixelData"].VR = "OB" if plane.itemsize == 1 and syntax != "implicit" else "OW"
    if syntax == "rle":
        data.compress(RLELossless)
    return data


for kind in "u1 i1 u2 i2 u4 i4".split():
    volume = volume_of(kind)
    for syntax in SYNTAXES:
        # pydicom writes no runs of more than 16 bits.
        if syntax == "rle" and kind[1] == "4":
            continue
        folder = case.folder / f"{syntax}-{kind}"
        folder.mkdir()
        order = np.random.default_rng(3).permutation(len(volume))
        for file, z in enumerate(order):
            slice_of(volume[z], syntax, file + 1, int(z)).save_as(folder / f"{file:03}.dcm", enforce_file_format=True)
        # pydicom, slice by slice; and SimpleITK's own order, where it reads such pixels.
        slices = sorted((pydicom.dcmread(p) for p in folder.iterdir()), key=lambda d: d.ImagePositionPatient[2])
        theirs = np.stack([d.pixel_array for d in slices])
        case.compare(f"pydicom {folder.name}", theirs, volume)
        case.expect(folder, theirs)
        if kind in ("u2", "i2"):
            reader = sitk.ImageSeriesReader()
            reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
            image = reader.Execute()
            case.compare(f"SimpleITK {folder.name}", sitk.GetArrayFromImage(image).astype(volume.dtype), volume)
            case.check(f"SimpleITK {folder.name} spacing", image.GetSpacing(), (0.65, 1.3, 2.6), 1e-6)
        case.expect_info(folder, "2600 x 1300 x 650 µm")

Comparison.finish(
    case, "DICOM", f"pydicom {pydicom.__version__}, SimpleITK {sitk.Version.VersionString()}",
            "uint8 to uint32, int8 to int32; implicit, explicit, big-endian, RLE; series ordered by place")
