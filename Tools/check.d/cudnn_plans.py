#!/usr/bin/env python3
"""Asks the real cuDNN 9.10.2, on a machine without a GPU, whether it computes every convolution of every
kind of network, and every pass of every preset's training, in f32 and f16, on cards of six architectures;
and whether it refuses convolutions that are told wrongly.

Needs the folder T2S_NVIDIA with the unpacked wheel nvidia-cudnn-cu12 9.10.2.21 (700 MB, so it is not
fetched by itself), and a C compiler. Exit code 77: there is none.

cuDNN also wants CUDA's and cuBLAS's libraries; for questions alone, stubs of ours are enough.
"""

import json
import os
import pathlib
import re
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
    for architecture in ARCHITECTURES:
        for option, what in [(None, "convolutions"), ("--training", "passes of trainings")]:
            command = [tool, "gpu", "plans", "--json", "--device", str(DEVICES / f"dp{architecture}.json")]
            answer = subprocess.run(command + ([option] if option else []), capture_output=True, text=True,
                                    env=environment)
            try:
                result = json.loads(answer.stdout)
                plans, refused = result["plans"], result["refused"]
            except (json.JSONDecodeError, KeyError):
                print(answer.stdout[-500:], answer.stderr[-500:])
                sys.exit(1)
            largest = max(plan.get("workspace", 0) for plan in plans)
            print(f"   sm_{architecture}: cuDNN {result['version']} computes {len(plans) - refused} of "
                  f"{len(plans)} {what}, with at most {largest >> 20} MiB beside them")
            for why in sorted({plan["refused"] for plan in plans if "refused" in plan})[:5]:
                print(f"      refused: {why}")
            wrong += refused
        command = [tool, "gpu", "plans", "--wrong", "--json", "--device",
                   str(DEVICES / f"dp{architecture}.json")]
        answer = subprocess.run(command, capture_output=True, text=True, env=environment)
        try:
            result = json.loads(answer.stdout)
            graphs, mistakes = result["graphs"], result["mistakes"]
        except (json.JSONDecodeError, KeyError):
            print(answer.stdout[-500:], answer.stderr[-500:])
            sys.exit(1)
        print(f"   sm_{architecture}: answers {len(graphs) - mistakes} of {len(graphs)} graphs, all but 3 of "
              "them wrong, as it should")
        wrong += mistakes
sys.exit(1 if wrong else 0)
