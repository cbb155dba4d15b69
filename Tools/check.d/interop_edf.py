#!/usr/bin/env python3
"""Checks our reading of EDF against a live fabio: what it writes we read alike.

    python3 Tools/check.d/interop_edf.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where fabio or the tool is missing.
"""
import sys
import tempfile
from pathlib import Path

try:
    import fabio
    import numpy as np
    from fabio.edfimage import EdfFrame, EdfImage
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from interop import Comparison, volume_of  # noqa: E402

comparison = Comparison()


def image(frames, **header):
    return EdfImage(frames=[EdfFrame(data=frame, header=dict(header)) for frame in frames])


with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    for kind in "u1 i1 u2 i2 u4 i4 u8 i8 f4 f8".split():
        volume = volume_of(kind)
        image(volume, Title="x" * 900).write(str(folder / f"stack-{kind}.edf"))
        comparison.expect(folder / f"stack-{kind}.edf", volume)
        image([volume]).write(str(folder / f"volume-{kind}.edf"))
        comparison.expect(folder / f"volume-{kind}.edf", volume)
        slices = folder / f"slices-{kind}"
        slices.mkdir()
        for index, layer in enumerate(volume):
            image([layer]).write(str(slices / f"s_{index + 8}.edf"))
        comparison.expect(slices, volume)
        # The other byte order, which fabio reads and does not write.
        data = (folder / f"volume-{kind}.edf").read_bytes()
        size = len(data) - volume.nbytes
        swapped = data[:size].replace(b"ByteOrder = LowByteFirst", b"ByteOrder= HighByteFirst")
        assert len(swapped) == size
        source = folder / f"big-{kind}.edf"
        source.write_bytes(swapped + volume.astype(volume.dtype.newbyteorder(">")).tobytes())
        theirs = EdfImage().read(str(source)).data
        assert np.array_equal(theirs, volume)
        comparison.expect(source, theirs)
comparison.finish("EDF", f"fabio {fabio.version}",
                  "uint8 to uint64, int8 to int64, float32, float64; stacks, volumes, folders; both "
                  "byte orders")
