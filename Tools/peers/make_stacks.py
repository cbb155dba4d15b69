#!/usr/bin/env python3
"""Makes inputs for Tools/bench convert of a raw scan: the same voxels as TIFF and HDF5.

    make_stacks.py RAW LAYERS ROWS COLUMNS KIND OUTPUT

KIND: steps (raw, grey values in 16 steps: compressible), tiff-none, tiff-lzw, tiff-deflate, hdf5-gzip.
"""
import sys

import numpy as np

raw, layers, rows, columns, kind, output = (sys.argv + [None] * 7)[1:7]
if output is None:
    sys.exit(__doc__)
shape = tuple(map(int, (layers, rows, columns)))
volume = np.memmap(raw, np.uint8, "r", shape=shape)
if kind == "steps":
    with open(output, "wb") as file:
        for layer in volume:
            file.write((layer & 0xF0).tobytes())
    with open(output + ".info", "w") as file:
        file.write(f"! PyHST_SLAVE VOLUME INFO FILE\nNUM_X = {columns}\nNUM_Y = {rows}\n"
                   f"NUM_Z = {layers}\nDATA_TYPE = uint8\n")
elif kind.startswith("tiff-"):
    import tifffile
    codec = {"none": None, "lzw": "lzw", "deflate": "zlib"}[kind[5:]]
    with tifffile.TiffWriter(output, bigtiff=True) as file:
        for layer in volume:
            file.write(layer, contiguous=False, metadata=None, photometric="minisblack",
                       compression=codec, rowsperstrip=16)
elif kind == "hdf5-gzip":
    import h5py
    with h5py.File(output, "w") as file:
        data = file.create_dataset("volume", shape, np.uint8, chunks=(16, 128, 128),
                                   compression="gzip", compression_opts=1)
        for z in range(0, shape[0], 16):
            data[z:z + 16] = volume[z:z + 16]
else:
    sys.exit(__doc__)
