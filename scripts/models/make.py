#!/usr/bin/env python3
"""Writes the ONNX files that the importer is tested on, and what PyTorch says of them: test/fixtures/models/.

    /usr/bin/python3 scripts/models/make.py            # all of the committed files
    /usr/bin/python3 scripts/models/make.py vit swin   # these alone
    /usr/bin/python3 scripts/models/make.py --full DIR # files of real size with random weights, not committed

README.md beside this file says what it needs. A golden file NAME.json says of NAME.onnx: the logits of the first
batch by the weights as they are, the losses of 20 steps of descent, and after them the running statistics, the
logits of the first batch and the norm of every parameter; all computed in float64 from the file's float32 weights.

The data come from a formula that any language computes exactly. Element i of the batch of step t (row-major, t from 0):

    images, rows:  u(i, t + 1), where u(i, s) = ((48271 i + 16807 s + 12345) mod 65521) / 65521 * 2 - 1 in float64,
                   then rounded to float32
    textured:      (q(i, t + 1) + q(j, t + 1)) / 2, where q squares what u divides: q(i, s) = (v v mod 65521) / 65521 * 2 - 1
                   with v = (48271 i + 16807 s + 12345) mod 65521, and j is the index of the element's block of 8x8 pixels
                   in a batch of shape [16, 3, height / 8, width / 8]; in float64, then rounded to float32
    tokens:        ((48271 i + 16807 (t + 1)) mod 65521) mod vocabulary
    labels:        (3 i + 7 t) mod classes

The first batch is that of step 0. Descent: SGD with momentum (PyTorch's: v = m v + g, w = w - r v), weight decay on
the parameters whose `decay` is true: weights of convolutions, linear layers and embeddings, class tokens and
positional parameters, but no biases and no scales and shifts. A file exported in train mode is trained in train mode
(BatchNormalization by batch statistics; Dropout and stochastic depth off, though the file keeps its Dropout nodes),
others in eval mode. Running variances are PyTorch's, of the unbiased variance n / (n - 1).
"""
import argparse
import copy
import json
import os
import sys
import warnings

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import nn
from torch.fx.experimental.optimization import fuse
from torch.nn.utils.fusion import fuse_linear_bn_eval
from torch.onnx import TrainingMode
from torchvision.models.swin_transformer import ShiftedWindowAttention

import networks
import others
import real

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "..", "..", "test", "fixtures", "models")
BATCH, STEPS, MOMENTUM, DECAY = 16, 20, 0.9, 5e-4
RATES, APART = (0.01, 0.005, 0.002), 5e-5
IMAGES = {"kind": "numbers", "shape": [3, 32, 32]}
TEXTURED = {"kind": "textured", "shape": [3, 32, 32]}
CHANNELS_LAST = {"kind": "numbers", "shape": [32, 32, 3]}
ROWS = {"kind": "numbers", "shape": [20]}
TOKENS = {"kind": "tokens", "shape": [12], "vocabulary": 50}

# How a file is exported: the network's mode, torch.onnx's, and whether constants are folded.
PRESERVE = {"name": "preserve", "train": True, "training": TrainingMode.PRESERVE, "folding": False}
PRESERVE_EVAL = {"name": "preserve-eval", "train": False, "training": TrainingMode.PRESERVE, "folding": False}
EVAL = {"name": "eval", "train": False, "training": TrainingMode.EVAL, "folding": True}
UNFOLDED = {"name": "eval-unfolded", "train": False, "training": TrainingMode.EVAL, "folding": False}
SKLEARN = {"name": "skl2onnx", "train": False, "write": others.as_skl2onnx}
KERAS_MLP = {"name": "tf2onnx", "train": False, "write": others.as_keras_mlp}
KERAS_CNN = {"name": "tf2onnx", "train": False, "write": others.as_keras_cnn}

# PyTorch's exporter since 2.9, whose optimizer folds BatchNormalization even of a network in train mode
DYNAMO = {"name": "dynamo", "train": False, "dynamo": {"external_data": False}}
DYNAMO_BESIDE = {"name": "dynamo", "train": False, "dynamo": {}}
DYNAMO_RAW = {"name": "dynamo-unoptimized", "train": False, "dynamo": {"external_data": False, "optimize": False}}

# name: (network, how exported, opset, input)
FIXTURES = {
    "mlp": (networks.mlp, PRESERVE, 17, ROWS),
    "mlp.eval": (networks.mlp, EVAL, 13, ROWS),
    "resnet18": (networks.resnet18, PRESERVE, 17, IMAGES),
    "resnet18.eval": (networks.resnet18, EVAL, 17, IMAGES),
    "resnet50": (networks.resnet50, PRESERVE, 13, IMAGES),
    "vgg11_bn": (networks.vgg11_bn, PRESERVE, 17, IMAGES),
    "vgg11_bn.eval": (networks.vgg11_bn, EVAL, 11, IMAGES),
    "mobilenet_v2": (networks.mobilenet_v2, PRESERVE, 17, IMAGES),
    "mobilenet_v2.eval": (networks.mobilenet_v2, EVAL, 17, IMAGES),
    "mobilenet_v3_small": (networks.mobilenet_v3_small, PRESERVE, 17, IMAGES),
    "efficientnet_b0": (networks.efficientnet_b0, PRESERVE_EVAL, 17, IMAGES),
    "efficientnet_b0.eval": (networks.efficientnet_b0, EVAL, 17, IMAGES),
    "densenet121": (networks.densenet121, PRESERVE, 11, IMAGES),
    "squeezenet1_1": (networks.squeezenet1_1, PRESERVE, 9, IMAGES),
    "shufflenet_v2": (networks.shufflenet_v2, PRESERVE, 17, IMAGES),
    "regnet_y": (networks.regnet_y, PRESERVE, 9, IMAGES),
    "googlenet": (networks.googlenet, PRESERVE, 17, TEXTURED),
    "convnext_tiny": (networks.convnext_tiny, EVAL, 17, IMAGES),
    "convnext_tiny.unfolded": (networks.convnext_tiny, UNFOLDED, 13, IMAGES),
    "vit": (networks.vit, EVAL, 17, IMAGES),
    "vit.unfolded": (networks.vit, UNFOLDED, 17, IMAGES),
    "swin": (networks.swin, EVAL, 17, IMAGES),
    "swin.unfolded": (networks.swin, UNFOLDED, 17, IMAGES),
    "mixer": (networks.Mixer, PRESERVE, 17, IMAGES),
    "text": (networks.Text, PRESERVE, 17, TOKENS),
    "text.eval": (networks.Text, EVAL, 13, TOKENS),
    "sklearn_mlp": (others.sklearn_mlp, SKLEARN, 15, ROWS),
    "keras_mlp": (others.keras_mlp, KERAS_MLP, 13, ROWS),
    "keras_cnn": (others.KerasCnn, KERAS_CNN, 13, CHANNELS_LAST),
    "mlp.dynamo": (networks.mlp, DYNAMO_BESIDE, 20, ROWS),
    "resnet18.dynamo": (networks.resnet18, DYNAMO, 18, IMAGES),
    "mobilenet_v2.dynamo": (networks.mobilenet_v2, DYNAMO_RAW, 20, IMAGES),
    "shufflenet_v2.dynamo": (networks.shufflenet_v2, DYNAMO, 22, IMAGES),
    "convnext_tiny.dynamo": (networks.convnext_tiny, DYNAMO, 24, IMAGES),
    "vit.dynamo": (networks.vit, DYNAMO, 20, IMAGES),
    "text.dynamo": (networks.Text, DYNAMO, 21, TOKENS),
}


def numbers(shape, step):
    i = np.arange(np.prod(shape), dtype=np.int64)
    u = ((i * 48271 + (step + 1) * 16807 + 12345) % 65521) / 65521 * 2 - 1
    return torch.from_numpy(u.astype(np.float32).reshape(shape))


def textured(shape, step):
    """Images whose means differ: by `numbers` alone deep networks' batch statistics barely do, and trajectories are chaotic."""
    n, c, h, w = np.indices(shape)
    j = ((n * shape[1] + c) * (shape[2] // 8) + h // 8) * (shape[3] // 8) + w // 8
    q = lambda i: ((i * 48271 + (step + 1) * 16807 + 12345) % 65521) ** 2 % 65521 / 65521 * 2 - 1
    return torch.from_numpy(((q(np.arange(n.size).reshape(shape)) + q(j)) / 2).astype(np.float32))


def tokens(shape, step, vocabulary):
    i = np.arange(np.prod(shape), dtype=np.int64)
    return torch.from_numpy((((i * 48271 + (step + 1) * 16807) % 65521) % vocabulary).reshape(shape))


def batch(given, step, size=BATCH):
    shape = [size, *given["shape"]]
    if given["kind"] == "tokens":
        return tokens(shape, step, given["vocabulary"])
    return (textured if given["kind"] == "textured" else numbers)(shape, step)


def labels(step, classes):
    return torch.tensor([(3 * i + 7 * step) % classes for i in range(BATCH)])


NORMS = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm)


def decayed(model):
    """The names of the parameters that decay: all but biases, scales and shifts."""
    scales = {id(p) for module in model.modules() if isinstance(module, NORMS) for p in module.parameters()}
    shrinks = lambda name, p: id(p) not in scales and not name.endswith(("bias", "layer_scale"))
    return {name for name, p in model.named_parameters() if shrinks(name, p)}


def perturb(model, given):
    """Makes every number of the start one that a wrong importer cannot guess: no zero biases, unit scales or fresh statistics.

    Linear layers are scaled to a deviation of 1 / sqrt(fan-in) at least, the last layer to logits of deviation 1 at least,
    without which the losses of small networks hardly move.
    Convolutions before a BatchNormalization are scaled up: the function stays, and narrow networks' trajectories, which
    are chaotic at the usual rates (the effective rate is rate / |w|^2), become well conditioned.
    """
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name not in decayed(model) or not p.any():
                p.add_(torch.randn_like(p) * (0.1 if p.dim() == 1 else 0.02))
        for module in model.modules():
            if isinstance(module, nn.Conv2d) and module.bias is None:
                module.weight.mul_(8 if given is TEXTURED else 4)
            if isinstance(module, nn.Linear):
                module.weight.mul_(max(1, 1 / (module.weight.std() * module.in_features**0.5)))
        norms = [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
        kept = [norm.momentum for norm in norms]
        for norm in norms:
            norm.momentum = None  # the mean of all batches so far
        model.train()
        for step in range(100, 104):
            model(batch(given, step))
        for norm, momentum in zip(norms, kept):
            norm.momentum = momentum
            norm.running_mean.add_(torch.randn_like(norm.running_mean) * 0.1 * norm.running_var.sqrt())
            norm.running_var.mul_(torch.rand_like(norm.running_var) + 0.6)
            norm.num_batches_tracked.fill_(4)
        spread = model.eval()(batch(given, 0)).std()
        last = [module for module in model.modules() if isinstance(module, (nn.Conv2d, nn.Linear))][-1]
        if spread < 1:
            last.weight.mul_(1 / spread)


def without_chance(model):
    model = copy.deepcopy(model)
    for module in model.modules():
        if isinstance(module, (nn.Dropout, nn.Dropout2d)) or type(module).__name__ == "StochasticDepth":
            module.p = 0.0
    return model


def export(model, given, how, opset, path):
    model = copy.deepcopy(model).train(how["train"])
    names = {"input_names": ["input"], "output_names": ["logits"], "opset_version": opset}
    if "write" in how:
        onnx.save(how["write"](model), path)
    elif "dynamo" in how:
        axes = ({0: torch.export.Dim("batch")},)
        torch.onnx.export(model, (batch(given, 0, 2),), path, dynamo=True, dynamic_shapes=axes, verbose=False, **names, **how["dynamo"])
        clean(path)
    else:
        axes = {"input": {0: "batch"}, "logits": {0: "batch"}}
        modes = {"training": how["training"], "do_constant_folding": how["folding"]}
        torch.onnx.export(model, batch(given, 0, 2), path, **names, **modes, dynamic_axes=axes)
    if "write" not in how and path.startswith(FOLDER):
        shorten(path)


def clean(path):
    """Takes out the new exporter's metadata, which quote the stack of this very script for every node."""
    file = onnx.load(path, load_external_data=False)
    graph = file.graph
    for part in [graph, *graph.node, *graph.initializer, *graph.value_info, *graph.input, *graph.output]:
        del part.metadata_props[:]
    onnx.save(file, path)


def shorten(path):
    """Gives the values of large graphs short names and their nodes none: half of the file, and nothing that is meant."""
    file = onnx.load(path, load_external_data=False)
    graph = file.graph
    if len(graph.node) < 90:
        return
    kept = {tensor.name for tensor in graph.initializer} | {value.name for value in [*graph.input, *graph.output]} | {""}
    short = {}
    name = lambda old: old if old in kept else short.setdefault(old, f"v{len(short)}")
    del graph.value_info[:]
    for node in graph.node:
        node.name = ""
        node.input[:] = [name(each) for each in node.input]
        node.output[:] = [name(each) for each in node.output]
    onnx.save(file, path)


def restore(path, model):
    """Puts the parameters and statistics into a file that the trace in train mode changed; returns whether it had."""
    file, state, changed = onnx.load(path), model.state_dict(), False
    for tensor in file.graph.initializer:
        if tensor.name in state:
            right = state[tensor.name].numpy()
            if not np.array_equal(numpy_helper.to_array(tensor), right):
                tensor.CopyFrom(numpy_helper.from_array(right, tensor.name))
                changed = True
    onnx.save(file, path)
    return changed


def file_tensors(path):
    graph = onnx.load(path).graph
    constants = [(node.output[0], node.attribute[0].t) for node in graph.node if node.op_type == "Constant" and node.attribute[0].name == "value"]
    return [(name, numpy_helper.to_array(t)) for name, t in [(t.name, t) for t in graph.initializer] + constants]


def adopt(path, model):
    """Gives the network the file's very numbers (folding rounds), and says which tensor of the file each parameter is."""
    there = [(name, x) for name, x in file_tensors(path) if x.dtype == np.float32]
    found, taken = [], set()
    for name, p in model.named_parameters():
        for other, x in there:
            turned = [y for y in (x, x.T, x.squeeze()) if y.size == p.numel() and tuple(y.shape) == tuple(p.shape)]
            near = [y for y in turned if np.allclose(y, p.detach().numpy(), rtol=1e-4, atol=1e-6)]
            if near and other not in taken:
                p.data = torch.from_numpy(near[0].copy())
                taken.add(other)
                found.append((name, other, near[0].shape != x.shape or near[0].strides != x.strides))
                break
        else:
            found.append((name, None, False))
    return found


def trajectory(model, given, rate, train, dtype, noise=0):
    """Losses, and the logits before and after, with the network that was trained; `noise` is relative, on its start."""
    model = without_chance(model).to(dtype)
    for p in model.parameters():
        p.data.mul_(1 + noise * torch.randn_like(p))
    shrinking = decayed(model)
    groups = [
        {"params": [p for name, p in model.named_parameters() if name in shrinking], "weight_decay": DECAY},
        {"params": [p for name, p in model.named_parameters() if name not in shrinking], "weight_decay": 0},
    ]
    optimizer = torch.optim.SGD(groups, lr=rate, momentum=MOMENTUM)
    inputs = lambda step: batch(given, step) if given["kind"] == "tokens" else batch(given, step).to(dtype)

    def evaluate():
        with torch.no_grad():
            return model.eval()(inputs(0)).double()

    before, losses = evaluate(), []
    model.train(train)
    for step in range(STEPS):
        loss = F.cross_entropy(model(inputs(step)), labels(step, before.shape[1]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    running = {name: x.double() for name, x in model.named_buffers() if "running" in name} if train else {}
    return {"before": before, "losses": losses, "after": evaluate(), "running": running, "model": model}


def discrepancy(a, b):
    """The largest relative difference of two trajectories; of tensors relative to their largest element."""
    apart = [abs(x - y) / abs(y) for x, y in zip(a["losses"], b["losses"])]
    pairs = [(a[at], b[at]) for at in ("before", "after")] + [(x, b["running"][name]) for name, x in a["running"].items()]
    return max(apart + [((x - y).abs().max() / y.abs().max()).item() for x, y in pairs])


def rounded(x):
    return [float("%.9g" % element) for element in x.reshape(-1).tolist()]


def golden(name, model, given, how, opset, found):
    train = how["train"] or how in (PRESERVE_EVAL, DYNAMO_RAW)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for rate in RATES:
            run = lambda *kind: trajectory(model, given, rate, train, *kind)
            right = run(torch.float64)
            apart = 0
            for kind in [(torch.float32,)] + [(torch.float64, 1e-7)] * 2:
                apart = max(apart, discrepancy(run(*kind), right)) if apart < APART else apart
            if apart < APART:
                break
        else:
            return None
        still = trajectory(model, given, 0, train, torch.float64)
        moved = max(abs(x - y) / y for x, y in zip(still["losses"], right["losses"]))
        if moved < 5e-3:
            return None
    shrinking = decayed(model)
    ends = dict(right["model"].named_parameters())
    describe = lambda n, other, turned: {
        "name": n, **({} if other == n else {"in": other}), **({"transposed": True} if turned else {}),
        "shape": list(ends[n].shape), "decay": n in shrinking, "norm": float("%.9g" % ends[n].norm().item()),
    }
    return {
        "file": name + ".onnx",
        "by": "PyTorch " + torch.__version__,
        "export": how["name"],
        "opset": opset,
        "input": given,
        "classes": right["before"].shape[1],
        **({"output": "output_probability"} if how is SKLEARN else {}),
        **({"softmax": True} if "write" in how else {}),
        "batch": BATCH,
        "train": train,
        "optimizer": {"rate": rate, "momentum": MOMENTUM, "weightDecay": DECAY},
        "discrepancy": float("%.2g" % apart),
        "moved": float("%.2g" % moved),
        "before": rounded(right["before"]),
        "losses": rounded(torch.tensor(right["losses"], dtype=torch.float64)),
        "after": rounded(right["after"]),
        "running": {n: rounded(x) for n, x in right["running"].items()},
        "parameters": [describe(*each) for each in found],
    }


def write_golden(path, document):
    """JSON with a line per field, and per parameter and running statistic."""
    line = lambda x: json.dumps(x, separators=(",", ":"))
    rows = []
    for key, value in document.items():
        if key == "parameters":
            value = "[\n" + ",\n".join(line(each) for each in value) + "\n]"
        elif key == "running":
            value = "{\n" + ",\n".join(line(n) + ":" + line(x) for n, x in value.items()) + "\n}"
        else:
            value = line(value)
        rows.append(line(key) + ":" + value)
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join(rows) + "\n}\n")


class FoldedAttention(ShiftedWindowAttention):
    def get_relative_position_bias(self):
        return self.relative_position_bias


def as_exported(model, how):
    """The network with the parameters that the file has, where the exporter folded several into one."""
    if how is EVAL:
        for module in model.modules():
            if isinstance(module, ShiftedWindowAttention):
                module.relative_position_bias = nn.Parameter(module.get_relative_position_bias().detach())
                module.relative_position_bias_table = None
                module.__class__ = FoldedAttention
    if how in (DYNAMO, DYNAMO_BESIDE) and isinstance(model, nn.Sequential):
        layers = list(model.eval())
        pairs = zip(layers, layers[1:] + [None])
        fused = [fuse_linear_bn_eval(a, b) if isinstance(b, nn.BatchNorm1d) else a for a, b in pairs]
        return nn.Sequential(*[layer for layer in fused if not isinstance(layer, nn.BatchNorm1d)])
    if how in (EVAL, DYNAMO, DYNAMO_BESIDE) and any(isinstance(module, nn.BatchNorm2d) for module in model.modules()):
        return fuse(model.eval())
    return model


def make(name, seed=17):
    """Tries seed after seed until the trajectory is well conditioned and moves, so that it tests something."""
    network, how, opset, given = FIXTURES[name]
    torch.manual_seed(seed)
    model = network()
    perturb(model, given)
    path = os.path.join(FOLDER, name + ".onnx")
    export(model, given, how, opset, path)
    changed = how["train"] and restore(path, model)
    model = as_exported(model, how)
    found = adopt(path, model)
    document = golden(name, model, given, how, opset, found)
    if document is None:
        return make(name, seed + 1)
    write_golden(os.path.join(FOLDER, name + ".json"), document)
    lost = [n for n, other, _ in found if other is None]
    if lost:
        sys.exit(f"{name}: not in the file: {lost}")
    weights = sum(p.numel() for p in model.parameters())
    size = os.path.getsize(path) + os.path.getsize(path[:-5] + ".json")
    rate, apart, losses = document["optimizer"]["rate"], document["discrepancy"], document["losses"]
    print(f"{name}: seed {seed}, {weights} weights, {size} bytes, rate {rate}, apart {apart}, moved {document['moved']}", end="")
    print(", statistics restored" if changed else "", flush=True)


def make_full(folder, names):
    """Files of real size, and beside each what PyTorch says of its first four images."""
    os.makedirs(folder, exist_ok=True)
    for name in names or real.FULL:
        network, how, size = real.FULL[name]
        torch.manual_seed(17)
        model, given, path = network(), {"kind": "numbers", "shape": [3, size, size]}, os.path.join(folder, name + ".onnx")
        export(model, given, globals()[how], 17, path)
        if how == "PRESERVE":
            restore(path, model)
        with torch.no_grad():
            logits = model.eval()(batch(given, 0, 4))
        about = {"file": name + ".onnx", "export": globals()[how]["name"], "opset": 17, "input": given, "classes": logits.shape[1]}
        write_golden(os.path.join(folder, name + ".json"), {**about, "batch": 4, "before": rounded(logits)})
        print(f"{name}: {sum(p.numel() for p in model.parameters())} weights, {os.path.getsize(path)} bytes", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--faults", action="store_true", help="write the files of faults instead (needs onnxruntime)")
    parser.add_argument("--full", metavar="DIR", help="write files of real size into DIR instead")
    asked = parser.parse_args()
    if asked.faults:
        import faults

        return faults.write(os.path.join(FOLDER, "faults"))
    torch.set_num_threads(1)
    os.makedirs(FOLDER, exist_ok=True)
    if asked.full:
        return make_full(asked.full, asked.names)
    new = int(torch.__version__.split(".")[0]) > 1
    for name in asked.names or FIXTURES:
        if ("dynamo" in FIXTURES[name][1]) == new:
            make(name)


if __name__ == "__main__":
    main()
