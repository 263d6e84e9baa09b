#!/usr/bin/env python3
"""What PyTorch says about the test cases, in float64: writes test/golden/*.json.

    node scripts/golden-cases.ts | /usr/bin/python3 scripts/golden.py

Needs PyTorch (Debian: apt-get install --no-install-recommends python3-torch python3-numpy). The cases come from
the tests themselves, so a golden file always answers the questions that are asked; each answer carries the hash
of its question.
"""
import base64
import json
import math
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

TYPES = {
    "float32": torch.float64,
    "float64": torch.float64,
    "int8": torch.int8,
    "uint8": torch.uint8,
    "int32": torch.int32,
    "int64": torch.int64,
    "bool": torch.bool,
}


def reduction(fold):
    return lambda x, axes, keepDims: fold(x, tuple(axes), keepDims)


def gemm(a, b, c=0, *, alpha, beta, transposeA, transposeB):
    return alpha * ((a.t() if transposeA else a) @ (b.t() if transposeB else b)) + beta * c


def byte_product(a, b, zero_a=0, zero_b=0):
    return (a.long() - zero_a) @ (b.long() - zero_b)


def around(x, pads, value=0.0):
    top, left, bottom, right = pads
    return F.pad(x, (left, right, top, bottom), value=value)


def convolution(x, w, strides, pads, dilations, groups):
    return F.conv2d(around(x, pads), w, None, strides, 0, dilations, groups)


def transposed_convolution(x, w, strides, pads, dilations, groups, size):
    top, left, bottom, right = pads
    covered = [(n - 1) * s + d * (k - 1) + 1 for n, s, d, k in zip(x.shape[2:], strides, dilations, w.shape[2:])]
    missed = [size[0] + top + bottom - covered[0], size[1] + left + right - covered[1]]
    padded = F.conv_transpose2d(x, w, None, strides, 0, missed, groups, dilations)
    return padded[:, :, top : top + size[0], left : left + size[1]]


def max_pool(x, kernel, strides, pads, dilations):
    return F.max_pool2d(around(x, pads, -math.inf), kernel, strides, 0, dilations)


def filter_gradient(x, dy, kernel, **settings):
    """What reaches filters of zeros: a convolution is linear in them."""
    w = torch.zeros(dy.shape[1], x.shape[1] // settings["groups"], *kernel, dtype=x.dtype, requires_grad=True)
    return torch.autograd.grad((convolution(x, w, **settings) * dy).sum(), w, create_graph=True)[0]


def max_pool_gradient(x, dy, **settings):
    z = x.detach().clone().requires_grad_()
    return torch.autograd.grad((max_pool(z, **settings) * dy).sum(), z, create_graph=True)[0]


def max_pool_positions(x, kernel, strides, pads, dilations):
    padded = around(x, pads, -math.inf)
    _, at = F.max_pool2d(padded, kernel, strides, 0, dilations, return_indices=True)
    row, column = at // padded.shape[3] - pads[0], at % padded.shape[3] - pads[1]
    plane = torch.arange(x.shape[0] * x.shape[1]).reshape(x.shape[0], x.shape[1], 1, 1)
    return (plane * x.shape[2] + row) * x.shape[3] + column


def average_pool(x, kernel, strides, pads, countPads):
    pool = lambda x: F.avg_pool2d(around(x, pads), kernel, strides)
    return pool(x) if countPads else pool(x) / pool(torch.ones_like(x))


def part(x, starts, ends, axes, steps):
    which = [slice(None)] * x.dim()
    for start, end, axis, step in zip(starts, ends, axes, steps):
        which[axis] = slice(start, end, step)
    return x[tuple(which)]


def padded(x, pads, value=0.0):
    pairs = [(pads[axis], pads[axis + x.dim()]) for axis in range(x.dim())]
    return F.pad(x, [count for pair in reversed(pairs) for count in pair], value=value)


def gather(x, indices, axis=0):
    taken = x.index_select(axis, indices.reshape(-1))
    return taken.reshape(*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])


def clip(x, min, max):
    return F.hardtanh(x, -math.inf if min is None else min, math.inf if max is None else max)


OPERATIONS = {
    "add": torch.add,
    "subtract": torch.sub,
    "multiply": torch.mul,
    "divide": torch.div,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "negate": torch.neg,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "acos": torch.acos,
    "erf": torch.erf,
    "abs": torch.abs,
    "power": lambda x, exponent: torch.pow(x, exponent),
    "clip": clip,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "equal": torch.eq,
    "greater": torch.gt,
    "where": torch.where,
    "sum": reduction(lambda x, axes, keep: x.sum(axes, keep)),
    "mean": reduction(lambda x, axes, keep: x.mean(axes, keep)),
    "max": reduction(lambda x, axes, keep: x.amax(axes, keep)),
    "argMax": lambda x, axis: x.argmax(axis),
    "matmul": torch.matmul,
    "gemm": gemm,
    "byteProduct": byte_product,
    "reshape": lambda x, shape: x.reshape(shape),
    "permuteAxes": lambda x, axes: x.permute(axes),
    "broadcastTo": lambda x, shape: x.expand(shape),
    "gather": gather,
    "cast": lambda x, to: x.to(TYPES[to]),
    "logSoftmax": lambda x, axis: torch.log_softmax(x, axis),
    "softmax": lambda x, axis: torch.softmax(x, axis),
    "convolution": convolution,
    "transposedConvolution": transposed_convolution,
    "maxPool": max_pool,
    "maxPoolPositions": max_pool_positions,
    "averagePool": average_pool,
    "filterGradient": filter_gradient,
    "maxPoolGradient": max_pool_gradient,
    "batchNormalize": lambda x, epsilon: F.batch_norm(x, None, None, training=True, eps=epsilon),
    "layerNormalize": lambda x, axis, epsilon: F.layer_norm(x, x.shape[axis:], eps=epsilon),
    "concat": lambda *parts, axis: torch.cat(parts, axis),
    "slice": part,
    "pad": padded,
    "scatterAdd": lambda x, positions, numbers: x.scatter_add(0, positions, numbers),
}


def tensor(given, dtype=torch.float64):
    return torch.tensor(given["data"], dtype=dtype).reshape(given["shape"])


def numbers(x):
    return [float(element) for element in x.detach().double().reshape(-1)]


def operation_answer(case):
    """The result, and the gradients of sum(weights result); null where PyTorch has none."""
    operands = [tensor(given, TYPES[given["type"]]) for given in case["operands"]]
    for x, given in zip(operands, case["operands"]):
        x.requires_grad_(given["type"].startswith("float"))
    y = OPERATIONS[case["operation"]](*operands, **case["attributes"])
    if y.requires_grad:
        (y * tensor(case["weights"])).sum().backward()
    return {"hash": case["hash"], "y": numbers(y), "gradients": [None if x.grad is None else numbers(x.grad) for x in operands]}


class TensorFlowRMSProp(torch.optim.Optimizer):
    """tf.train.RMSPropOptimizer(rate, decay=0.9, momentum, epsilon=1.0), from its documentation; mean squares start at one."""

    def __init__(self, groups, momentum):
        super().__init__(groups, {"lr": 1, "momentum": momentum, "weight_decay": 0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                state = self.state[w]
                squares = state.setdefault("squares", torch.ones_like(w))
                velocity = state.setdefault("velocity", torch.zeros_like(w))
                slope = w.grad + group["weight_decay"] * w
                squares.lerp_(slope**2, 1 - 0.9)
                velocity.mul_(group["momentum"]).add_(group["lr"] * slope / (squares + 1.0).sqrt())
                w -= velocity


def step_answer(case):
    """Ten steps from the same start: the loss of each before its update, the parameters after one and after all."""
    recipe = case["recipe"]
    w = {p["name"]: torch.tensor(p["start"], dtype=torch.float64).reshape(p["shape"]).requires_grad_() for p in case["parameters"]}
    groups = [
        {"params": [x for name, x in w.items() if name.endswith(".weight")], "weight_decay": recipe["weightDecay"]},
        {"params": [x for name, x in w.items() if name.endswith(".bias")], "weight_decay": 0},
    ]
    if recipe["optimizer"] == "adam":
        optimizer = torch.optim.Adam(groups, lr=1)
    elif recipe["optimizer"] == "adamw":
        optimizer = torch.optim.AdamW(groups, lr=1)
    elif recipe["optimizer"] == "rmsprop":
        optimizer = TensorFlowRMSProp(groups, recipe["momentum"])
    else:
        optimizer = torch.optim.SGD(groups, lr=1, momentum=recipe["momentum"], nesterov=recipe["nesterov"])
    images = torch.tensor(case["images"], dtype=torch.float64).reshape(len(case["labels"]), -1)
    labels = torch.tensor(case["labels"])
    losses, first, norms = [], None, []
    for step, rate in enumerate(case["rates"]):
        for group in optimizer.param_groups:
            group["lr"] = rate
        kept = [at for at, weight in enumerate(case["weights"][step]) if weight == 1]
        rows = torch.tensor([case["indices"][step][at] for at in kept])
        hidden = torch.relu(images[rows] @ w["hidden.weight"].T + w["hidden.bias"])
        if case["masks"]:
            hidden = hidden * torch.tensor(case["masks"][step], dtype=torch.float64).reshape(-1, hidden.shape[1])[kept]
        logits = hidden @ w["output.weight"].T + w["output.bias"]
        loss = F.cross_entropy(logits, labels[rows], label_smoothing=recipe.get("labelSmoothing", 0.0))
        optimizer.zero_grad()
        loss.backward()
        if "clipNorm" in recipe:
            norms.append(torch.nn.utils.clip_grad_norm_(w.values(), recipe["clipNorm"]).item())
        optimizer.step()
        losses.append(loss.item())
        if step == 0:
            first = {name: numbers(x) for name, x in w.items()}
    answer = {"hash": case["hash"], "losses": losses, "first": first, "last": {name: numbers(x) for name, x in w.items()}}
    if norms:
        answer["norms"] = norms
    if "learningRateWarmup" in recipe:
        answer["rates"] = scheduled_rates(recipe, len(case["labels"]) // recipe["batch"])
    return answer


def scheduled_rates(recipe, steps_per_epoch):
    """The rate of every step of a training, by PyTorch's own schedulers."""
    total = recipe["epochs"] * steps_per_epoch
    base, warmup = recipe["learningRate"], recipe["learningRateWarmup"]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    schedules = torch.optim.lr_scheduler
    if recipe["learningRateDecay"] == "cosine":
        decay = schedules.CosineAnnealingLR(optimizer, total - warmup, eta_min=base * recipe["learningRateFloor"])
    else:
        decay = schedules.StepLR(optimizer, recipe["learningRateDecayEvery"], recipe["learningRateDecay"])
    if warmup > 0:
        rise = schedules.LinearLR(optimizer, 1 / warmup, 1, warmup - 1)
        decay = schedules.SequentialLR(optimizer, [rise, decay], [warmup])
    rates = []
    for _ in range(total):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        decay.step()
    return rates


def floats(encoded):
    return torch.from_numpy(np.frombuffer(base64.b64decode(encoded), dtype="<f4").astype(np.float64))


def sampled(size):
    """Which elements of a tensor are compared one by one."""
    return sorted({at * (size - 1) // 23 for at in range(24)})


def same_pads(x, kernel, stride, value=0.0):
    """TensorFlow's SAME: as many windows as size / stride, rounded up; the odd row and column come after."""
    pads = []
    for size in (x.shape[3], x.shape[2]):
        total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


class Network:
    """The paper's networks, from PyTorch's own layers; `w` are the parameters, `averages` those of the batch norms."""

    def __init__(self, w, normalized):
        self.w, self.normalized, self.training = w, normalized, True
        self.averages = {}
        if normalized:
            for name in w:
                if name.endswith(".bias") and not name.startswith("output"):
                    self.averages[name[: -len("bias")] + "mean"] = torch.zeros_like(w[name])
                    self.averages[name[: -len("bias")] + "variance"] = torch.ones_like(w[name])

    def conv(self, x, name, kernel, stride=1):
        bias = self.w[name + ".bias"]
        y = F.conv2d(same_pads(x, kernel, stride), self.w[name + ".weight"], None if self.normalized else bias, stride)
        if self.normalized:
            mean, variance = self.averages[name + ".mean"], self.averages[name + ".variance"]
            y = F.batch_norm(y, mean, variance, None, bias, self.training, 0.1, 1e-3)
        return torch.relu(y)

    def pool(self, x):
        return F.max_pool2d(same_pads(x, 3, 2, -math.inf), 3, 2)

    def dense(self, x, name):
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def alexnet(self, x):
        for name in ("conv1", "conv2"):
            x = F.local_response_norm(self.pool(self.conv(x, name, 5)), 9, 0.001, 0.75, 1.0)
        x = torch.relu(self.dense(x.flatten(1), "hidden1"))
        return self.dense(torch.relu(self.dense(x, "hidden2")), "output")

    def inception(self, x):
        x = self.conv(x, "conv1", 3)
        for at in range(2, 12):
            module = "module%d" % at
            three = lambda stride: self.conv(x, module + ".conv3x3", 3, stride)
            if at in (4, 9):
                x = torch.cat([three(2), self.pool(x)], 1)
            else:
                x = torch.cat([self.conv(x, module + ".conv1x1", 1), three(1)], 1)
        return self.dense(x.mean((2, 3)), "output")


def network_answer(case):
    """Ten steps of a whole network: losses, how tensors changed in one and in all, and the losses in evaluation."""
    recipe = case["recipe"]
    starts = {p["name"]: floats(p["start"]).reshape(p["shape"]) for p in case["parameters"]}
    w = {name: start.clone().requires_grad_() for name, start in starts.items()}
    network = Network(w, case["model"] == "inception")
    forward = network.alexnet if case["model"] == "alexnet" else network.inception
    groups = [
        {"params": [x for name, x in w.items() if name.endswith(".weight")], "weight_decay": recipe["weightDecay"]},
        {"params": [x for name, x in w.items() if name.endswith(".bias")], "weight_decay": 0},
    ]
    optimizer = torch.optim.SGD(groups, lr=1, momentum=recipe["momentum"])
    images = floats(case["images"]).reshape(-1, *case["example"])
    labels = torch.tensor(case["labels"])
    before = {**starts, **{name: x.clone() for name, x in network.averages.items()}}
    losses, first = [], None

    def changes():
        moved = {name: (x.detach() - before[name]).reshape(-1) for name, x in {**w, **network.averages}.items()}
        return {name: {"sum": x.sum().item(), "norm": x.norm().item(), "elements": numbers(x[sampled(len(x))])} for name, x in moved.items()}

    for rows, rate in zip(case["indices"], case["rates"]):
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = F.cross_entropy(forward(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        first = first or changes()
    network.training = False
    with torch.no_grad():
        evaluation = F.cross_entropy(forward(images), labels, reduction="none")

    return {
        "hash": case["hash"],
        "losses": losses,
        "first": first,
        "last": changes(),
        "evaluation": numbers(evaluation),
    }


def initialization_answer(name, inputs, units):
    """Largest size and standard deviation of a weight matrix and its biases, drawn by torch.nn.init."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(inputs, units).double()
    if name == "he-normal":
        torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    elif name == "he-uniform":
        torch.nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    elif name == "glorot-uniform":
        torch.nn.init.xavier_uniform_(layer.weight)
    if name != "pytorch":
        torch.nn.init.zeros_(layer.bias)
    facts = lambda x: {"largest": x.abs().max().item(), "deviation": math.sqrt((x * x).mean().item())}
    return {"inputs": inputs, "units": units, "weight": facts(layer.weight), "bias": facts(layer.bias)}


def rotation_answer(case):
    """An image turned counter-clockwise about its center, bilinear, 0 outside: its grid runs from -1 to 1 on both axes."""
    _, height, width = case["shape"]
    angle = math.radians(case["degrees"])
    cosine, sine, ratio = math.cos(angle), math.sin(angle), height / width
    turn = torch.tensor([[[cosine, -sine * ratio, 0], [sine / ratio, cosine, 0]]], dtype=torch.float64)
    image = torch.tensor(case["image"], dtype=torch.float64).reshape(1, *case["shape"])
    grid = F.affine_grid(turn, image.shape, align_corners=False)
    turned = F.grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return {"hash": case["hash"], "y": numbers(turned)}


def write(name, answers):
    path = os.path.join(os.path.dirname(__file__), "..", "test", "golden", name)
    with open(path, "w") as file:
        rows = ",\n".join(json.dumps(key) + ": " + json.dumps(answer, separators=(",", ":")) for key, answer in answers.items())
        file.write("{\n" + rows + "\n}\n")
    print(f"{os.path.normpath(path)}: {len(answers)} answers of PyTorch {torch.__version__}")


if __name__ == "__main__":
    questions = json.load(sys.stdin)
    torch.set_num_threads(1)
    write("operations.json", {case["name"]: operation_answer(case) for case in questions["operations"]})
    write("steps.json", {case["title"]: step_answer(case) for case in questions["steps"]})
    write("networks.json", {case["model"]: network_answer(case) for case in questions["networks"]})
    write("initialization.json", {name: initialization_answer(name, 600, 400) for name in questions["initializations"]})
    write("rotations.json", {case["title"]: rotation_answer(case) for case in questions["rotations"]})
