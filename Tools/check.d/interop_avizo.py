#!/usr/bin/env python3
"""Checks our reading of AmiraMesh against ahds: what both read of the same files, and what went in.

    python3 Tools/check.d/interop_avizo.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where ahds or the tool is missing.
"""
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
try:
    import numpy as np
    from amiramesh import by_ahds, mesh, runs, zipped
    version("ahds")
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

from interop import TYPES, Comparison, volume_of  # noqa: E402

comparison = Comparison()


def check(path, data, volume, *options, theirs=True, field="Data"):
    path.write_bytes(data)
    if theirs:
        found = by_ahds(path, field)
        native = found.astype(found.dtype.newbyteorder("=")).reshape(volume.shape)
        if native.tobytes() != volume.tobytes():
            comparison.failures.append(f"{path.name}: ahds reads something else")
    comparison.expect(path, volume, *options)


with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    for kind in TYPES:
        for shape in ((7, 61, 83), (2, 5, 9)):
            volume = volume_of(kind, shape)
            name = f"{kind}-{shape[0]}"
            known = kind != "i1"  # ahds has no word for signed bytes.
            for order, word in (("<", "little"), (">", "big")):
                check(folder / f"{name}-{word}.am", mesh(volume, order), volume, theirs=known)
                check(folder / f"{name}-{word}-zip.am", mesh(volume, order, zipped), volume,
                      theirs=known)
            # ahds takes the bytes of a text for signed ones, so u1 is compared with what went in.
            check(folder / f"{name}-text.am", mesh(volume, "text"), volume,
                  theirs=known and kind not in ("u1", "u8"))
            source = folder / f"{name}-little.am"
            comparison.expect_info(source, "12", "20", "10", volume.dtype.name)
    # Long runs, runs of 127 and 128, and none at all.
    steps = np.repeat(np.arange(250, dtype="u1"), 127)[:7 * 61 * 70].reshape(7, 61, 70)
    for number, volume in enumerate((volume_of("u1"), steps, np.zeros((5, 64, 64), "u1"))):
        check(folder / f"runs-{number}.am", mesh(volume, pack=runs, field="Labels"), volume,
              field="Labels")
    # One component of three, and one array of three.
    vector = np.stack([volume_of("f4"), -volume_of("f4"), volume_of("f4") * 2], axis=-1)
    for index in range(3):
        for order in "<", ">", "text":
            check(folder / f"vector-{index}.am", mesh(vector, order), vector[..., index].copy(),
                  "--channel", str(index), theirs=False)
    fields = [("Data", volume_of("u2"), None), ("Labels", volume_of("u1"), runs),
              ("Smooth", volume_of("f4"), zipped)]
    for index, (field, volume, _) in enumerate(fields):
        check(folder / "three.am", mesh(None, fields=fields), volume, "--channel", str(index),
              theirs=False)
        found = by_ahds(folder / "three.am", field)
        if found.tobytes() != volume.tobytes():
            comparison.failures.append(f"three.am: ahds reads another {field}")
    comparison.expect_refusal(folder / "three.am", "--channel")
comparison.finish("AmiraMesh", f"ahds {version('ahds')}",
                  "every integer and float type, both byte orders and text, HxByteRLE, HxZip, "
                  "vectors, several arrays, voxel size")
