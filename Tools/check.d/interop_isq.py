#!/usr/bin/env python3
"""Checks our reading of Scanco ISQ against ITK's ScancoImageIO: what it writes we read alike.

    python3 Tools/check.d/interop_isq.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where ITK or the tool is missing.
"""
import struct
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

try:
    import itk
    import numpy as np
    itk.ScancoImageIO
except (ImportError, AttributeError) as error:
    print(f"skipped: {error}")
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from interop import Comparison, volume_of  # noqa: E402

comparison = Comparison()
with tempfile.TemporaryDirectory() as folder:
    for shape in ((7, 61, 83), (1, 5, 9), (33, 2, 3)):
        volume = volume_of("i2", shape)
        image = itk.image_from_array(volume)
        image.SetSpacing([0.010, 0.020, 0.036])
        image.GetMetaDataDictionary()["CreationDate"] = "2026-JAN-01 00:00:00.000"
        source = Path(folder) / f"{shape[0]}.isq"
        itk.imwrite(image, str(source), imageio=itk.ScancoImageIO.New())
        comparison.expect(source, volume)
        comparison.expect_info(source, "36", "20", "10", "int16")
        # Further blocks of header, which the library skips too.
        data = source.read_bytes()
        blocks = struct.unpack_from("<i", data, 508)[0]
        start = 512 * (blocks + 1)
        longer = bytearray(data[:start] + bytes(5 * 512) + data[start:])
        struct.pack_into("<i", longer, 508, blocks + 5)
        source = Path(folder) / f"{shape[0]}-blocks.isq"
        source.write_bytes(longer)
        theirs = itk.array_from_image(itk.imread(str(source), imageio=itk.ScancoImageIO.New()))
        assert np.array_equal(theirs, volume)
        comparison.expect(source, theirs)
comparison.finish("Scanco ISQ", f"itk-ioscanco {version('itk-ioscanco')}",
                  "int16, header of any number of blocks, voxel size")
