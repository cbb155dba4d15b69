#!/usr/bin/env python3
"""Checks what evaluate says against scikit-learn, scikit-image and scipy.

    python3 Tools/check.d/interop_scores.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug).
Exit code 0 where all agree, 1 where something differs, 77 where a library or the tool is missing.
"""
import csv
import json
import subprocess
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
try:
    import numpy as np
    from scipy import ndimage
    from skimage.measure import label, regionprops
    from skimage.metrics import variation_of_information
    from sklearn.metrics import (average_precision_score, classification_report, confusion_matrix,
                                 jaccard_score, roc_auc_score)
    from interop import RoundTrip
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

warnings.filterwarnings("ignore")
case = RoundTrip()
rng = np.random.default_rng(5)


def evaluate(prediction, truth, *options):
    z, y, x = truth.shape
    prediction.tofile(case.folder / "prediction.raw")
    truth.tofile(case.folder / "truth.raw")
    done = subprocess.run(
        [case.tool, "evaluate", str(case.folder / "prediction.raw"), str(case.folder / "truth.raw"),
         "--shape", f"{z}x{y}x{x}", "--type", "uint8", "--json", *options],
        capture_output=True, text=True)
    if done.returncode != 0:
        case.failures.append(f"evaluate: {done.stderr.strip()}")
        return None
    case.read += 1
    return json.loads(done.stdout)


def near(name, ours, theirs, tolerance=1e-12):
    if ours is None or abs(ours - theirs) > tolerance:
        case.failures.append(f"{name}: {ours}, not {theirs}")


def random_pair(number):
    classes = int(rng.integers(2, 6))
    shape = tuple(int(n) for n in rng.integers(2, 30, 3))
    # Blobs, not noise: smoothed noise cut at quantiles.
    field = ndimage.gaussian_filter(rng.standard_normal(shape), 1.5)
    cuts = np.quantile(field, np.sort(rng.random(classes - 1)))
    truth = np.digitize(field, cuts).astype(np.uint8)
    prediction = truth.copy()
    wrong = rng.random(shape) < rng.random() * 0.5
    prediction[wrong] = rng.integers(0, classes, int(wrong.sum()))
    if number % 5 == 0:
        # A class that is never predicted.
        prediction[prediction == classes - 1] = 0
    return prediction, truth


for number in range(50):
    prediction, truth = random_pair(number)
    t, p = truth.ravel(), prediction.ravel()
    theirs = classification_report(t, p, output_dict=True, zero_division=0)
    ours = evaluate(prediction, truth)
    if ours is None:
        continue
    labels = np.union1d(t, p)
    case.check(f"pair {number}: confusion", ours["confusion"], confusion_matrix(t, p).tolist())
    near(f"pair {number}: accuracy", ours["accuracy"], float((t == p).mean()))
    jaccard = jaccard_score(t, p, average=None, zero_division=0)
    near(f"pair {number}: mean Jaccard", ours["mean_jaccard"], jaccard.mean())
    for one, score in zip(ours["classes"], jaccard):
        row = theirs[str(one["value"])]
        for key, other in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
            near(f"pair {number}: {key} of {one['value']}", one[key] or 0.0, row[other])
        near(f"pair {number}: Jaccard of {one['value']}", one["jaccard"], score)
        case.check(f"pair {number}: support", one["support"], int(row["support"]))
    for mean, name in (("macro", "macro avg"), ("weighted", "weighted avg")):
        for key, other in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
            near(f"pair {number}: {mean} {key}", ours[mean][key], theirs[name][other])
    splits_of = variation_of_information(truth, prediction)
    near(f"pair {number}: merges", ours["variation_of_information_bits"]["merges"],
         float(splits_of[1]), 1e-9)
    near(f"pair {number}: splits", ours["variation_of_information_bits"]["splits"],
         float(splits_of[0]), 1e-9)
    case.check(f"pair {number}: labels", [c["value"] for c in ours["classes"]], labels.tolist())

# Boundaries by scipy's exact distances, blobs by scikit-image's regionprops.
folder = case.folder / "folder"
for number in range(6):
    prediction, truth = random_pair(number)
    ours = evaluate(prediction, truth, "--output", str(folder), "--overwrite", "--reach", "12")
    if ours is None:
        continue

    def boundary(labels, value):
        inside = labels == value
        cross = ndimage.generate_binary_structure(3, 1)
        return inside & ndimage.binary_dilation(~inside, cross)

    for one in ours["classes"]:
        a, b = boundary(truth, one["value"]), boundary(prediction, one["value"])
        if not a.any() or not b.any():
            if one["hausdorff_95_voxels"] is not None:
                case.failures.append(f"boundaries {number}: a distance to nothing")
            continue
        ab = ndimage.distance_transform_edt(~b)[a]
        ba = ndimage.distance_transform_edt(~a)[b]
        if max(ab.max(), ba.max()) > 12:
            continue
        quantile = lambda d: np.sort(d)[max(int(np.ceil(0.95 * len(d))), 1) - 1]
        near(f"boundaries {number}: 95 %", one["hausdorff_95_voxels"],
             max(quantile(ab), quantile(ba)), 1e-9)
        near(f"boundaries {number}: mean", one["boundary_distance_voxels"],
             (ab.sum() + ba.sum()) / (len(ab) + len(ba)), 1e-9)
    wrong = prediction != truth
    theirs = sorted((blob.area, *blob.bbox, *blob.centroid) for blob in
                    regionprops(label(wrong, connectivity=1)) if blob.area > 1)
    with open(folder / "blobs.csv") as file:
        rows = [[float(v) for v in row] for row in list(csv.reader(file))[1:]]
    found = sorted((r[0], r[1], r[3], r[5], r[2] + 1, r[4] + 1, r[6] + 1, *r[7:10]) for r in rows)
    case.check(f"blobs {number}: count", len(found), len(theirs))
    if len(found) == len(theirs) and found:
        gap = np.abs(np.array(found) - np.array(theirs)).max()
        near(f"blobs {number}", float(gap), 0.0, 6e-4)
    for axis, name in enumerate("zyx"):
        theirs = []
        for position in range(truth.shape[axis]):
            for blob in regionprops(label(np.take(wrong, position, axis), connectivity=1)):
                if blob.area > 1:
                    theirs.append((position, *blob.bbox, blob.area, *blob.centroid,
                                   blob.axis_major_length, blob.axis_minor_length))
        with open(folder / f"blobs-{name}.csv") as file:
            rows = [[float(v) for v in row] for row in list(csv.reader(file))[1:]]
        found = [(r[0], r[2], r[4], r[3] + 1, r[5] + 1, r[1], *r[6:]) for r in rows]
        case.check(f"blobs {number} {name}: count", len(found), len(theirs))
        if len(found) == len(theirs) and found:
            gap = np.abs(np.array(sorted(found)) - np.array(sorted(theirs))).max()
            near(f"blobs {number} {name}", float(gap), 0.0, 6e-4)

# Curves from probabilities: a store of channels, as segment writes one.
scan, labels = case.folder / "scan.zarr", case.folder / "scan.labels.zarr"
run = lambda *words: subprocess.run([case.tool, *words], capture_output=True, text=True, check=True)
run("phantom", str(scan), "--shape", "8x96x128", "--seed", "4")
run("segment", str(scan), "--output", str(labels), "--no-picture", "--probabilities",
    "matrix,fibre,porosity", "--overwrite")
truth = case.folder / "scan.zarr.labels.zarr"
done = run("evaluate", str(labels), str(truth), "--probabilities",
           str(case.folder / "scan.probabilities.zarr"), "--json")
ours = json.loads(done.stdout)
run("convert", str(truth), str(case.folder / "t.npy"), "--overwrite")
t = np.load(case.folder / "t.npy").ravel()
for channel, one in enumerate(ours["classes"]):
    run("convert", str(case.folder / "scan.probabilities.zarr"), str(case.folder / "p.npy"),
        "--channel", str(channel), "--overwrite")
    p = np.load(case.folder / "p.npy").ravel() / 255
    near(f"ROC area of {one['name']}", one["roc_area"], roc_auc_score(t == one["value"], p), 1e-9)
    near(f"average precision of {one['name']}", one["average_precision"],
         average_precision_score(t == one["value"], p), 1e-9)

case.finish("Scores", f"scikit-learn {version('scikit-learn')}, scikit-image "
            f"{version('scikit-image')}, scipy {version('scipy')}",
            "50 pairs of labels: counts, precision, recall, F1, Jaccard, means; variation of "
            "information; boundary distances; blobs of errors; ROC areas and average precision")
