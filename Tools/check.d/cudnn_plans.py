#!/usr/bin/env python3
"""Asks the real cuDNN 9.10.2, on a machine without a GPU, whether it computes every convolution of every
kind of network, and every pass of every preset's training, in f32 and f16, on cards of six architectures;
and whether it refuses convolutions that are told wrongly. Where the emulator of the tests is built, it must
answer the same: what it computes, what it leaves to a kernel of ours, and what it refuses.

Needs the folder T2S_NVIDIA with the unpacked wheel nvidia-cudnn-cu12 9.10.2.21 (700 MB, so it is not
fetched by itself), and a C compiler. Exit code 77: there is none.

cuDNN also wants CUDA's and cuBLAS's libraries; for questions alone, stubs of ours are enough.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ARCHITECTURES = [61, 75, 80, 89, 90, 120]
DEVICES = pathlib.Path(__file__).resolve().parent / "cudnn-devices"
STUBS = ["libcuda.so.1", "libcublas.so.12", "libcublasLt.so.12", "libnvrtc.so.12"]

base = os.environ.get("T2S_NVIDIA")
found = sorted(pathlib.Path(base).rglob("libcudnn_engines_precompiled.so.9")) if base else []
if not found:
    print("   skipped: T2S_NVIDIA names no folder with the wheel nvidia-cudnn-cu12 9.10.2.21")
    sys.exit(77)
libraries = found[0].parent
tool = os.environ.get("T2S_VOLUME", "t2s-volume")
emulator = pathlib.Path(shutil.which(tool) or tool).resolve().parent / "libT2SGPUEmulator.so"


def ask(options, architecture, environment):
    command = [tool, "gpu", "plans", "--json", "--device", str(DEVICES / f"dp{architecture}.json"), *options]
    answer = subprocess.run(command, capture_output=True, text=True, env=environment)
    try:
        result = json.loads(answer.stdout)
        return result, result["graphs" if "--wrong" in options else "plans"]
    except (json.JSONDecodeError, KeyError):
        print(answer.stdout[-500:], answer.stderr[-500:])
        sys.exit(1)


def kind(answer):
    return ("refused" in answer and answer["refused"] is not None, answer.get("bare"))


wrong = 0
with tempfile.TemporaryDirectory() as folder:
    # A function that fails for each name by which cuDNN may look for one.
    name = re.compile(rb"(?:cublas|cu|nvrtc)[A-Z][A-Za-z0-9_]+")
    names = set()
    for library in libraries.glob("libcudnn*.so.9"):
        with open(library, "rb") as file:
            for text in re.findall(rb"[\x20-\x7e]{4,80}\0", file.read()):
                if name.fullmatch(text[:-1]):
                    names.add(text[:-1].decode())
    source = pathlib.Path(folder) / "stubs.c"
    source.write_text("".join(f"int {n}(void) {{ return 1; }}\n" for n in sorted(names)))
    for stub in STUBS:
        subprocess.run(["cc", "-shared", "-fPIC", "-w", "-o", f"{folder}/{stub}", f"-Wl,-soname,{stub}",
                        str(source)], check=True)
    environment = dict(os.environ, T2S_CUDNN=str(libraries), LD_LIBRARY_PATH=f"{folder}:{libraries}")
    emulated = pathlib.Path(folder) / "emulator"
    emulated.mkdir()
    for name in ["libcudnn.so.9", "libcublasLt.so.12"]:
        (emulated / name).symlink_to(emulator)
    theirs = dict(os.environ, T2S_CUDNN=str(emulated), LD_LIBRARY_PATH=str(emulated))
    for architecture in ARCHITECTURES:
        for options, what in [([], "convolutions"), (["--training"], "passes of trainings"),
                              (["--wrong"], "graphs, all but 3 of them wrong,")]:
            result, answers = ask(options, architecture, environment)
            if "--wrong" in options:
                bad = result["mistakes"]
                print(f"   sm_{architecture}: answers {len(answers) - bad} of {len(answers)} {what} as it should")
            else:
                bad = result["refused"]
                largest = max(plan.get("workspace", 0) for plan in answers)
                print(f"   sm_{architecture}: cuDNN {result['version']} computes {len(answers) - bad} of "
                      f"{len(answers)} {what}, with at most {largest >> 20} MiB beside them")
                for why in sorted({plan["refused"] for plan in answers if "refused" in plan})[:5]:
                    print(f"      refused: {why}")
            wrong += bad
            if emulator.exists():
                others = ask(options, architecture, theirs)[1]
                differing = [one for one, other in zip(answers, others) if kind(one) != kind(other)]
                if len(answers) != len(others) or differing:
                    print(f"      the emulator answers otherwise: {len(differing)}, for example {differing[:2]}")
                    wrong += 1
    if not emulator.exists():
        print("   the emulator is not built: not compared")
sys.exit(1 if wrong else 0)
