#!/usr/bin/env python3
"""The peer's conversion of a TIFF or an HDF5 dataset: slabs of 64 layers by tifffile or h5py, written
by tensorstore as a Zarr v3 array (shards 64x1024x1024, chunks 64^3, zstd 1), without a pyramid.

    convert_stack.py INPUT OUTPUT          INPUT: stack.tif, or stack.h5:/path
"""
import os
import sys
import time

import numpy as np
import tensorstore as ts


def store(path, shape, kind):
    index = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]
    inner = [{"name": "bytes", "configuration": {"endian": "little"}},
             {"name": "zstd", "configuration": {"level": 1}}, {"name": "crc32c"}]
    if np.dtype(kind).itemsize == 1:
        index[0], inner[0] = ({"name": "bytes", "configuration": {"endian": "little"}},
                              {"name": "bytes"})
    sharding = {"name": "sharding_indexed",
                "configuration": {"chunk_shape": [64, 64, 64], "codecs": inner,
                                  "index_codecs": index}}
    return ts.open(
        {"driver": "zarr3", "kvstore": {"driver": "file", "path": path},
         "metadata": {"shape": list(shape), "data_type": str(np.dtype(kind)),
                      "chunk_grid": {"name": "regular",
                                     "configuration": {"chunk_shape": [64, 1024, 1024]}},
                      "codecs": [sharding]}},
        create=True, delete_existing=True).result()


def tiff(source, target):
    import tifffile
    with tifffile.TiffFile(source) as file:
        page = file.pages[0]
        count = len(file.pages)
        output = store(target, (count, *page.shape), page.dtype)
        for z in range(0, count, 64):
            slab = file.asarray(key=range(z, min(z + 64, count)), maxworkers=os.cpu_count())
            output[z:z + 64].write(slab.reshape(-1, *page.shape)).result()
        return count * page.size * page.dtype.itemsize


def hdf5(source, target):
    import h5py
    path, name = source.split(":", 1)
    with h5py.File(path) as file:
        data = file[name]
        output = store(target, data.shape, data.dtype)
        for z in range(0, data.shape[0], 64):
            output[z:z + 64].write(data[z:z + 64]).result()
        return data.size * data.dtype.itemsize


if len(sys.argv) != 3:
    sys.exit(__doc__)
start = time.time()
isHDF5 = ".h5:" in sys.argv[1]
count = (hdf5 if isHDF5 else tiff)(sys.argv[1], sys.argv[2])
seconds = time.time() - start
name = "h5py + tensorstore" if isHDF5 else "tifffile + tensorstore"
print(f"{name} {seconds:.2f} s {count / seconds / 1e6:.0f} MB/s")
