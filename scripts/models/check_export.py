#!/usr/bin/env python3
"""Reads trained networks that Shatter wrote, as somebody else's program does, and compares.

    node src/cli/main.ts test --data digits --save-models FOLDER
    node scripts/models/examples.ts FOLDER
    python3 scripts/models/check_export.py FOLDER

The examples are preprocessed as the metadata say, step by step, and given to the ONNX file in ONNX Runtime: the test accuracy
must be the one in the metadata, in batches of 1, of 7 and of all. The tensors of both files must be equal, byte for byte, and
the metadata too. MLPs are computed a second time from the safetensors file, in PyTorch if it is here, else in NumPy. Needs
onnxruntime, onnx, safetensors and numpy. Ends with 1 if something differs.
"""
import json
import os
import sys

import numpy as np
import onnx
import onnx.numpy_helper
import onnxruntime
from safetensors import safe_open
from safetensors.numpy import load_file

try:
    import torch
except ImportError:
    torch = None


def prepare(inputs, facts):
    """Examples as they come from the dataset, as the network takes them."""
    how = facts["preprocessing"]
    x = inputs
    for step in how["steps"]:
        if step.startswith("cut the middle"):
            rows, columns = min(28, x.shape[2]), min(28, x.shape[3])
            top, left = (x.shape[2] - rows) // 2, (x.shape[3] - columns) // 2
            x = x[:, :, top : top + rows, left : left + columns]
        elif step.startswith("move the pixels"):
            flat = x.reshape(x.shape[0], x.shape[1] if x.ndim == 4 else 1, -1)
            x = flat[:, :, how["order"]].reshape(x.shape)
        elif step.startswith("divide every byte"):
            x = x.astype(np.float64) / 255
        elif step.startswith("from each image"):
            axes = tuple(range(1, x.ndim))
            size = np.prod(x.shape[1:])
            mean, deviation = x.mean(axes, keepdims=True), x.std(axes, keepdims=True)
            x = (x - mean) / np.maximum(deviation, 1 / np.sqrt(size))
        elif step.startswith("from each channel") or step.startswith("from each column"):
            wide = (1, -1) + (1,) * (x.ndim - 2)
            x = (x - np.reshape(how["mean"], wide)) / np.reshape(how["deviation"], wide)
        else:
            sys.exit(f"unknown step: {step}")
    return x.astype(np.float32)


def mlp(tensors, x):
    """Logits of a network of fully connected layers, from its tensors; None of another network."""
    layers = sorted({name.rsplit(".", 1)[0] for name in tensors if name.endswith(".weight")})
    if not all(name == "output" or name.startswith("hidden") for name in layers):
        return None
    if torch is not None:
        h = torch.tensor(x.reshape(len(x), -1).tolist(), dtype=torch.float32)
        for name in layers:
            weight, bias = (torch.tensor(tensors[f"{name}.{part}"].tolist()) for part in ("weight", "bias"))
            h = torch.nn.functional.linear(h, weight, bias)
            h = h if name == "output" else torch.relu(h)
        return np.array(h.tolist(), dtype=np.float32)
    h = x.reshape(len(x), -1)
    for name in layers:
        h = h @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]
        h = h if name == "output" else np.maximum(h, 0)
    return h


def main(folder):
    with open(os.path.join(folder, "index.json"), encoding="utf8") as file:
        models = json.load(file)["models"]
    examples = load_file(os.path.join(folder, "examples.safetensors"))
    labels = examples["labels"]
    wrong = 0
    for model in models:
        path = os.path.join(folder, model["onnx"])
        proto = onnx.load(path)
        onnx.checker.check_model(proto, full_check=True)
        held = {one.name: onnx.numpy_helper.to_array(one) for one in proto.graph.initializer}
        metadata = {one.key: one.value for one in proto.metadata_props}
        tensors_path = os.path.join(folder, model["safetensors"])
        tensors = load_file(tensors_path)
        with safe_open(tensors_path, "np") as file:
            same = file.metadata() == metadata
        same = same and all(held[name].tobytes() == tensor.tobytes() for name, tensor in tensors.items())

        facts = json.loads(metadata["input"])
        x = prepare(examples["inputs"], facts)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        sizes = [1, 7, len(x)] if facts["shape"][0] == "batch" else [facts["shape"][0]]
        every = [
            np.concatenate([session.run(["logits"], {facts["name"]: x[at : at + size]})[0] for at in range(0, len(x), size)])
            for size in sizes
        ]
        logits = every[-1]
        scale = np.abs(logits).max()
        apart = max(np.abs(one - logits).max() for one in every) / scale
        accuracy = float((logits.argmax(1) == labels).mean())
        said = json.loads(metadata["outcome"])["testAccuracy"]
        again = mlp(tensors, x)
        error = None if again is None else np.abs(again - logits).max() / scale
        agrees = same and abs(accuracy - said) < 1e-12 and apart < 1e-4 and (error is None or error < 1e-4)
        wrong += not agrees
        second = "" if error is None else f", {'PyTorch' if torch else 'NumPy'} from safetensors within {error:.1e}"
        print(
            f"{'ok  ' if agrees else 'DIFFERS'} {model['name']}: {len(tensors)} tensors and {len(metadata)} facts "
            f"{'equal' if same else 'DIFFERENT'}; test accuracy {accuracy:.4f}, said {said:.4f}; "
            f"batches of {sizes} within {apart:.1e}{second}"
        )
    print(f"onnxruntime {onnxruntime.__version__}, {len(models) - wrong} of {len(models)} agree")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
