#!/usr/bin/env python3
"""Checks our HDF5 files against live h5py and hdf5plugin: what they write we read, what we write they read,
and what XDMF says of it is true.

    python3 Tools/check.d/interop_hdf5.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where a library or the tool is missing.
"""
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
try:
    import h5py
    import hdf5plugin
    import numpy as np
    from interop import TYPES, RoundTrip, volume_of
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

case = RoundTrip()
filters = {
    "gzip": dict(compression="gzip"), "all": dict(compression="gzip", shuffle=True, fletcher32=True),
    "lzf": dict(compression="lzf", shuffle=True), "lz4": hdf5plugin.LZ4(), "zstd": hdf5plugin.Zstd(),
    "bitshuffle-none": hdf5plugin.Bitshuffle(cname="none"),
    "bitshuffle-lz4": hdf5plugin.Bitshuffle(cname="lz4"),
    "bitshuffle-zstd": hdf5plugin.Bitshuffle(cname="zstd"),
    **{f"blosc-{c}-{s}": hdf5plugin.Blosc(cname=c, shuffle=s)
       for c in ["blosclz", "lz4", "zlib", "zstd"] for s in range(3)},
}
source = case.folder / "theirs.h5"
wanted = []
with h5py.File(source, "w") as f:
    for kind in TYPES:
        volume = volume_of(kind)
        for order in "<>":
            stored = volume.astype(order + kind)
            name = f"{kind}-{'le' if order == '<' else 'be'}"
            f.create_dataset(f"{name}/plain", data=stored)
            wanted.append((f"{name}/plain", volume))
            for way, options in filters.items():
                f.create_dataset(f"{name}/{way}", data=stored, chunks=(3, 32, 40), **options)
                wanted.append((f"{name}/{way}", volume))
# Every type and order plain and with gzip; every filter in two types.
for path, volume in wanted:
    kind, way = path.split("/")
    if way in ("plain", "all") or kind in ("u2-le", "f4-be"):
        case.expect(f"{source}:/{path}", volume)

for kind in TYPES:
    volume = volume_of(kind, (37, 150, 300))
    target = case.folder / f"ours-{kind}.h5"
    if not case.write(volume, f"{target}:/a/volume", "--voxel-size", "2.6x1.3x0.65um"):
        continue
    with h5py.File(target) as f:
        dataset = f["a/volume"]
        case.compare(target.name, dataset[...], volume)
        case.check(f"{target.name} edges", dataset.attrs["element_size_um"], [2.6, 1.3, 0.65])
        if dataset.compression != "gzip" or dataset.chunks is None:
            case.failures.append(f"{target.name}: not chunked by gzip")
    # What ParaView would do: take file, dataset, type and size out of the XML.
    grid = ElementTree.parse(target.with_suffix(".xdmf")).getroot().find("Domain/Grid")
    item = grid.find("Attribute/DataItem")
    file, path = item.text.strip().split(":")
    extents = [int(n) for n in item.get("Dimensions").split()]
    letter = {"UChar": "u", "UInt": "u", "Char": "i", "Int": "i", "Float": "f"}[item.get("NumberType")]
    with h5py.File(target.parent / file) as f:
        dataset = f[path]
        if list(dataset.shape) != extents or dataset.dtype != np.dtype(f"{letter}{item.get('Precision')}"):
            case.failures.append(f"{target.name}: XDMF says {extents} of {letter}{item.get('Precision')}")
    nodes = [int(n) for n in grid.find("Topology").get("Dimensions").split()]
    corner, edges = ([float(n) for n in i.text.split()] for i in grid.findall("Geometry/DataItem"))
    case.check(f"{target.name} nodes", nodes, [n + 1 for n in volume.shape])
    case.check(f"{target.name} XDMF edges", edges, [2.6, 1.3, 0.65])
    case.check(f"{target.name} XDMF corner", corner, [-1.3, -0.65, -0.325])

case.finish("HDF5", f"h5py {h5py.__version__}, hdf5plugin {hdf5plugin.version}",
            "uint8 to uint64, int8 to int64, float32, float64; both byte orders; in one piece, gzip, "
            "shuffle, fletcher32, lzf, lz4, zstd, bitshuffle, Blosc; XDMF against its dataset")
