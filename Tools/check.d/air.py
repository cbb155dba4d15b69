#!/usr/bin/env python3
"""Labels a biaxial phantom with and without the air around it, and holds the two against each other.

    air.py [SHAPE] [TILE] [TOOL] [FOLDER]

Makes a biaxial phantom of SHAPE (default 256x1024x1024) and labels it with the default model in tiles of
TILE (default 256; or auto), once with --outside none and once with --outside auto. At least nine tenths of
the tiles that are air by the phantom's own labels must have been left out; every voxel that is not labelled
outside must be the same in both; of no class more than a thousandth may be called outside; and the
processor time must have fallen with the voxels computed. TOOL is the built t2s-volume (default:
$T2S_VOLUME). Needs numpy and zarr. Exit code 1 where something is not so, 77 without the tool or the
libraries.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import zarr
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

SHAPE = sys.argv[1] if len(sys.argv) > 1 else "256x1024x1024"
TILE = sys.argv[2] if len(sys.argv) > 2 else "256"
TOOL = sys.argv[3] if len(sys.argv) > 3 else os.environ.get("T2S_VOLUME")
FOLDER = sys.argv[4] if len(sys.argv) > 4 else None
if not TOOL or not Path(TOOL).is_file():
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)
failures = []


def fail(text):
    failures.append(text)
    print("  FAILED:", text, flush=True)


def run(*words):
    """Runs the tool; its JSON and the seconds of processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([TOOL, *map(str, words), "--json"], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{words[0]} ends with {done.returncode}: {done.stderr}")
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout), seconds


def main(folder):
    scan = folder / "biaxial.raw"
    truth = Path(f"{scan}.labels.zarr")
    if not (truth / "zarr.json").exists():
        run("phantom", scan, "--shape", SHAPE, "--kind", "biaxial", "--seed", 7)
    results = {}
    for outside in ("none", "auto"):
        results[outside] = run(
            "segment", scan, "--output", folder / f"{outside}.zarr", "--outside", outside, "--tile",
            TILE, "--memory", "2G", "--no-picture", "--overwrite")
    (plain, plain_time), (left, left_time) = results["none"], results["auto"]
    print("found:", left["outside"]["found"])
    print(f"outside: {left['outside']['voxels']:,} of {left['outside']['all_voxels']:,} voxels")
    print(f"processor time: {left_time:.1f} s against {plain_time:.1f} s, "
          f"{left_time / plain_time:.3f} of it")
    computed = [r["plan"]["measured"]["voxels_computed"] for r in (left, plain)]
    print(f"voxels computed: {computed[0]:,} against {computed[1]:,}, "
          f"{computed[0] / computed[1]:.3f} of them")
    if left_time / plain_time > computed[0] / computed[1] + 0.1:
        fail("the time did not fall with the voxels computed")

    truth, none, auto = (
        zarr.open_array(str(p / "0"), mode="r") for p in
        (truth, folder / "none.zarr", folder / "auto.zarr"))
    tile = left["tile"]
    classes = {}
    same = outside = different = air_tiles = skipped_air_tiles = 0
    for z in range(0, truth.shape[0], 64):
        t, n, a = (v[z:z + 64] for v in (truth, none, auto))
        is_out = a == 254
        different += int(np.count_nonzero((a != n) & ~is_out))
        same += int(np.count_nonzero(~is_out))
        outside += int(np.count_nonzero(is_out))
        for label in np.unique(t):
            here = t == label
            counts = classes.setdefault(int(label), [0, 0])
            counts[0] += int(here.sum())
            counts[1] += int((here & is_out).sum())
        for layer in range(t.shape[0]):
            for y in range(0, t.shape[1], tile[1]):
                for x in range(0, t.shape[2], tile[2]):
                    part = np.s_[layer, y:y + tile[1], x:x + tile[2]]
                    if (t[part] == 254).all():
                        air_tiles += 1
                        skipped_air_tiles += bool(is_out[part].all())
    print(f"{same:,} voxels are not outside, {different} of them differ from the run without")
    if different:
        fail("a computed voxel differs")
    for label, (count, out) in sorted(classes.items()):
        share = out / count
        print(f"  {label:3}: {out:,} of {count:,} called outside, {100 * share:.4f} %")
        if label != 254 and share > 0.001:
            fail(f"more than a thousandth of class {label} is called outside")
    if air_tiles:
        print(f"tiles of a layer that are air as a whole: {air_tiles:,}, labelled outside as a whole: "
              f"{skipped_air_tiles:,} ({100 * skipped_air_tiles / air_tiles:.1f} %); "
              f"not computed: {left['outside']['tiles_skipped']:,}")
        if left["outside"]["tiles_skipped"] < 0.9 * air_tiles:
            fail("less than nine tenths of the air's tiles were left out")
    scores, _ = run("evaluate", folder / "auto.zarr", Path(f"{scan}.labels.zarr"))
    for item in scores["classes"]:
        jaccard = item["jaccard"]
        print(f"  {item['value']:3} {item['name']:20} Jaccard "
              + ("-" if jaccard is None else f"{jaccard:.4f}"))
    for name, result in (("none", plain), ("auto", left)):
        print(f"  --outside {name}:", {c["name"]: (round(c["fraction"], 5), round(
            c["fraction_of_volume"], 5)) for c in result["classes"]},
            "(of the specimen, of all)")


if FOLDER:
    Path(FOLDER).mkdir(parents=True, exist_ok=True)
    main(Path(FOLDER))
else:
    with tempfile.TemporaryDirectory(prefix="t2s-air-") as place:
        main(Path(place))
print("FAILED" if failures else "all is as it should be")
sys.exit(1 if failures else 0)
