#!/usr/bin/env python3
"""Checks our reading of VGStudio's .vgi and .vol against the CTSimU toolbox, which writes headers for
VGStudio: volumes with its headers, in both types that it knows, and copies of them in every type.

    python3 Tools/check.d/interop_vgstudio.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where the toolbox or the tool is missing.
"""
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

try:
    import numpy as np
    from ctsimu.scenario import Scenario
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from interop import TYPES, Comparison, volume_of  # noqa: E402

WORDS = {"u": "unsigned integer", "i": "signed integer", "f": "float"}


def header(volume, name):
    scenario = Scenario()
    tomogram = scenario.metadata.output.tomogram
    for axis, count, size in zip("zyx", volume.shape, (0.036, 0.02, 0.01)):
        tomogram.dimensions.set(axis, count)
        tomogram.voxelsize.set(axis, size)
    tomogram.set("datatype", volume.dtype.name)
    return scenario.write_recon_VGI(name="volume", volume_filename=name)


comparison = Comparison()
with tempfile.TemporaryDirectory() as folder:
    for kind in TYPES:
        for shape in ((7, 61, 83), (1, 5, 9)):
            volume = volume_of(kind, shape)
            name = f"{kind}-{shape[0]}"
            data = Path(folder) / f"{name}.vol"
            volume.astype(volume.dtype.newbyteorder("<")).tofile(data)
            text = header(volume, data.name)
            if kind not in ("u2", "f4"):
                bits = 8 * volume.dtype.itemsize
                text = (text.replace("= float", f"= {WORDS[volume.dtype.kind]}")
                        .replace("perelement = 32", f"perelement = {bits}")
                        .replace("PerElement = 32", f"PerElement = {bits}"))
            source = Path(folder) / f"{name}.vgi"
            source.write_text(text)
            comparison.expect(source, volume)
            comparison.expect(data, volume)
            comparison.expect_info(source, "36", "20", "10", volume.dtype.name)
            # What the scanner puts before its voxels, which no reader may take for them.
            data.write_bytes(bytes(range(100)) + data.read_bytes())
            source.write_text(text.replace("SkipHeader = 0", "SkipHeader = 100"))
            comparison.expect(source, volume)
    data.write_bytes(data.read_bytes()[:-1])
    comparison.expect_refusal(source, "bytes")
comparison.finish("VGStudio", f"ctsimu {version('ctsimu')}",
                  "every integer and float type, by .vgi and by .vol, header of the file, voxel size")
