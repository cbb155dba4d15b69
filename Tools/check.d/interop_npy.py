#!/usr/bin/env python3
"""Checks our NPY files against a live numpy: what it writes we read, what we write it reads.

    python3 Tools/check.d/interop_npy.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where numpy or the tool is missing.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
try:
    import numpy as np
    from numpy.lib import format as npy
    from interop import TYPES, RoundTrip, volume_of
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

case = RoundTrip()
for kind in TYPES:
    volume = volume_of(kind)
    for order in "<>":
        for way, array in (("c", volume), ("fortran", np.asfortranarray(volume))):
            for version in ((1, 0), (2, 0), (3, 0)):
                path = case.folder / f"{way}-{kind}-{'le' if order == '<' else 'be'}-{version[0]}.npy"
                with path.open("wb") as file:
                    npy.write_array(file, array.astype(order + kind), version=version)
                case.expect(path, volume)
    target = case.folder / f"ours-{kind}.npy"
    if case.write(volume, target):
        case.compare(target.name, np.load(target), volume)
        theirs = case.folder / f"theirs-{kind}.npy"
        np.save(theirs, volume)
        if theirs.read_bytes() != target.read_bytes():
            case.failures.append(f"{target.name} has other bytes than numpy's")

grey = volume_of("f4")
half = grey.astype("f2")
np.save(case.folder / "half.npy", half)
case.expect(case.folder / "half.npy", half.astype("f4"))
np.save(case.folder / "bool.npy", grey > 3)
case.expect(case.folder / "bool.npy", (grey > 3).astype("u1"))
np.save(case.folder / "complex.npy", grey + 1j * grey[::-1])
case.expect(case.folder / "complex.npy", grey[::-1], "--channel", "1")
np.save(case.folder / "four.npy", np.stack([grey, grey]))
case.expect_refusal(case.folder / "four.npy", "4 axes")
np.save(case.folder / "objects.npy", np.array([[[1, "a"]]], dtype=object), allow_pickle=True)
case.expect_refusal(case.folder / "objects.npy", "never unpickled")

case.finish("NPY", f"numpy {np.__version__}",
            "uint8 to uint64, int8 to int64, float32, float64, bool, float16, a part of complex64; "
            "both byte orders; C and Fortran order; versions 1 to 3")
