"""The same kernel interpolation with NumPy's float64 LAPACK: the peer of bench/kernel.ts.

Reads raw examples and labels, prints one line of JSON: test errors, norms, seconds of the parts, peak memory.
"""
import json
import resource
import sys
import time

import numpy as np

folder, n, m, size, bandwidth = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])


def read(name, dtype):
    return np.fromfile(f"{folder}/{name}", dtype)


def squared_distances(a, b):
    out = a @ b.T
    out *= -2
    out += (a * a).sum(1)[:, None]
    out += (b * b).sum(1)[None]
    return out


train = read("train.u8", np.uint8).reshape(n, size) / 255.0
test = read("test.u8", np.uint8).reshape(m, size) / 255.0
labels, drawn, wanted = read("labels.i32", np.int32), read("random.i32", np.int32), read("test.i32", np.int32)
targets = np.concatenate([np.eye(10)[labels], np.eye(10)[drawn]], 1)

began = time.perf_counter()
gram = squared_distances(train, train)
gram *= -bandwidth
np.exp(gram, out=gram)
built = time.perf_counter()
solution = np.linalg.solve(gram, targets)
solved = time.perf_counter()
between = squared_distances(test, train)
between *= -bandwidth
np.exp(between, out=between)
said = between @ solution
asked = time.perf_counter()
residual = np.linalg.norm(gram @ solution - targets, axis=0) / np.linalg.norm(targets, axis=0)
squares = (solution * targets).sum(0)
print(
    json.dumps(
        {
            "testErrors": int((said[:, :10].argmax(1) != wanted).sum()),
            "randomTestErrors": int((said[:, 10:].argmax(1) != wanted).sum()),
            "norm": float(np.sqrt(squares[:10].sum())),
            "randomNorm": float(np.sqrt(squares[10:].sum())),
            "residual": float(residual.max()),
            "seconds": {"gram": built - began, "solve": solved - built, "test": asked - solved},
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
    )
)
