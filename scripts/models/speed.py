#!/usr/bin/env python3
"""Seconds per training step in PyTorch, the peer that the importer's speed is measured against; prints JSON.

    python3 scripts/models/speed.py [--models resnet18_32,mobilenet_v2_32,vit_32] [--threads 1,2] [--layouts plain,channels_last] [--steps 5]

SGD with momentum 0.9 on batches of 128 images of 32x32 and ten classes. A step is forward, backward and update; the
first is a warm-up and is reported alone; of the others the minimum and the median count. Debian's PyTorch needs
libopenblas0-pthread (without it matrices are multiplied by the reference BLAS, thirty times slower). `load` is the time
of torch.load of the saved network; `load` + `first` is what opening a model costs, imports not counted.
"""
import argparse
import json
import os
import statistics
import tempfile
import time

import torch
import torch.nn.functional as F

import real

BATCH = 128


def timed(action):
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def measure(name, layout, threads, steps):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    form = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.pt")
        torch.save(real.FULL[name][0](), path)
        more = {} if torch.__version__.startswith("1.") else {"weights_only": False}
        load, model = timed(lambda: torch.load(path, **more))
    model = model.train().to(memory_format=form)
    images = torch.randn(BATCH, 3, 32, 32).contiguous(memory_format=form)
    labels = torch.randint(10, (BATCH,))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    first, _ = timed(step)
    seconds = [timed(step)[0] for _ in range(steps)]
    figures = {"min": min(seconds), "median": statistics.median(seconds), "first": first, "load": load}
    return {"model": name, "layout": layout, "threads": threads, **{key: round(value, 4) for key, value in figures.items()}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="resnet18_32,mobilenet_v2_32,vit_32")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--layouts", default="plain,channels_last")
    parser.add_argument("--steps", type=int, default=5)
    asked = parser.parse_args()
    for name in asked.models.split(","):
        for layout in asked.layouts.split(","):
            for threads in asked.threads.split(","):
                row = measure(name, layout, int(threads), asked.steps)
                print(json.dumps({**row, "torch": torch.__version__}), flush=True)


if __name__ == "__main__":
    main()
