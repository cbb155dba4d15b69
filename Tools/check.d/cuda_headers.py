#!/usr/bin/env python3
"""Compares our headers of CUDA and cuDNN with NVIDIA's: numbers, types and signatures.

NVIDIA's are fetched as wheels from PyPI (nothing of theirs is kept here), or taken from the folder
T2S_NVIDIA, which holds their unpacked wheels (nvidia/cudnn/include and so on). Exit code 77: neither
can be had.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

WHEELS = {
    "nvidia-cudnn-cu12": "9.10.2.21",
    "nvidia-cuda-runtime-cu12": "12.9.79",
    "nvidia-cuda-nvcc-cu12": "12.9.86",
    "nvidia-cuda-cccl-cu12": "12.9.27",
}
ROOT = pathlib.Path(__file__).resolve().parents[2] / "Sources/Engines/CUDNN"


def fetch(folder):
    for name, version in WHEELS.items():
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder,
                   f"{name}=={version}"]
        if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            print(f"   skipped: {name} {version} cannot be had from PyPI; set T2S_NVIDIA")
            sys.exit(77)
    for wheel in pathlib.Path(folder).glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if "/include/" in name:
                    archive.extract(name, folder)
    return folder


def check(header, theirs, prefix, functions, includes, folder):
    text = (ROOT / header).read_text()
    lines = [f"#include {theirs}", "#define T2S_TYPES_ARE_DEFINED", f'#include "{ROOT / header}"']
    numbers = re.findall(r"^  (T2S_(\w+)) = ", text, re.M)
    lines += [f'_Static_assert((long long){ours} == (long long){name}, "{name}");' for ours, name in numbers]
    # Assigning each function to its entry fails unless every argument's type is the same.
    lines += [f"void fill(struct {prefix} *table) {{"]
    symbols = re.findall(r"  F\((\w+), (\w+),", text)
    lines += [f"  table->{name} = {symbol};" for name, symbol in symbols]
    lines += ["}"]
    source = pathlib.Path(folder) / f"{prefix}.c"
    source.write_text("\n".join(lines) + "\n")
    command = ["cc", "-std=c11", "-Werror=incompatible-pointer-types", "-Wno-deprecated-declarations",
               "-fsyntax-only", *[f"-I{path}" for path in includes], str(source)]
    found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode:
        print("\n".join(found.stderr.splitlines()[:20]))
        return False
    print(f"   {header}: {len(numbers)} numbers and {len(symbols)} functions are NVIDIA's")
    return True


with tempfile.TemporaryDirectory() as folder:
    base = os.environ.get("T2S_NVIDIA") or fetch(folder)
    includes = sorted({str(path.parent) for name in ["cuda.h", "cudnn.h", "crt/host_defines.h"]
                       for path in [p for p in pathlib.Path(base).rglob(pathlib.Path(name).name)]
                       if str(path).endswith(name)})
    includes = [path.removesuffix("/crt") for path in includes]
    includes += [str(path.parent.parent) for path in pathlib.Path(base).rglob("nv/target")]
    good = check("CCUDA/t2s_cuda.h", "<cuda.h>", "t2s_cuda", "CUDA", includes, folder)
    good &= check("CCUDNN/t2s_cudnn.h", "<cudnn.h>", "t2s_cudnn", "CUDNN", includes, folder)
sys.exit(0 if good else 1)
