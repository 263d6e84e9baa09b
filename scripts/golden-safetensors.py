#!/usr/bin/env python3
"""Writes test/golden/tensors.safetensors with the reference implementation of the format.

    pip install safetensors numpy && python3 scripts/golden-safetensors.py

With file names, reads those files instead and prints what is in them: the other direction.
"""

import sys

import numpy
from safetensors import safe_open
from safetensors.numpy import save_file

TENSORS = {
    "w": numpy.arange(6, dtype=numpy.float32).reshape(2, 3),
    "b": numpy.array([1.5], numpy.float32),
    "n": numpy.array(7, numpy.int32),
    "empty": numpy.zeros((0, 3), numpy.float32),
    "d": numpy.array([1.0, 2.0]),
    "u": numpy.array([1, 2, 3], numpy.uint8),
    "l": numpy.array([5], numpy.int64),
    "h": numpy.array([-1], numpy.int16),
    "10": numpy.array([10], numpy.uint64),
    "9": numpy.array([9], numpy.uint64),
    "é": numpy.array([2], numpy.uint32),
}

if len(sys.argv) == 1:
    save_file(TENSORS, "test/golden/tensors.safetensors", {"made": 'by "safetensors"\n é'})
for path in sys.argv[1:]:
    with safe_open(path, "numpy") as file:
        print(path, file.metadata())
        for name in file.keys():
            tensor = file.get_tensor(name)
            print(f"  {name} {tensor.dtype} {list(tensor.shape)} sum {tensor.sum():.6g}")
