"""A tiny file for each fault that importers of ONNX files for training meet, and what a right importer does with it.

Written to test/fixtures/models/faults/ by make.py --faults: NN-name.onnx, NN the number of the fault, and faults.json:

    right        imports (it is sound), reports (imported, with a finding), asks (an option must say which),
                 refuses (an error that names the node or tensor and says what to do)
    says         what the importer must do, in words
    trains       the initializers that train, where the file can be imported
    input        the shape of an example; `tokens` where it is integers below that number
    output       what onnxruntime computes for the first four examples (make.py's formula, step 0), by name of the output
    losses       of five steps of descent by PyTorch in float64 (rate 0.1, no momentum or decay, the logits' cross-entropy,
                 labels (3 i + 7 t) mod classes), where gradients are what the fault is about
    running      BatchNormalization's statistics after one step in training on the first batch, by both conventions

All networks are deliberately as small as the fault allows; weights are drawn from one seed.
"""
import json
import os

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

import others

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
ROW, IMAGE, CLASSES, BATCH = [8], [3, 8, 8], 4, 4
draws = np.random.RandomState(17)
entries, folder = [], None


def draw(*shape, scale=0.5):
    return (draws.standard_normal(shape) * scale).astype(np.float32)


def near_one(*shape):
    return (1 + draws.uniform(-0.4, 0.4, shape)).astype(np.float32)


def first_batch(shape, step=0, size=BATCH):
    i = np.arange(size * int(np.prod(shape)))
    return (((i * 48271 + (step + 1) * 16807 + 12345) % 65521) / 65521 * 2 - 1).astype(np.float32).reshape(size, *shape)


def first_tokens(shape, vocabulary, step=0):
    i = np.arange(BATCH * int(np.prod(shape)))
    return (((i * 48271 + (step + 1) * 16807) % 65521) % vocabulary).reshape(BATCH, *shape)


def node(kind, given, made, domain="", **settings):
    """Names of inputs and outputs in one string each; "-" is an input that is left out."""
    names = lambda text: ["" if name == "-" else name for name in text.split()]
    return helper.make_node(kind, names(given), names(made), kind + "_" + made.split()[0], domain=domain, **settings)


def tensor(x, name):
    return x if isinstance(x, TensorProto) else numpy_helper.from_array(np.asarray(x), name)


def add(name, right, says, nodes, weights, trains=(), *, shape=ROW, opset=17, outputs=None, tokens=None, kind=FLOAT, batch="batch", runs=True, more=None, domains=None, listed=False, ir=None, functions=(), extra=None):
    """Writes a file whose input is `x` and whose last node's outputs are the graph's, if `outputs` names no others."""
    given = [helper.make_tensor_value_info("x", INT64 if tokens else kind, [batch, *shape])]
    tensors = [tensor(x, n) for n, x in weights.items()]
    if listed:
        given += [helper.make_tensor_value_info(t.name, t.data_type, list(t.dims)) for t in tensors]
    given += more or []
    made = outputs or [nodes[-1].output[0]]
    made = [each if not isinstance(each, str) else helper.make_tensor_value_info(each, kind, [batch, CLASSES]) for each in made]
    graph = helper.make_graph(nodes, "fault", given, made, tensors)
    imports = [helper.make_opsetid("", opset)] + [helper.make_opsetid(*each) for each in (domains or {}).items()]
    version = ir or (3 if listed else 10 if opset > 20 else 8)
    file = helper.make_model(graph, opset_imports=imports, ir_version=version, producer_name="shatter", functions=functions)
    path = os.path.join(folder, name + ".onnx")
    onnx.save(file, path)
    entry = {"file": name + ".onnx", "fault": int(name[:2]), "opset": opset, "right": right, "says": says}
    if right != "refuses":
        entry["trains"] = sorted(trains)
        entry["input"] = list(shape)
    if tokens:
        entry["tokens"] = tokens
    if runs and right != "refuses":
        entry["output"] = answers(path, shape, tokens, batch)
    entries.append({**entry, **(extra or {})})


def rounded(x):
    return [float("%.9g" % each) for each in np.asarray(x, np.float64).reshape(-1)]


def answers(path, shape, tokens, batch):
    """onnxruntime's, with BatchNormalization and Dropout brought back from training."""
    file = onnx.load(path)
    for each in file.graph.node:
        if each.op_type == "BatchNormalization":
            kept = [a for a in each.attribute if a.name != "training_mode"]
            del each.attribute[:], each.output[1:]
            each.attribute.extend(kept)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    onnx.save(file, path + ".run")
    try:
        session = onnxruntime.InferenceSession(path + ".run", options)
        x = first_tokens(shape, tokens) if tokens else first_batch(shape)
        if isinstance(batch, int):
            x = x[:batch]
        given = session.get_inputs()[0]
        x = x.astype(np.float16) if given.type == "tensor(float16)" else x.astype(np.float64) if given.type == "tensor(double)" else x
        made = session.run(None, {given.name: x})
    finally:
        os.remove(path + ".run")
    names = [each.name for each in session.get_outputs()]
    return {n: rounded(y) for n, y in zip(names, made) if isinstance(y, np.ndarray)}


def losses(forward, weights, trains, shape=ROW, tokens=None):
    """Of five steps of descent, in float64."""
    w = {n: torch.tensor(np.asarray(x)).double().requires_grad_(n in trains) for n, x in weights.items()}
    made = []
    for step in range(5):
        x = torch.tensor(first_tokens(shape, tokens, step)) if tokens else torch.tensor(first_batch(shape, step)).double()
        labels = torch.tensor([(3 * i + 7 * step) % CLASSES for i in range(BATCH)])
        loss = F.cross_entropy(forward(w, x), labels)
        made.append(loss.item())
        trained = [w[n] for n in trains]
        for p, g in zip(trained, torch.autograd.grad(loss, trained)):
            p.data -= 0.1 * g
    return rounded(made)


def head(last, features, weights, *, name="head"):
    """A linear layer to the classes on rows of features."""
    weights.update({name + ".weight": draw(CLASSES, features), name + ".bias": draw(CLASSES)})
    return node("Gemm", f"{last} {name}.weight {name}.bias", "logits", transB=1)


def pooled_head(last, channels, weights):
    return [node("GlobalAveragePool", last, "pooled"), node("Flatten", "pooled", "features"), head("features", channels, weights)]


def convolution(weights, name="conv", given="x", made="conv_y", inputs=3, channels=4, bias=True, kernel=3, **settings):
    weights[name + ".weight"] = draw(channels, inputs, kernel, kernel)
    if bias:
        weights[name + ".bias"] = draw(channels)
    settings = settings if "auto_pad" in settings or "pads" in settings else {"pads": [kernel // 2] * 4, **settings}
    return node("Conv", f"{given} {name}.weight" + f" {name}.bias" * bias, made, kernel_shape=[kernel, kernel], **settings)


def normalization(weights, name="bn", given="conv_y", made="bn_y", channels=4, **settings):
    weights.update({name + ".scale": near_one(channels), name + ".shift": draw(channels)})
    weights.update({name + ".mean": draw(channels, scale=0.2), name + ".variance": near_one(channels)})
    return node("BatchNormalization", f"{given} {name}.scale {name}.shift {name}.mean {name}.variance", made, **settings)


LINEAR = ["head.weight", "head.bias"]
CONV = ["conv.weight", "conv.bias", *LINEAR]
NORM = ["conv.weight", "bn.scale", "bn.shift", *LINEAR]


def rows(name, right, says, kind, opset=17, *, middle=None, **settings):
    """hidden -> an operation -> head, on rows."""
    weights = {"hidden.weight": draw(8, 8), "hidden.bias": draw(8)}
    more = settings.pop("weights", {})
    nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1)]
    nodes += middle if middle is not None else [node(kind, "h", "y")]
    nodes.append(head("y", 8, weights))
    add(name, right, says, nodes, {**weights, **more}, ["hidden.weight", "hidden.bias", *LINEAR], opset=opset, **settings)


def images(name, right, says, middle, opset=17, *, channels=4, weights=None, trains=CONV, **settings):
    """convolution -> an operation from conv_y to y -> pool -> head, on images."""
    own = {}
    nodes = [convolution(own), *middle, *pooled_head("y", channels, own)]
    add(name, right, says, nodes, {**own, **(weights or {})}, trains, shape=IMAGE, opset=opset, **settings)


def lost_at_export():
    w = {}
    nodes = [convolution(w, "conv1", made="a"), node("Relu", "a", "b"), convolution(w, "conv2", "b", "c", 4)]
    nodes += [node("Relu", "c", "d"), *pooled_head("d", 4, w)]
    says = "Imports; says that every convolution has a bias and no BatchNormalization follows any, so that it was probably folded away, what that means, and offers to put it back."
    add("01-batch-norm-folded", "reports", says, nodes, w, w.keys(), shape=IMAGE)

    w = {}
    nodes = [convolution(w, "conv1", made="a"), node("Relu", "a", "b"), convolution(w, "conv2", "b", "conv_y", 4, bias=False)]
    nodes += [node("Concat", "conv_y b", "both", axis=1), normalization(w, given="both", channels=8), node("Relu", "bn_y", "d"), *pooled_head("d", 8, w)]
    says = "Imports; one BatchNormalization is left, as in DenseNets, where the others were folded: says that conv1 has a bias and none, and that bn trains."
    trains = ["conv1.weight", "conv1.bias", "conv2.weight", "bn.scale", "bn.shift", *LINEAR]
    add("01-batch-norm-partly-folded", "reports", says, nodes, w, trains, shape=IMAGE)

    rows("02-dropout-removed", "reports", "Imports; says that the file has no Dropout, that exporters remove it, and how to state its rate; assumes none without saying so.", "Relu")
    drop = [node("Relu", "h", "r"), node("Dropout", "r ratio training", "y")]
    says = "Imports; Dropout trains with the rate of its input, 0.3, and does nothing in evaluation."
    rows("02-dropout-kept", "imports", says, None, middle=drop, weights={"ratio": np.float32(0.3), "training": np.array(False)})
    says = "Imports; the rate is the operator's default, 0.5."
    rows("02-dropout-default-rate", "imports", says, None, middle=[drop[0], node("Dropout", "r", "y")])

    nodes = [node("GlobalAveragePool", "x", "pooled"), node("Flatten", "pooled", "features"), node("Softmax", "features", "y")]
    outputs = [helper.make_tensor_value_info("y", FLOAT, ["batch", 3])]
    says = "Refuses: no initializer stands where an operator has a weight, so there is nothing to train."
    add("03-no-parameters", "refuses", says, nodes, {}, shape=IMAGE, outputs=outputs)
    w = {}
    nodes = [node("MatMul", "x w", "h"), head("h", 8, w)]
    more = [helper.make_tensor_value_info("w", FLOAT, [8, 8])]
    says = "Refuses: the input w has no values in the file; says that the export left the weights out (export_params=False)."
    add("03-weights-not-in-file", "refuses", says, nodes, w, more=more)


def what_trains():
    kernel, bias = draw(8, CLASSES), draw(CLASSES)
    constant = lambda name, **value: helper.make_node("Constant", [], [name], "Constant_" + name, **value)
    nodes = [constant("w", value=numpy_helper.from_array(kernel)), constant("b", value=numpy_helper.from_array(bias))]
    nodes += [node("MatMul", "x w", "h"), node("Add", "h b", "logits")]
    add("04-constant-nodes", "imports", "Imports: the tensors of Constant nodes in weights' places train as initializers do.", nodes, {}, ["w", "b"])
    nodes = [constant("w", value=numpy_helper.from_array(kernel)), constant("b", value_floats=[float(x) for x in bias]), *nodes[2:]]
    add("04-constant-floats", "imports", "Imports: value_floats is a form of Constant too.", nodes, {}, ["w", "b"])

    w = {"running_mean": draw(8, 8), "const_17": draw(8), "42": draw(CLASSES, 8), "input.bias_not": draw(CLASSES)}
    nodes = [node("Gemm", "x running_mean const_17", "h", transB=1), node("Relu", "h", "r"), node("Gemm", "r 42 input.bias_not", "logits", transB=1)]
    add("05-misleading-names", "imports", "Imports; all four train: the place decides, not the name.", nodes, w, w.keys())
    w = {"table": draw(11, 6)}
    nodes = [node("Gather", "table x", "e"), node("ReduceMean", "e", "m", axes=[1], keepdims=0), head("m", 6, w)]
    add("05-embedding", "imports", "Imports; the table that tokens index trains, with its rows' gradients added.", nodes, w, w.keys(), shape=[5], tokens=11)
    ln = [node("LayerNormalization", "h scale shift", "y", epsilon=1e-4)]
    w = {"scale": near_one(8), "shift": draw(8), "hidden.weight": draw(8, 8), "hidden.bias": draw(8)}
    nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1), *ln, head("y", 8, w)]
    add("05-layer-norm", "imports", "Imports; scale and shift train, without weight decay.", nodes, w, w.keys())
    scalars = [node("Mul", "h half", "m"), node("Add", "m one", "y")]
    rows("05-scalar-constants", "imports", "Imports; the scalars 0.5 and 1 are the formula's and do not train.", None, middle=scalars, weights={"half": np.float32(0.5), "one": np.float32(1)})
    w = {"positions": draw(5, 6), "table": draw(11, 6), "gamma": near_one(6)}
    nodes = [node("Gather", "table x", "e"), node("Add", "e positions", "p"), node("Mul", "p gamma", "s"), node("ReduceMean", "s", "m", axes=[1], keepdims=0), head("m", 6, w)]
    add("05-positions-and-scale", "imports", "Imports; a tensor that is added or multiplied, of more than one element, trains: positions (with decay), a layer's scale (without).", nodes, w, w.keys(), shape=[5], tokens=11)

    own = {}
    nodes = [convolution(own, bias=False), normalization(own), node("Relu", "bn_y", "r"), *pooled_head("r", 4, own)]
    says = "Imports; scale and shift train, mean and variance are state: no gradient, no decay, no optimizer."
    add("06-running-statistics", "imports", says, nodes, own, NORM, shape=IMAGE)


def running(weights, momentum):
    """Of `bn` after its first batch in training: ONNX's variance is the batch's own, PyTorch's of n - 1."""
    w = {n: torch.tensor(x).double() for n, x in weights.items()}
    y = F.conv2d(torch.tensor(first_batch(IMAGE)).double(), w["conv.weight"], padding=1)
    old = lambda name, new: rounded(momentum * w[name] + (1 - momentum) * new)
    variances = {kind: old("bn.variance", y.var((0, 2, 3), unbiased=kind == "unbiased")) for kind in ("biased", "unbiased")}
    return {"running": {"mean": old("bn.mean", y.mean((0, 2, 3))), **{kind + "Variance": x for kind, x in variances.items()}}}


def batch_normalization():
    says = "Imports; the running statistics keep the stated part of the old: momentum {0} is PyTorch's {1:.2g}."
    for name, momentum, settings in (("07-momentum", 0.99, {"momentum": 0.99, "epsilon": 1e-3}), ("07-momentum-default", 0.9, {})):
        own = {}
        nodes = [convolution(own, bias=False), normalization(own, **settings), node("Relu", "bn_y", "r"), *pooled_head("r", 4, own)]
        add(name, "imports", says.format(momentum, 1 - momentum), nodes, own, NORM, shape=IMAGE, extra=running(own, momentum))

    own = {}
    nodes = [convolution(own, bias=False), normalization(own, made="bn_y bn_mean bn_var", training_mode=1), node("Relu", "bn_y", "r"), *pooled_head("r", 4, own)]
    says = "Imports; it is in training mode in the file, as PyTorch's PRESERVE export writes it: trains by batch statistics and evaluates by the running ones, and says so, since other runtimes would not."
    add("08-training-mode", "reports", says, nodes, own, NORM, shape=IMAGE)
    own = {}
    nodes = [convolution(own, bias=False), normalization(own, made="bn_y bn_mean bn_var saved_mean saved_var"), node("Relu", "bn_y", "r"), *pooled_head("r", 4, own)]
    add("08-five-outputs", "reports", "Imports; five outputs are the training form before opset 14.", nodes, own, NORM, shape=IMAGE, opset=9)
    own = {}
    nodes = [convolution(own, bias=False), normalization(own, training_mode=1, made="bn_y bn_mean bn_var"), node("Relu", "bn_y", "r"), *pooled_head("r", 4, own)]
    vectors = [helper.make_tensor_value_info(n, FLOAT, [4]) for n in ("bn_mean", "bn_var")]
    says = "Imports; the new statistics are outputs of the graph too, as exporters of training graphs leave them: they are no second head."
    add("08-statistics-as-outputs", "reports", says, nodes, own, NORM, shape=IMAGE, outputs=["logits", *vectors], runs=False)


def shared_weights():
    w = {"onnx::MatMul_7": draw(8, 8)}
    nodes = [node("MatMul", "x onnx::MatMul_7", "h"), node("Relu", "h", "r"), head("r", 8, w)]
    says = "Imports; a weight that the exporter transposed and renamed trains like any other, with the fan-in of its place: 8 rows."
    add("09-transposed-and-renamed", "imports", says, nodes, w, w.keys())
    w = {"fc.weight": draw(6, 8)}
    nodes = [node("Transpose", "fc.weight", "wt", perm=[1, 0]), node("MatMul", "x wt", "h"), node("Relu", "h", "r"), head("r", 6, w)]
    says = "Imports; the weight trains through the Transpose of an unfolded export; its fan-in is 8."
    add("09-transpose-node", "imports", says, nodes, w, w.keys())

    relu = torch.relu
    w = {"w": draw(8, 8), "b": draw(8)}
    nodes = [node("Gemm", "x w b", "a", transB=1), node("Relu", "a", "r"), node("Gemm", "r w b", "h", transB=1), node("Relu", "h", "s"), head("s", 8, w)]
    forward = lambda w, x: relu(relu(x @ w["w"].T + w["b"]) @ w["w"].T + w["b"]) @ w["head.weight"].T + w["head.bias"]
    says = "Imports; one weight used twice is one parameter and its gradients add."
    add("10-used-twice", "imports", says, nodes, w, w.keys(), extra={"losses": losses(forward, w, list(w))})
    copies = {"w": w["w"], "b": w["b"], "w2": w["w"].copy(), "b2": w["b"].copy(), "head.weight": w["head.weight"], "head.bias": w["head.bias"]}
    nodes = [*nodes[:2], node("Gemm", "r w2 b2", "h", transB=1), *nodes[3:]]
    forward = lambda w, x: relu(relu(x @ w["w"].T + w["b"]) @ w["w2"].T + w["b2"]) @ w["head.weight"].T + w["head.bias"]
    says = "Imports as two parameters, which is what the file says; reports that w and w2, b and b2 are equal, so that a tied weight was perhaps split."
    add("10-copies", "reports", says, nodes, copies, copies.keys(), extra={"losses": losses(forward, copies, list(copies))})

    w = {"w": draw(8, 8), "b": np.zeros(8, np.float32), "w2": draw(8, 8)}
    nodes = [node("Identity", "b", "b2"), node("Gemm", "x w b", "a", transB=1), node("Relu", "a", "r"), node("Gemm", "r w2 b2", "h", transB=1), node("Relu", "h", "s"), head("s", 8, w)]
    forward = lambda w, x: relu(relu(x @ w["w"].T + w["b"]) @ w["w2"].T + w["b2"]) @ w["head.weight"].T + w["head.bias"]
    apart = {**w, "b2": w["b"].copy()}
    says = "Imports; PyTorch's exporter keeps one of several equal tensors and makes the others Identity of it. Biases of zeros that only happened to be equal become parameters of their own (the losses here), and it says so."
    add("10-identity-of-zeros", "reports", says, nodes, w, w.keys(), extra={"losses": losses(forward, apart, list(apart))})
    w = {"w": draw(8, 8), "b": draw(8)}
    nodes = [node("Identity", "w", "w2"), node("Gemm", "x w b", "a", transB=1), node("Relu", "a", "r"), node("Gemm", "r w2 b", "h", transB=1), node("Relu", "h", "s"), head("s", 8, w)]
    forward = lambda w, x: relu(relu(x @ w["w"].T + w["b"]) @ w["w"].T + w["b"]) @ w["head.weight"].T + w["head.bias"]
    says = "Imports; random numbers are never equal by chance, so an Identity of such a weight is the tied weight: one parameter."
    add("10-identity-of-weight", "imports", says, nodes, w, w.keys(), extra={"losses": losses(forward, w, list(w))})
    w = {"table": draw(CLASSES, 6)}
    nodes = [node("Gather", "table x", "e"), node("ReduceMean", "e", "m", axes=[1], keepdims=0), node("Transpose", "table", "t", perm=[1, 0]), node("MatMul", "m t", "logits")]
    forward = lambda w, x: w["table"][x].mean(1) @ w["table"].T
    says = "Imports; the table embeds the tokens and, transposed, is the head: one parameter, whose gradients add."
    add("10-tied-embedding", "imports", says, nodes, w, w.keys(), shape=[5], tokens=CLASSES, extra={"losses": losses(forward, w, list(w), [5], CLASSES)})


def batch_sizes():
    w = {"shape": np.array([2, 256])}
    nodes = [convolution(w), node("Reshape", "conv_y shape", "features"), head("features", 256, w)]
    says = "Imports at any batch size by putting the batch for the literal 2, and names the node Reshape_features and the export call that avoids it."
    add("11-reshape", "reports", says, nodes, w, CONV, shape=IMAGE, batch=2)
    w = {"shape": np.array([1, -1])}
    nodes = [convolution(w), node("Reshape", "conv_y shape", "features"), head("features", 256, w)]
    says = "The input's batch is free and the Reshape has 1: names Reshape_features and the literal; imports it as [batch, -1]."
    add("11-reshape-free-input", "reports", says, nodes, w, CONV, shape=IMAGE, runs=False)
    w = {"token": draw(1, 1, 6), "shape": np.array([2, 1, 6]), "rows": np.array([0, 4, 6]), "first": np.array(0), "map.weight": draw(8, 24), "map.bias": draw(24)}
    nodes = [node("Gemm", "x map.weight map.bias", "h"), node("Reshape", "h rows", "t"), node("Expand", "token shape", "c"), node("Concat", "c t", "s", axis=1)]
    nodes += [node("ReduceMean", "s", "f", axes=[1], keepdims=0), head("f", 6, w)]
    says = "The class token is expanded to a batch of 2: names Expand_c and the literal; imports it with the batch in its place."
    add("11-expand", "reports", says, nodes, {n: x for n, x in w.items() if n != "first"}, ["token", "map.weight", "map.bias", *LINEAR], batch=2)
    w = {}
    nodes = [convolution(w), node("Relu", "conv_y", "y"), *pooled_head("y", 4, w)]
    says = "Imports at any batch size: only the input's declaration says 1, and no node depends on it; says so in a line."
    add("11-fixed-input", "reports", says, nodes, w, CONV, shape=IMAGE, batch=1)


def operations():
    """Operations that importers have no gradient of, or that are someone's own."""
    says = "Imports where the operation has a gradient; else refuses, naming {} and the operator."
    rows("12-atan", "imports", says.format("Atan_y"), "Atan")
    rows("12-reciprocal", "imports", says.format("Reciprocal_y"), None, middle=[node("Exp", "h", "e"), node("Reciprocal", "e", "y")])
    w = {"hidden.weight": draw(8, 8), "hidden.bias": draw(8)}
    nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1), node("ReduceMin", "h", "m", axes=[1], keepdims=1), node("Sub", "h m", "y"), head("y", 8, w)]
    add("12-reduce-min", "imports", says.format("ReduceMin_m"), nodes, w, w.keys())
    middle = [node("Resize", "conv_y - scales", "y", mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")]
    images("12-resize", "imports", says.format("Resize_y"), middle, weights={"scales": np.array([1, 1, 2, 2], np.float32)})
    middle = [node("Resize", "conv_y - scales", "y", mode="linear", coordinate_transformation_mode="half_pixel")]
    images("12-resize-linear", "imports", says.format("Resize_y"), middle, weights={"scales": np.array([1, 1, 2, 2], np.float32)})

    def branch(name, kind):
        made = helper.make_tensor_value_info(name, FLOAT, None)
        return helper.make_graph([node(kind, "h", name)], name, [], [made])

    choice = [node("If", "flag", "y", then_branch=branch("then", "Relu"), else_branch=branch("else", "Tanh"))]
    says = "The condition is a constant: imports the branch that it takes (Relu), and says so."
    rows("12-if-constant", "imports", says, None, middle=choice, weights={"flag": np.array(True)})
    w = {"hidden.weight": draw(8, 8), "hidden.bias": draw(8), "zero": np.float32(0)}
    nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1), node("ReduceSum", "h", "s", keepdims=0), node("Greater", "s zero", "flag"), *choice, head("y", 8, w)]
    add("12-if", "refuses", "Refuses: names If_y, whose condition depends on the data.", nodes, w)

    w = {}
    w.update({"conv.weight": draw(4, 3, 3, 3), "conv.bias": draw(4)})
    fused = node("FusedConv", "x conv.weight conv.bias", "y", "com.microsoft", activation="Relu", kernel_shape=[3, 3], pads=[1] * 4, strides=[1, 1], dilations=[1, 1], group=1)
    nodes = [fused, *pooled_head("y", 4, w)]
    says = "Refuses: names FusedConv_y and its domain, says that this is a file optimized for inference, and asks for the export before."
    add("13-fused-conv", "refuses", says, nodes, w, shape=IMAGE, domains={"com.microsoft": 1})
    rows("13-vendor", "refuses", "Refuses: names Magic_y and its domain.", None, middle=[node("Magic", "h", "y", "org.example")], domains={"org.example": 1})
    imports = [helper.make_opsetid("", 17)]
    swish = helper.make_function("org.example", "Swish", ["a"], ["b"], [node("Sigmoid", "a", "s"), node("Mul", "a s", "b")], imports)
    says = "Imports: the file defines the operator itself, out of ONNX's own; the function is expanded."
    rows("13-function", "imports", says, None, middle=[node("Swish", "h", "y", "org.example")], domains={"org.example": 1}, functions=[swish])

    w = {"w.int8": draws.randint(-127, 127, (8, CLASSES)).astype(np.int8), "w.scale": np.float32(0.01), "zero8": np.int8(0), "x.scale": np.float32(1 / 128), "bias": draw(CLASSES)}
    nodes = [node("QuantizeLinear", "x x.scale zero8", "xq"), node("DequantizeLinear", "xq x.scale zero8", "xd"), node("DequantizeLinear", "w.int8 w.scale zero8", "wd"), node("MatMul", "xd wd", "h"), node("Add", "h bias", "logits")]
    says = "Refuses: names QuantizeLinear_xq and DequantizeLinear_wd, says that quantized weights cannot be trained and asks for the float file."
    add("14-qdq", "refuses", says, nodes, w)
    w = {"w.int8": w["w.int8"], "w.scale": np.float32(0.01), "zero8": np.int8(0)}
    nodes = [node("DynamicQuantizeLinear", "x", "xq xs xz"), node("MatMulInteger", "xq w.int8 xz zero8", "i"), node("Cast", "i", "f", to=FLOAT), node("Mul", "xs w.scale", "s"), node("Mul", "f s", "logits")]
    add("14-quantized-operators", "refuses", "Refuses: names MatMulInteger_i and DynamicQuantizeLinear_xq.", nodes, w)


def windows():
    even = "Imports; output height is ceil(8 / 2) = 4 and the odd row of padding comes {}."
    for kind, where in (("SAME_UPPER", "last"), ("SAME_LOWER", "first")):
        w = {}
        nodes = [convolution(w, channels=2, auto_pad=kind, strides=[2, 2]), node("Flatten", "conv_y", "f"), head("f", 32, w)]
        add("15-auto-pad-" + kind.lower().replace("_", "-"), "imports", even.format(where), nodes, w, CONV, shape=IMAGE)
    w = {}
    nodes = [convolution(w, channels=2, auto_pad="VALID"), node("Flatten", "conv_y", "f"), head("f", 72, w)]
    add("15-auto-pad-valid", "imports", "Imports; no padding.", nodes, w, CONV, shape=IMAGE)
    w = {}
    nodes = [convolution(w, channels=2, pads=[0, 1, 2, 0], strides=[2, 2]), node("Flatten", "conv_y", "f"), head("f", 32, w)]
    add("15-asymmetric-pads", "imports", "Imports; pads are top 0, left 1, bottom 2, right 0.", nodes, w, CONV, shape=IMAGE)

    def pool(name, says, size, kind="MaxPool", opset=17, **settings):
        w = {}
        nodes = [convolution(w, channels=2), node(kind, "conv_y", "p", kernel_shape=[3, 3], **settings), node("Flatten", "p", "f"), head("f", 2 * size * size, w)]
        add(name, "imports", says, nodes, w, CONV, shape=IMAGE, opset=opset)

    pool("15-ceil-mode", "Imports; ceil((8 - 3) / 2) + 1 = 4 windows, the last of which is cut off by the edge.", 4, strides=[2, 2], ceil_mode=1)
    pool("15-ceil-mode-average", "Imports; the cut-off windows divide by the elements that they cover.", 4, "AveragePool", strides=[2, 2], ceil_mode=1)
    pool("15-count-include-pad", "Imports; windows at the edge divide by 9.", 8, "AveragePool", pads=[1] * 4, count_include_pad=1)
    pool("15-count-exclude-pad", "Imports; windows at the edge divide by the 4 or 6 elements inside.", 8, "AveragePool", pads=[1] * 4)
    pool("15-pool-auto-pad", "Imports; the odd row of padding comes last and is not averaged.", 4, "AveragePool", strides=[2, 2], auto_pad="SAME_UPPER")
    pool("15-max-pool-dilations", "Imports; a window covers 5 x 5 with 9 elements.", 4, dilations=[2, 2])


def layouts():
    w = {}
    nodes = [node("Transpose", "x", "t", perm=[0, 3, 1, 2]), convolution(w, given="t"), node("Relu", "conv_y", "y"), *pooled_head("y", 4, w)]
    says = "Imports; finds that the input is channels last, [8, 8, 3], says so, and feeds images in that layout."
    add("16-nhwc-transpose", "reports", says, nodes, w, CONV, shape=[8, 8, 3])
    w = {"shape": np.array([-1, 3, 8, 8])}
    nodes = [node("Reshape", "x shape", "t"), convolution(w, given="t"), node("Relu", "conv_y", "y"), *pooled_head("y", 4, w)]
    says = "Imports as it is written; reports that a Reshape from [8, 8, 3] to [3, 8, 8] is no change of layout, though one was probably meant, so channels and columns are mixed."
    add("16-nhwc-reshape", "reports", says, nodes, w, CONV, shape=[8, 8, 3])


def keras_cnn():
    """What Keras 3 itself exports by its PyTorch backend."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    layers = keras.layers
    first = [keras.Input((8, 8, 3)), layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False), layers.BatchNormalization(), layers.ReLU()]
    then = [layers.DepthwiseConv2D(3, padding="same"), layers.Dropout(0.3), layers.GlobalAveragePooling2D(), layers.Dense(CLASSES, activation="softmax")]
    model = keras.Sequential([*first, *then])
    model(np.zeros((2, 8, 8, 3), np.float32))
    model.set_weights([near_one(*w.shape) if "gamma" in w.path or "variance" in w.path else draw(*w.shape) for w in model.weights])
    name = "16-keras3.onnx"
    path = os.path.join(folder, name)
    model.export(path, format="onnx", verbose=False)
    file = onnx.load(path)
    weights = {t.name: numpy_helper.to_array(t) for t in file.graph.initializer}
    subtracted = next(each.input[1] for each in file.graph.node if each.op_type == "Sub" and each.input[1] in weights)
    says = (
        "Imports; channels last, and the Dropout is gone. BatchNormalization is written as Sub of the mean, Mul by scale / deviation and Add of the shift: "
        "says that it is folded; scale and shift train, the subtracted mean does not. The depthwise convolution's bias is added through a Reshape of computed shape, and trains."
    )
    names = sorted(set(weights) - {subtracted})
    output = answers(path, [8, 8, 3], None, "batch")
    entries.append({"file": name, "fault": 16, "opset": file.opset_import[0].version, "right": "reports", "says": says, "trains": names, "input": [8, 8, 3], "output": output})


def ends():
    def end(name, says, last, outputs=("y",), integer=False, **settings):
        w = {"hidden.weight": draw(8, 8), "hidden.bias": draw(8)}
        nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1), node("Relu", "h", "r"), head("r", 8, w), *(last if isinstance(last, list) else [node(last, "logits", "y", **settings)])]
        made = [helper.make_tensor_value_info(each, INT64, ["batch"]) if integer and each == "y" else each for each in outputs]
        add(name, "reports", says, nodes, w, w.keys(), outputs=made)

    end("17-softmax", "Imports; takes the Softmax off and says so: the loss stands on the logits.", "Softmax", axis=1)
    end("17-log-softmax", "Imports; takes the LogSoftmax off and says so.", "LogSoftmax", axis=-1)
    end("17-arg-max", "Imports; takes the ArgMax off, which has no gradient, and says so.", "ArgMax", integer=True, axis=1, keepdims=0)
    both = [node("Softmax", "logits", "p", axis=1), node("ArgMax", "p", "y", axis=1, keepdims=0)]
    end("17-softmax-arg-max", "Imports; both outputs, probabilities and labels, come from one head of logits, which is taken.", both, outputs=["p", "y"], integer=True)
    w = {"hidden.weight": draw(8, 8), "hidden.bias": draw(8)}
    nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1), node("Relu", "h", "r"), head("r", 8, w)]
    second = {"aux.weight": draw(CLASSES, 8), "aux.bias": draw(CLASSES)}
    nodes.append(node("Gemm", "r aux.weight aux.bias", "aux", transB=1))
    says = "Asks which of the outputs logits and aux is trained; with either, the other's head does not train."
    add("17-two-outputs", "asks", says, nodes, {**w, **second}, w.keys(), outputs=["logits", "aux"])
    w = {"hidden.weight": draw(8, 8), "hidden.bias": draw(8), "one.weight": draw(1, 8), "one.bias": draw(1)}
    nodes = [*nodes[:2], node("Gemm", "r one.weight one.bias", "l", transB=1), node("Sigmoid", "l", "y")]
    says = "One output and a Sigmoid: two classes as one number; takes the Sigmoid off and gives it a fresh head of as many classes as the data have, and says so."
    add("17-sigmoid", "reports", says, nodes, w, w.keys(), outputs=[helper.make_tensor_value_info("y", FLOAT, ["batch", 1])])
    zipped = others.as_skl2onnx(others.sklearn_mlp(), zipmap=True)
    onnx.save(zipped, os.path.join(folder, "17-zipmap.onnx"))
    says = "Imports; scikit-learn's export by default: labels, and probabilities as a sequence of maps. Takes ZipMap, Softmax, ArgMax and ArrayFeatureExtractor off and says so."
    trains = sorted(t.name for t in zipped.graph.initializer if t.data_type == FLOAT)
    entries.append({"file": "17-zipmap.onnx", "fault": 17, "opset": 15, "right": "reports", "says": says, "trains": trains, "input": [20]})
    middle = [node("Softmax", "h", "y", axis=-1)]
    rows("17-softmax-inside", "imports", "Imports; this Softmax is not the last node and stays.", None, middle=middle)


def beside(name, right, says, location, data=None, offset=None, length=None, trains=()):
    """A file with one weight elsewhere."""
    w = {"hidden.weight": draw(8, 8), "hidden.bias": draw(8)}
    nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1), node("Relu", "h", "r"), head("r", 8, w)]
    weight = TensorProto(name="hidden.weight", data_type=FLOAT, dims=[8, 8], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", offset), ("length", length)):
        if value is not None:
            weight.external_data.add(key=key, value=str(value))
    if data:
        with open(os.path.join(folder, data), "wb") as file:
            file.write(b"\0" * (offset or 0) + w["hidden.weight"].tobytes())
    add(name, right, says, nodes, {**w, "hidden.weight": weight}, trains or w.keys())


def external_data():
    beside("18-external-inside", "imports", "Imports: the data lie in the file's own folder, 16 bytes into it.", "18-external-inside.bin", "18-external-inside.bin", 16, 256)
    beside("18-external-missing", "refuses", "Refuses: names the tensor hidden.weight and the file that is not there, and says to put it beside the model.", "18-not-there.bin", None, 0, 256)
    beside("18-external-outside", "refuses", "Refuses: hidden.weight would be read from outside the file's folder.", "../mlp.dynamo.onnx.data", None, 0, 256)
    beside("18-external-absolute", "refuses", "Refuses: an absolute path is outside the file's folder.", "/etc/hosts", None, 0, 16)
    beside("18-external-link", "refuses", "Refuses: the data file is a symbolic link that leads out of the folder.", "18-external-link.bin", None, 0, 256)
    link = os.path.join(folder, "18-external-link.bin")
    if os.path.lexists(link):
        os.remove(link)
    os.symlink("../mlp.dynamo.onnx.data", link)
    beside("18-external-too-long", "refuses", "Refuses: 256 bytes from 200 are more than the data file has; says both sizes.", "18-external-inside.bin", None, 200, 256)
    beside("18-external-wrong-length", "refuses", "Refuses: a tensor of 8 x 8 floats is 256 bytes, not the stated 128.", "18-external-inside.bin", None, 16, 128)


def opsets():
    squeeze = [node("Unsqueeze", "h", "u", axes=[2]), node("Squeeze", "u", "y", axes=[2])]
    rows("19-squeeze-axes-attribute", "imports", "Imports; axes are attributes before opset 13.", None, 11, middle=squeeze)
    squeeze = [node("Unsqueeze", "h two", "u"), node("Squeeze", "u two", "y")]
    rows("19-squeeze-axes-input", "imports", "Imports; axes are inputs from opset 13.", None, 13, middle=squeeze, weights={"two": np.array([2])})
    middle = [node("ReduceMean", "h", "m", axes=[1], keepdims=1), node("Sub", "h m", "y")]
    rows("19-reduce-mean-axes-attribute", "imports", "Imports; ReduceMean's axes are an attribute before opset 18.", None, 13, middle=middle)
    middle = [node("ReduceMean", "h one", "m", keepdims=1), node("Sub", "h m", "y")]
    rows("19-reduce-mean-axes-input", "imports", "Imports; ReduceMean's axes are an input from opset 18.", None, 18, middle=middle, weights={"one": np.array([1])})
    middle = [node("ReduceSum", "h one", "m", keepdims=1), node("Sub", "h m", "y")]
    rows("19-reduce-sum-axes-input", "imports", "Imports; ReduceSum's axes are an input from opset 13 already.", None, 13, middle=middle, weights={"one": np.array([1])})
    rows("19-clip-attributes", "imports", "Imports; Clip's bounds are attributes before opset 11.", None, 9, middle=[node("Clip", "h", "y", min=0.0, max=0.5)])
    rows("19-clip-inputs", "imports", "Imports; no lower bound, an upper one as an input.", None, 13, middle=[node("Clip", "h - top", "y")], weights={"top": np.float32(0.5)})
    rows("19-dropout-ratio-attribute", "imports", "Imports; Dropout's rate, 0.25, is an attribute before opset 12.", None, 7, middle=[node("Dropout", "h", "y", ratio=0.25)])
    images("19-pad-attributes", "imports", "Imports; Pad's pads and value are attributes before opset 11.", [node("Pad", "conv_y", "y", pads=[0, 0, 1, 0, 0, 0, 0, 1], value=0.5)], 9)
    weights = {"pads": np.array([0, 0, 1, 0, 0, 0, 0, 1]), "fill": np.float32(0.5)}
    images("19-pad-inputs", "imports", "Imports; Pad's pads and value are inputs from opset 11.", [node("Pad", "conv_y pads fill", "y")], 13, weights=weights)
    weights = {"pads": np.array([1, 2]), "fill": np.float32(0), "axes": np.array([3])}
    images("19-pad-axes", "imports", "Imports; Pad has axes from opset 18.", [node("Pad", "conv_y pads fill axes", "y")], 18, weights=weights)
    images("19-slice-attributes", "imports", "Imports; Slice's bounds are attributes before opset 10.", [node("Slice", "conv_y", "y", starts=[1, 0], ends=[7, 1000], axes=[2, 3])], 9)
    weights = {"starts": np.array([7]), "ends": np.array([-1000]), "axes": np.array([2]), "steps": np.array([-2])}
    images("19-slice-backwards", "imports", "Imports; a step of -2 from row 7 back to the first.", [node("Slice", "conv_y starts ends axes steps", "y")], 13, weights=weights)
    images("19-upsample", "imports", "Imports; Upsample is Resize's nearest, asymmetric, floor, before opset 10.", [node("Upsample", "conv_y scales", "y", mode="nearest")], 9, weights={"scales": np.array([1, 1, 2, 2], np.float32)})
    images("19-upsample-attribute", "imports", "Imports; Upsample's scales are an attribute before opset 9.", [node("Upsample", "conv_y", "y", mode="nearest", scales=[1.0, 1.0, 2.0, 2.0])], 7)
    images("19-split-attribute", "imports", "Imports; Split's sizes are an attribute before opset 13.", [node("Split", "conv_y", "p q", axis=1, split=[1, 3]), node("Concat", "q p", "y", axis=1)], 11)
    images("19-split-input", "imports", "Imports; Split's sizes are an input from opset 13.", [node("Split", "conv_y sizes", "p q", axis=1), node("Concat", "q p", "y", axis=1)], 13, weights={"sizes": np.array([1, 3])})
    images("19-split-number", "imports", "Imports; equal parts by their number from opset 18.", [node("Split", "conv_y", "p q", axis=1, num_outputs=2), node("Concat", "q p", "y", axis=1)], 18)

    def softmax(name, says, opset, **settings):
        w = {"shape": np.array([0, 4, 2])}
        nodes = [node("Reshape", "x shape", "t"), node("Softmax", "t", "s", **settings), node("Flatten", "s", "f"), head("f", 8, w)]
        add(name, "imports", says, nodes, w, LINEAR, opset=opset)

    softmax("19-softmax-flattening", "Imports; before opset 13 axis 1 means all axes from 1 on: 8 numbers sum to 1.", 11, axis=1)
    softmax("19-softmax-default-old", "Imports; the default axis was 1 before opset 13, with all after it.", 11)
    softmax("19-softmax-default-new", "Imports; the default axis is -1 from opset 13: pairs sum to 1.", 13)
    softmax("19-softmax-axis", "Imports; from opset 13 axis 1 is that axis alone.", 13, axis=1)
    rows("19-gelu", "imports", "Imports; Gelu is an operator from opset 20, here by tanh.", None, 20, middle=[node("Gelu", "h", "y", approximate="tanh")])
    rows("19-hard-swish", "imports", "Imports; HardSwish is an operator from opset 14.", "HardSwish", 14)
    rows("19-mish", "imports", "Imports; Mish is an operator from opset 18.", "Mish", 18)
    own = {}
    nodes = [convolution(own, bias=False), normalization(own, spatial=1), node("Relu", "bn_y", "r"), *pooled_head("r", 4, own)]
    add("19-batch-norm-spatial", "imports", "Imports; spatial = 1, an attribute before opset 9, is the usual one.", nodes, own, NORM, shape=IMAGE, opset=8)
    w = {"hidden.weight": draw(8, 8), "hidden.bias": draw(8)}
    nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1, broadcast=1), head("h", 8, w)]
    add("19-opset-6", "refuses", "Refuses: opset 6 is older than 7; says how to convert it.", nodes, w, opset=6)
    nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1), head("h", 8, w)]
    add("19-opset-99", "refuses", "Refuses: opset 99 is newer than 24; says how to export an older one.", nodes, w, opset=99)


def tensors():
    w = {}
    nodes = [convolution(w), node("Relu", "conv_y", "y"), *pooled_head("y", 4, w)]
    says = "Imports; files before IR version 4 list initializers as inputs too: the one input is x."
    add("20-initializers-as-inputs", "imports", says, nodes, w, CONV, shape=IMAGE, opset=8, listed=True)

    def cast(name, says, convert, kind, trains=("w", *LINEAR), right="imports"):
        w = {"w": convert(draw(8, 8))}
        nodes = [node("Cast", "w", "wf", to=FLOAT), node("MatMul", "x wf", "h"), node("Relu", "h", "r"), head("r", 8, w)]
        add(name, right, says, nodes, w, trains, ir=10)

    cast("21-float16", "Imports; the weight is stored in float16 and cast: trains in float32 from those values.", lambda x: x.astype(np.float16), 10)
    half = lambda x: helper.make_tensor("w", TensorProto.BFLOAT16, x.shape, (x.view(np.uint32) >> 16).astype(np.uint16).tobytes(), raw=True)
    cast("21-bfloat16", "Imports; the weight is stored in bfloat16 and cast: trains in float32 from those values.", half, 16)
    cast("21-double", "Imports; the weight is stored in float64 and cast: trains in float32, and says so.", lambda x: x.astype(np.float64), 11, right="reports")

    def whole(name, says, kind, dtype, convert=None):
        w = {"hidden.weight": draw(8, 8), "hidden.bias": draw(8)}
        nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1), node("Relu", "h", "r"), head("r", 8, w)]
        add(name, "reports", says, nodes, {n: (convert or (lambda x, n: x.astype(dtype)))(x, n) for n, x in w.items()}, w.keys(), kind=kind, ir=10, runs=dtype is not None)

    whole("21-float16-whole", "Imports; a network in float16 trains in float32, and it says so.", TensorProto.FLOAT16, np.float16)
    bits = lambda x, n: helper.make_tensor(n, TensorProto.BFLOAT16, x.shape, (x.view(np.uint32) >> 16).astype(np.uint16).tobytes(), raw=True)
    whole("21-bfloat16-whole", "Imports; a network in bfloat16 trains in float32, and it says so.", TensorProto.BFLOAT16, None, bits)
    whole("21-double-whole", "Imports; a network in float64 trains in float32, and it says so.", TensorProto.DOUBLE, np.float64)
    w = {"w": draws.randint(-127, 127, (8, CLASSES)).astype(np.int8), "scale": draw(CLASSES), "bias": draw(CLASSES)}
    nodes = [node("Cast", "w", "wf", to=FLOAT), node("Mul", "wf scale", "ws"), node("MatMul", "x ws", "h"), node("Add", "h bias", "logits")]
    add("21-int8", "refuses", "Refuses: names the int8 tensor w in MatMul_h's weight, which is quantized: asks for the float file.", nodes, w)
    w = {"hidden.weight": draw(8, 8), "hidden.bias": draw(8)}
    typed = {n: helper.make_tensor(n, FLOAT, x.shape, x.reshape(-1).tolist()) for n, x in w.items()}
    nodes = [node("Gemm", "x hidden.weight hidden.bias", "h", transB=1), node("Relu", "h", "r"), head("r", 8, w)]
    add("21-float-data", "imports", "Imports; the numbers are in float_data, not raw_data.", nodes, {**w, **typed}, w.keys())

    w = {"mean": np.array([0.485, 0.456, 0.406], np.float32).reshape(1, 3, 1, 1), "std": np.array([0.229, 0.224, 0.225], np.float32).reshape(1, 3, 1, 1)}
    nodes = [node("Sub", "x mean", "a"), node("Div", "a std", "b"), convolution(w, given="b"), node("Relu", "conv_y", "y"), *pooled_head("y", 4, w)]
    says = "Imports; finds that the graph normalizes its input (Sub_a, Div_b) with ImageNet's mean and deviation, which do not train, and feeds numbers from 0 to 1, not normalized ones."
    add("22-normalized-inside", "reports", says, nodes, w, CONV, shape=IMAGE)
    more = {**w, "whole": np.float32(255)}
    nodes = [node("Div", "x whole", "z"), node("Sub", "z mean", "a"), *nodes[1:]]
    add("22-normalized-from-bytes", "reports", "Imports; the graph divides by 255 first: feeds numbers from 0 to 255.", nodes, more, CONV, shape=IMAGE)
    own = {}
    nodes = [normalization(own, given="x", made="n", channels=3), convolution(own, given="n"), node("Relu", "conv_y", "y"), *pooled_head("y", 4, own)]
    says = "Imports; a BatchNormalization of the input normalizes it and trains: says so."
    add("22-batch-norm-first", "reports", says, nodes, own, ["bn.scale", "bn.shift", *CONV], shape=IMAGE)


def write(to):
    global folder
    folder = to
    os.makedirs(folder, exist_ok=True)
    for kind in (lost_at_export, what_trains, batch_normalization, shared_weights, batch_sizes, operations, windows, layouts, keras_cnn, ends, external_data, opsets, tensors):
        kind()
    with open(os.path.join(folder, "faults.json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in entries) + "\n]\n")
    print(f"{len(entries)} files of {len({each['fault'] for each in entries})} faults")
