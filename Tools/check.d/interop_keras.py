#!/usr/bin/env python3
"""Checks our Keras models against live Keras 2 and 3: what we write they load, what they write we read.

    python3 Tools/check.d/interop_keras.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME, else .build/release, else .build/debug); the tests of the
same configuration write every network that has a name, as .h5 and as .keras, with an input and what our
reference computes of it. Keras 2 loads the .h5, Keras 3 both; every probability must be within 1e-4 of ours.
What they then save is read by the same tests. Optimisers go on where ours stopped.
Exit code 0 where all agree, 1 where something differs, 77 where a library or the tool is missing.
"""
import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
logging.disable(logging.WARNING)
ROOT = Path(__file__).resolve().parents[2]
try:
    import numpy as np
    import tensorflow as tf
    import keras as keras3
    import tf_keras as keras2
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


def tool():
    candidates = [sys.argv[1] if len(sys.argv) > 1 else os.environ.get("T2S_VOLUME"),
                  ROOT / ".build/release/t2s-volume", ROOT / ".build/debug/t2s-volume"]
    found = next((Path(c).resolve() for c in candidates if c and Path(c).is_file()), None)
    if found is None:
        print("skipped: build t2s-volume first, or give its path")
        sys.exit(77)
    return found


def tests(configuration, failures, **variables):
    """Runs the tests of Keras models with these variables."""
    environment = {**os.environ, **{k: str(v) for k, v in variables.items()}}
    environment.setdefault("T2S_TESTS", "KerasModelTests")
    command = ["swift", "test", "-c", configuration, "--filter", "Keras itself"]
    if os.environ.get("T2S_SKIP_BUILD"):
        command.append("--skip-build")
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        failures += [l for l in done.stdout.splitlines() if "✘" in l][:20] or [done.stderr[-2000:]]


def batch(network, folder):
    """The input as Keras takes it, and the probabilities that we computed, in the same order."""
    read = lambda part, shape: np.fromfile(folder / f"{network['name']}.{part}.bin", "<f4").reshape(shape)
    values = read("input", network["input"] + [network["channels"]])
    wanted = read("output", network["output"] + [network["classes"]])
    if network["volumetric"]:
        return values[None], wanted[None]
    if network["input"][0] > 1:
        # The layers of a stack are the channels of one image.
        return np.moveaxis(values[..., 0], 0, -1)[None], wanted
    return values, wanted


def main():
    configuration = "release" if "/release/" in str(tool()) else "debug"
    failures, loaded, largest = [], 0, 0.0
    with tempfile.TemporaryDirectory() as temporary:
        ours, theirs = Path(temporary) / "ours", Path(temporary) / "theirs"
        ours.mkdir()
        theirs.mkdir()
        tests(configuration, failures, T2S_KERAS_WRITTEN=ours)
        networks = json.loads((ours / "networks.json").read_text())
        for network in networks:
            values, wanted = batch(network, ours)
            for name, k, ending in (("keras2", keras2, "h5"), ("keras3", keras3, "h5"),
                                    ("keras3", keras3, "keras")):
                k.backend.clear_session()
                path = ours / f"{network['name']}.{ending}"
                label = f"{path.name} in {name}"
                # Keras 3 makes nothing of an optimiser as Keras 2 saves it.
                compiles = bool(network["steps"]) and not (name == "keras3" and ending == "h5")
                try:
                    model = k.models.load_model(str(path), compile=compiles)
                    found = np.asarray(model(tf.constant(values), training=False))
                except Exception as error:
                    failures.append(f"{label}: {type(error).__name__}: {str(error)[:300]}")
                    continue
                apart = float(np.abs(found - wanted).max()) if found.shape == wanted.shape else np.inf
                largest = max(largest, apart)
                loaded += 1
                if not apart < 1e-4:
                    failures.append(f"{label}: {found.shape}, differs by {apart}")
                if model.count_params() != network["parameters"]:
                    failures.append(f"{label}: {model.count_params()} parameters")
                if compiles:
                    check_optimiser(model, network, label, failures)
                if name == "keras2":
                    model.save(str(theirs / f"{network['name']}@keras2.h5"), save_format="h5")
                else:
                    model.save(str(theirs / f"{network['name']}@{ending}.keras"))
                    if ending == "h5":
                        model.save(str(theirs / f"{network['name']}@keras3.h5"))
        tests(configuration, failures, T2S_KERAS_REWRITTEN=theirs, T2S_KERAS_WRITTEN_BEFORE=ours)
        written = len(list(theirs.iterdir()))
    for failure in failures:
        print("FAILED", failure)
    library = f"tf_keras {keras2.__version__}, keras {keras3.__version__}"
    print(f"{len(failures)} differences" if failures else f"{library} and t2s-volume agree")
    print(f"| Keras models | {library} | {len(networks)} networks, .h5 and .keras, loaded {loaded} times: every "
          f"probability within 1e-4 (largest difference {largest:.1e}), every parameter counted; {written} "
          "files that Keras saved | read and written |")
    sys.exit(1 if failures else 0)


def check_optimiser(model, network, label, failures):
    """The optimiser has made as many steps as ours, and remembers the same of the first kernel."""
    steps = int(np.asarray(model.optimizer.iterations))
    if steps != network["steps"]:
        failures.append(f"{label}: its optimiser has made {steps} steps, not {network['steps']}")
    moments = [v for v in model.optimizer.variables if tuple(v.shape) == tuple(
        model.get_layer("enc-block-0-conv1").kernel.shape)]
    sums = [float(np.asarray(v).sum()) for v in moments]
    if not any(abs(s - network["sum"]) < 1e-3 for s in sums):
        failures.append(f"{label}: no moment sums to {network['sum']}, but to {sums}")


main()
