#!/usr/bin/env python3
"""Checks headerless files against a live numpy: what it writes, with each kind of sidecar, we read;
what we write it reads by our sidecar.

    python3 Tools/check.d/interop_raw.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where numpy or the tool is missing.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
try:
    import numpy as np
    from interop import TYPES, RoundTrip, volume_of
    from make_raw_fixtures import ini, info_of, xml
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

case = RoundTrip()
WORDS = {"<": "little", ">": "big"}


def put(name, voxels):
    """A file of nothing but voxels."""
    path = case.folder / name
    path.write_bytes(voxels)
    return path


def read_by_sidecar(path):
    """The array that the sidecar beside `path` describes, read as pymicro does."""
    said = {}
    for line in path.with_name(path.name + ".info").read_text().splitlines():
        if not line.startswith("!") and "=" in line:
            key, value = line.split("=", 1)
            said[key.strip()] = value.strip()
    order = {"LOWBYTEFIRST": "<", "HIGHBYTEFIRST": ">"}[said["BYTEORDER"]]
    shape = tuple(int(said[key]) for key in ("NUM_Z", "NUM_Y", "NUM_X"))
    return np.fromfile(path, np.dtype(said["DATA_TYPE"]).newbyteorder(order)).reshape(shape), said


for kind in TYPES:
    volume = volume_of(kind)
    name = volume.dtype.name
    nz, ny, nx = volume.shape
    for order, word in WORDS.items():
        voxels = volume.astype(volume.dtype.newbyteorder(order)).tobytes()
        path = put(f"{name}-{word}-info.raw", voxels)
        path.with_name(path.name + ".info").write_text(info_of(volume.shape, name, order))
        case.expect(path, volume)

        path = put(f"{name}-{word}-yml.raw", voxels)
        path.with_suffix(".yml").write_text(
            f"shape: [{nx}, {ny}, {nz}]\ndtype: {name}\nbyte_encoding: {word}endian\n")
        case.expect(path, volume)

        path = put(f"{name}-{word}-ini.raw", voxels)
        ini(path, volume.dtype.newbyteorder(order).str, volume.shape)
        case.expect(path, volume)

        path = put(f"{name}-{word}-flags.bin", bytes(700) + voxels)
        case.expect(path, volume, "--shape", f"{nz}x{ny}x{nx}", "--type", name,
                    "--byte-order", word, "--offset", "700")

        case.expect(put(f"named_{nx}x{ny}x{nz}_{name}_{word[0]}e.raw", voxels), volume)

    path = put(f"{name}-fortran.raw", np.asfortranarray(volume).tobytes(order="F"))
    ini(path, volume.dtype.str, volume.shape, fortran=True)
    case.expect(path, volume)

    target = case.folder / f"ours-{name}.raw"
    if case.write(volume, target, "--voxel-size", "1.3um"):
        found, said = read_by_sidecar(target)
        case.compare(target.name, found, volume)
        case.check(f"{target.name} voxelSize", float(said["voxelSize"]), 1.3)

for order in WORDS:
    volume = volume_of("f4")
    path = put(f"esrf{ord(order)}.vol", volume.astype(order + "f4").tobytes())
    path.with_name(path.name + ".xml").write_text(xml([(path.name, volume.shape)], order))
    case.expect(path, volume)
    case.expect_info(path, "0.65")

bits = volume_of("u1") & 1
path = put("packed.raw", np.packbits(bits.ravel()).tobytes())
path.with_name(path.name + ".info").write_text(info_of(bits.shape, "PACKED_BINARY"))
case.expect(path, bits)

cut = put("cut_83x61x7_uint16.raw", volume_of("u2").tobytes()[:-1])
cut.with_name(cut.name + ".info").write_text(info_of((7, 61, 83), "uint16", "<"))
case.expect_refusal(cut, "1 bytes shorter", "70881")
two = put("two.raw", volume_of("u1").tobytes())
two.with_name("two.raw.info").write_text(info_of((7, 61, 83), "uint8"))
two.with_suffix(".yml").write_text("shape: [61, 83, 7]\ndtype: uint8\nbyte_encoding: littleendian\n")
case.expect_refusal(two, "two.raw.info", "two.yml", "disagrees about the shape")

case.finish("raw", f"numpy {np.__version__}",
            "uint8 to uint64, int8 to int64, float32, float64, PACKED_BINARY; both byte orders; "
            "described by .info, .vol.xml, .yml, .ini, the file's name, options; C and Fortran order")
