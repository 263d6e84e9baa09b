"""Networks in files as other exporters write them: scikit-learn's (skl2onnx) and Keras's (tf2onnx), node for node."""
import numpy as np
import torch
import torch.nn.functional as F
from onnx import TensorProto, TypeProto, helper, numpy_helper
from sklearn.neural_network import MLPClassifier
from torch import nn

from networks import CLASSES


def file(nodes, inputs, outputs, weights, opsets, producer):
    tensors = [numpy_helper.from_array(x, name) for name, x in weights.items()]
    graph = helper.make_graph(nodes, producer, inputs, outputs, tensors)
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets.items()]
    return helper.make_model(graph, opset_imports=imports, producer_name=producer, ir_version=8)


def array(p):
    return np.ascontiguousarray(p.detach().numpy())


def sklearn_mlp():
    """MLPClassifier's three layers, fitted for a moment, as PyTorch's."""
    draw = np.random.RandomState(17)
    fitted = MLPClassifier((24, 16), max_iter=3, random_state=17)
    rows = draw.uniform(-1, 1, (200, 20))
    with np.errstate(all="ignore"):
        fitted.partial_fit(rows, np.arange(200) % CLASSES, classes=np.arange(CLASSES))
    layers = []
    for w, b in zip(fitted.coefs_, fitted.intercepts_):
        layer = nn.Linear(*w.shape)
        layer.weight.data = torch.from_numpy(np.ascontiguousarray(w.T.astype(np.float32)))
        layer.bias.data = torch.from_numpy(b.astype(np.float32))
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def as_skl2onnx(model, zipmap=False):
    """Rows of numbers in; labels and probabilities out, the probabilities as a sequence of maps if `zipmap`."""
    nodes, weights, last = [helper.make_node("Cast", ["X"], ["cast_input"], "Cast", to=TensorProto.FLOAT)], {}, "cast_input"
    layers = [layer for layer in model if isinstance(layer, nn.Linear)]
    for at, layer in enumerate(layers):
        end = str(at) if at else ""
        weights["coefficient" + end] = array(layer.weight.T)
        weights["intercepts" + end] = array(layer.bias.reshape(1, -1))
        nodes.append(helper.make_node("MatMul", [last, "coefficient" + end], ["mul_result" + end], "MatMul" + end))
        nodes.append(helper.make_node("Add", ["mul_result" + end, "intercepts" + end], ["add_result" + end], "Add" + end))
        last = "next_activations" + end
        if layer is not layers[-1]:
            nodes.append(helper.make_node("Relu", ["add_result" + end], [last], "Relu" + end))
    weights["classes"] = np.arange(CLASSES, dtype=np.int32)
    weights["shape_tensor"] = np.array([-1])
    probabilities = "probabilities" if zipmap else "output_probability"
    nodes += [
        helper.make_node("Softmax", ["add_result" + end], ["out_activations_result"], "Relu" + str(len(layers)), axis=1),
        helper.make_node("Identity", ["out_activations_result"], [probabilities], "Identity"),
        helper.make_node("ArgMax", [probabilities], ["argmax_output"], "ArgMax", axis=1),
        helper.make_node("ArrayFeatureExtractor", ["classes", "argmax_output"], ["array_feature_extractor_result"], "ArrayFeatureExtractor", domain="ai.onnx.ml"),
        helper.make_node("Reshape", ["array_feature_extractor_result", "shape_tensor"], ["reshaped_result"], "Reshape"),
        helper.make_node("Cast", ["reshaped_result"], ["output_label"], "Cast1", to=TensorProto.INT64),
    ]
    if zipmap:
        nodes.append(helper.make_node("ZipMap", [probabilities], ["output_probability"], "ZipMap", domain="ai.onnx.ml", classlabels_int64s=list(range(CLASSES))))
    row = helper.make_tensor_type_proto(TensorProto.FLOAT, [None, CLASSES])
    pair = TypeProto()
    pair.sequence_type.elem_type.map_type.key_type = TensorProto.INT64
    pair.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
    outputs = [
        helper.make_tensor_value_info("output_label", TensorProto.INT64, [None]),
        helper.make_value_info("output_probability", pair if zipmap else row),
    ]
    inputs = [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 20])]
    return file(nodes, inputs, outputs, weights, {"": 15, "ai.onnx.ml": 1}, "skl2onnx")


def keras_mlp():
    return nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, CLASSES))


def dense(layer, name, given, nodes, weights):
    kernel, bias = f"sequential/{name}/MatMul/ReadVariableOp:0", f"sequential/{name}/BiasAdd/ReadVariableOp:0"
    weights[kernel], weights[bias] = array(layer.weight.T), array(layer.bias)
    product, total = f"sequential/{name}/MatMul:0", f"sequential/{name}/BiasAdd:0"
    nodes.append(helper.make_node("MatMul", [given, kernel], [product], product[:-2]))
    nodes.append(helper.make_node("Add", [product, bias], [total], total[:-2]))
    return total


def keras_file(nodes, shape, name, weights):
    nodes.append(helper.make_node("Softmax", [nodes[-1].output[0]], [name], "sequential/" + name + "/Softmax", axis=-1))
    inputs = [helper.make_tensor_value_info("input_1", TensorProto.FLOAT, ["unk__6", *shape])]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["unk__7", CLASSES])]
    return file(nodes, inputs, outputs, weights, {"": 13}, "tf2onnx")


def as_keras_mlp(model):
    nodes, weights, last = [], {}, "input_1"
    for at, layer in enumerate(model[::2]):
        name = f"dense_{at}" if at else "dense"
        last = dense(layer, name, last, nodes, weights)
        if at < 2:
            nodes.append(helper.make_node("Relu", [last], [f"sequential/{name}/Relu:0"], f"sequential/{name}/Relu"))
            last = f"sequential/{name}/Relu:0"
    return keras_file(nodes, [20], "dense_2", weights)


class KerasCnn(nn.Module):
    """Channels last, padding "same": at stride 2 an odd row and column come after."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, 2)
        self.conv2 = nn.Conv2d(8, 12, 3, 1, 1)
        self.dense = nn.Linear(4 * 4 * 12, CLASSES)

    def forward(self, x):
        x = F.relu(self.conv1(F.pad(x.permute(0, 3, 1, 2), (0, 1, 0, 1))))
        x = F.relu(self.conv2(F.max_pool2d(x, 2)))
        return self.dense(F.max_pool2d(x, 2).permute(0, 2, 3, 1).flatten(1))


def as_keras_cnn(model):
    nodes, weights = [], {}
    weights["const_fold_opt__31"] = np.array([-1, 192])
    last = "input_1"

    def add(kind, name, *more, **settings):
        nonlocal last
        nodes.append(helper.make_node(kind, [last, *more], [name + ":0"], name, **settings))
        last = name + ":0"

    add("Transpose", "sequential/conv2d/Conv2D__6", perm=[0, 3, 1, 2])
    for at, conv in enumerate((model.conv1, model.conv2)):
        name = f"sequential/conv2d{'_1' * at}"
        kernel, bias = f"{name}/Conv2D/ReadVariableOp:0", f"{name}/BiasAdd/ReadVariableOp:0"
        weights[kernel], weights[bias] = array(conv.weight), array(conv.bias)
        add("Conv", name + "/BiasAdd", kernel, bias, kernel_shape=[3, 3], strides=list(conv.stride), dilations=[1, 1], group=1, auto_pad="SAME_UPPER")
        add("Relu", name + "/Relu")
        add("MaxPool", f"sequential/max_pooling2d{'_1' * at}/MaxPool", kernel_shape=[2, 2], strides=[2, 2], auto_pad="VALID")
    add("Transpose", "sequential/max_pooling2d_1/MaxPool__24", perm=[0, 2, 3, 1])
    add("Reshape", "sequential/flatten/Reshape", "const_fold_opt__31")
    dense(model.dense, "dense", last, nodes, weights)
    return keras_file(nodes, [32, 32, 3], "dense", weights)
