#!/usr/bin/env python3
"""Trains an MLP in PyTorch from the very start and labels of one of our trials (scripts/peer-start.ts), by the paper's recipe.

  python3 scripts/peer_train.py FOLDER 0,0.5,1 [--layers 1] [--epochs 64]

Prints one JSON line an epoch; stops at a training accuracy of 95 %, the criterion of Fig. 1b that is compared.
The order of the examples is PyTorch's own.
"""
import argparse, json, os
import numpy as np
import torch, torch.nn.functional as F

p = argparse.ArgumentParser()
p.add_argument("folder")
p.add_argument("levels")
p.add_argument("--layers", type=int, default=1)
p.add_argument("--epochs", type=int, default=64)
a = p.parse_args()
torch.set_num_threads(1)

names = ["hidden%d" % (i + 1) for i in range(a.layers)] + ["output"]
read = lambda name, kind: torch.from_numpy(np.fromfile(os.path.join(a.folder, name), kind))
images = torch.from_numpy(np.memmap(os.path.join(a.folder, "images.f32"), np.float32, "r").reshape(-1, 2352))


def logits(w, x):
    for name in names[:-1]:
        x = F.relu(F.linear(x, w[name + ".weight"], w[name + ".bias"]))
    return F.linear(x, w["output.weight"], w["output.bias"])


for level in a.levels.split(","):
    torch.manual_seed(0)
    labels = read("labels-%s.i32" % level, np.int32).long()
    w = {}
    for name in names:
        bias = read(name + ".bias.f32", np.float32)
        w[name + ".bias"] = bias.requires_grad_()
        w[name + ".weight"] = read(name + ".weight.f32", np.float32).reshape(len(bias), -1).requires_grad_()
    optimizer = torch.optim.SGD(w.values(), 0.01, momentum=0.9)
    for epoch in range(a.epochs):
        for rows in torch.randperm(len(images)).split(128):
            loss = F.cross_entropy(logits(w, images[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] *= 0.95
        with torch.no_grad():
            hits = sum((logits(w, images[i : i + 500]).argmax(1) == labels[i : i + 500]).sum().item() for i in range(0, len(images), 500))
        print(json.dumps({"corrupt": float(level), "epoch": epoch + 1, "trainAccuracy": hits / len(images)}), flush=True)
        if hits >= 0.95 * len(images):
            break
