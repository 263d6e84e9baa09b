"""The other side of bench/data.ts: prints seconds by what was done, as JSON.

    python3 bench/data_peer.py (table | images) PATH       pandas; torchvision's ImageFolder and a DataLoader of 2 workers
"""

import json
import resource
import sys
import time

what, path = sys.argv[1:]
measured = {}


def seconds(name, work):
    began = time.perf_counter()
    result = work()
    measured[name] = time.perf_counter() - began
    return result


if what == "table":
    import numpy as np
    import pandas as pd

    def split():
        """One-hot, float32, a fifth of each class drawn as test rows."""
        frame = pd.read_csv(path)
        y = frame.pop("y").to_numpy()
        x = pd.get_dummies(frame).to_numpy(dtype="float32")
        random = np.random.default_rng(0)
        test = np.zeros(len(y), bool)
        for label in np.unique(y):
            members = np.flatnonzero(y == label)
            test[random.permutation(members)[: len(members) // 5]] = True
        return x[~test], y[~test], x[test], y[test]

    seconds("to columns", lambda: pd.read_csv(path))
    seconds("to a split of float32", split)
else:
    import torch
    from torchvision import datasets, transforms

    torch.set_num_threads(2)
    began = time.perf_counter()
    loader = torch.utils.data.DataLoader(
        datasets.ImageFolder(path, transforms.ToTensor()), batch_size=128, num_workers=2, persistent_workers=True
    )
    for batch, _ in enumerate(loader):
        if batch == 0:
            measured["to the first batch"] = time.perf_counter() - began
    measured["to the end of the first epoch"] = time.perf_counter() - began
    began = time.perf_counter()
    for _ in loader:
        pass
    measured["a later epoch"] = time.perf_counter() - began
usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
measured["MiB at most"] = usage / 1024
print(json.dumps(measured))
