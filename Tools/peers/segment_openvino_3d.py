"""The strongest peer for a 3D network that a user could put together on a CPU: memmap, OpenVINO on overlapping blocks
with an exact halo, argmax, Zarr v3 shards by tensorstore.

    segment_openvino_3d.py MODEL.onnx RAW NZ NY NX OUT [bf16|f32] [THREADS] [BLOCK] [HALO]

MODEL takes grey values 0..1 as (1, 1, z, y, x) and gives class scores. BLOCK is the edge of what is computed at once,
halo included (at most the volume along each axis); HALO what is cut off within the volume. Both, and the volume's
edges, are multiples of the network's total stride, so that every block meets the same grid and labels do not depend on
the cut. Needs: pip install openvino tensorstore numpy
"""
import sys, time
import numpy as np, openvino as ov, tensorstore as ts

model, raw, out = sys.argv[1], sys.argv[2], sys.argv[6]
shape = tuple(int(v) for v in sys.argv[3:6])
precision = sys.argv[7] if len(sys.argv) > 7 else "bf16"
threads = int(sys.argv[8]) if len(sys.argv) > 8 else 2
edge = int(sys.argv[9]) if len(sys.argv) > 9 else 256
halo = int(sys.argv[10]) if len(sys.argv) > 10 else 48
assert all(n % 8 == 0 for n in (*shape, edge, halo)) and edge > 2 * halo

block = tuple(min(edge, n) for n in shape)
net = ov.Core().read_model(model)
net.reshape([1, 1, *block])
hints = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}
request = ov.Core().compile_model(net, "CPU", hints).create_infer_request()


def runs(n, b):
    """(first voxel computed, voxels kept of that on) along an axis: blocks begin at its ends, so that the network's own
    zeros lie where the volume ends, and what a block's inner faces spoil is cut off."""
    start, kept = 0, 0
    while kept < n:
        start = min(max(kept - halo, 0), n - b)
        end = n if start + b == n else start + b - halo
        yield start, slice(kept, end)
        kept = end


bytes_codec, crc = {"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}
start = time.time()
scan = np.memmap(raw, np.uint8, "r", shape=shape)
store = ts.open({"driver": "zarr3", "kvstore": {"driver": "file", "path": out}, "metadata": {
    "shape": list(shape), "data_type": "uint8",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [64, 1024, 1024]}},
    "codecs": [{"name": "sharding_indexed", "configuration": {"chunk_shape": [64, 64, 64],
        "codecs": [bytes_codec, {"name": "zstd", "configuration": {"level": 1}}, crc], "index_codecs": [bytes_codec, crc]}}]}},
    create=True, delete_existing=True).result()
pending, inferring, computed = None, 0.0, 0
for z, keep_z in runs(shape[0], block[0]):
    # A slab of whole layers is written at once: a shard is not opened for each block.
    slab = np.empty((keep_z.stop - keep_z.start, *shape[1:]), np.uint8)
    for y, keep_y in runs(shape[1], block[1]):
        for x, keep_x in runs(shape[2], block[2]):
            voxels = scan[z:z + block[0], y:y + block[1], x:x + block[2]] / np.float32(255)
            t = time.time()
            scores = request.infer({0: voxels[None, None]})[0]
            inferring += time.time() - t
            computed += voxels.size
            inner = tuple(slice(k.start - o, k.stop - o) for k, o in ((keep_z, z), (keep_y, y), (keep_x, x)))
            slab[:, keep_y, keep_x] = scores[0][(slice(None), *inner)].argmax(0)
    if pending:
        pending.result()
    pending = store[keep_z].write(slab)
pending.result()
total, voxels = time.time() - start, shape[0] * shape[1] * shape[2]
print(f"openvino {precision} {threads} threads, blocks of {block}: end to end {voxels / total / 1e6:.2f} Mvoxel/s, "
      f"{60 * voxels / 2048**2 / total:.1f} layers/min of 2048x2048; network alone {computed / inferring / 1e6:.2f} Mvoxel/s; "
      f"{computed / voxels:.2f} voxels computed for each one written")
