#!/usr/bin/env python3
"""Does the steps that scripts/peer-steps.ts wrote again in PyTorch: each from the state before it in float64, all from the first in float32.

  /usr/bin/python3 scripts/peer_steps.py FOLDER [--exact STEPS]

Prints how far losses, gradients and the answers of the trained network are from ours, and for Inception v3 how torchvision's differs
as it comes. Needs PyTorch, for Inception v3 torchvision, too (Debian: python3-torch, python3-torchvision).
"""
import argparse, json, os, resource, struct, time, warnings
import numpy as np
import torch, torch.nn.functional as F
from golden import Network, TensorFlowRMSProp

p = argparse.ArgumentParser()
p.add_argument("folder")
p.add_argument("--exact", type=int, default=10, help="steps that are done in float64, as many as have gradients")
p.add_argument("--threads", type=int, default=2)
p.add_argument("--double", action="store_true", help="train from the first state in float64, too: how far rounding alone leads")
a = p.parse_args()
torch.set_num_threads(a.threads)
AUXILIARY = 0.4
# What RMSProp carries; SGD's displacements are not written.
OPTIMIZERS_OWN = ("squares", "velocity")
BATCH_WEIGHT = 0.0003


def read(name):
    """Tensors and metadata of a safetensors file."""
    with open(os.path.join(a.folder, name), "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = {key: json.loads(text) for key, text in header.pop("__metadata__", {}).items()}
    kinds = {"F32": np.float32, "I32": np.int32}
    tensors = {}
    for key, entry in header.items():
        start, end = entry["data_offsets"]
        part = np.frombuffer(data, kinds[entry["dtype"]], (end - start) // 4, 8 + length + start)
        tensors[key] = torch.from_numpy(part.reshape(entry["shape"]).copy())
    return tensors, metadata


def smooth_as_tensorflow(on):
    """Whether means of windows leave out what is around the image: torchvision's count it."""
    import torchvision.models.inception as home

    home.F = F if not on else Functional()


class Functional:
    """torch.nn.functional, but means of windows do not count what is around the image, and no window is larger than it."""

    def __getattr__(self, name):
        return getattr(F, name)

    def avg_pool2d(self, x, kernel_size, **settings):
        return F.avg_pool2d(x, min(kernel_size, *x.shape[2:]) if "padding" not in settings else kernel_size, **settings, count_include_pad=False)


class InceptionV3:
    """torchvision's, with our tensors by name; the factors of its normalizations stay one."""

    def __init__(self, tensors, classes, kind):
        import torchvision

        warnings.simplefilter("ignore")
        self.net = torchvision.models.inception_v3(init_weights=False, num_classes=classes, dropout=0.0, aux_logits=True)
        # One window over all that is left of the image: 5 x 5 of 299 x 299 alone.
        window = tuple(tensors["AuxLogits.conv1.weight"].shape[2:])
        self.net.AuxLogits.conv1 = torchvision.models.inception.BasicConv2d(128, 768, kernel_size=window)
        self.net = self.net.to(kind)
        self.w, self.averages = {}, {}
        theirs = dict(self.net.named_parameters()) | dict(self.net.named_buffers())
        ours = {}
        for name in tensors:
            head, _, last = name.rpartition(".")
            if name == "steps" or last in OPTIMIZERS_OWN:
                continue
            at = {"mean": "bn.running_mean", "variance": "bn.running_var"}.get(last)
            if at is None:
                is_dense = name.startswith(("fc.", "AuxLogits.fc."))
                at = last if is_dense else {"weight": "conv.weight", "bias": "bn.bias"}[last]
            ours[head + "." + at] = tensors[name]
            place = theirs[head + "." + at]
            (self.averages if last in ("mean", "variance") else self.w)[name] = place
        unmapped = [name for name in theirs if name not in ours and not name.endswith(("bn.weight", "num_batches_tracked"))]
        assert unmapped == [], unmapped
        with torch.no_grad():
            for name, tensor in ours.items():
                theirs[name].copy_(tensor)
        self.norms = [m for m in self.net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
        for norm in self.norms:
            norm.weight.requires_grad_(False)
        self.steps = tensors["steps"].item()

    def losses(self, images, labels, smoothing):
        for norm in self.norms:
            norm.momentum = max(BATCH_WEIGHT, 9 / (10 + self.steps))
        self.steps += 1
        self.net.train()
        logits, auxiliary = self.net(images)
        loss = lambda z: F.cross_entropy(z, labels, label_smoothing=smoothing)
        return loss(logits) + AUXILIARY * loss(auxiliary)

    def answer(self, images):
        self.net.eval()
        with torch.no_grad():
            return self.net(images)


class Small:
    """A network of the paper for CIFAR-10, from golden.py."""

    def __init__(self, tensors, model, kind):
        self.w = {name: x.to(kind).clone().requires_grad_() for name, x in tensors.items() if name.endswith((".weight", ".bias"))}
        self.network = Network(self.w, model == "inception")
        self.forward = self.network.alexnet if model == "alexnet" else self.network.inception
        for name in self.network.averages:
            self.network.averages[name] = tensors[name].to(kind).clone()

    def losses(self, images, labels, smoothing):
        self.network.training = True
        return F.cross_entropy(self.forward(images), labels, label_smoothing=smoothing)

    def answer(self, images):
        self.network.training = False
        with torch.no_grad():
            return self.forward(images)


end, facts = read("end.safetensors")
special = ("images", "labels", "logits")
state_of = lambda tensors: {name: x for name, x in tensors.items() if name not in special and not name.startswith("gradient.")}
build = lambda tensors, kind: InceptionV3(tensors, facts["classes"], kind) if facts["model"] == "inception-v3" else Small(tensors, facts["model"], kind)
if facts["model"] == "inception-v3":
    smooth_as_tensorflow(True)

off_by = lambda x, exact: ((x.double() - exact).norm() / exact.norm()).item()
worst_loss = worst_norm = worst_theirs = 0.0
for at in range(min(a.exact, facts["steps"])):
    tensors, metadata = read("step-%d.safetensors" % at)
    network = build(state_of(tensors), torch.float64)
    loss = network.losses(tensors["images"].double(), tensors["labels"].long(), facts["labelSmoothing"])
    loss.backward()
    worst_loss = max(worst_loss, abs(metadata["loss"] / loss.item() - 1))
    # What rounding alone does, as PyTorch rounds: it switches ReLUs and pools, too, others than ours.
    rounded = build(state_of(tensors), torch.float32)
    rounded.losses(tensors["images"], tensors["labels"].long(), facts["labelSmoothing"]).backward()
    by_tensor = {name: off_by(tensors["gradient." + name], w.grad) for name, w in network.w.items()}
    theirs = {name: off_by(rounded.w[name].grad, w.grad) for name, w in network.w.items()}
    name = max(by_tensor, key=by_tensor.get)
    worst_norm, worst_theirs = max(worst_norm, by_tensor[name]), max(worst_theirs, *theirs.values())
    middle = lambda distances: float(np.median(list(distances.values())))
    print(json.dumps({"step": at, "loss": loss.item(), "ours": metadata["loss"], "worst tensor": name, "off by": by_tensor[name], "median": middle(by_tensor), "PyTorch in float32": {"worst": max(theirs.values()), "median": middle(theirs)}}), flush=True)
print(json.dumps({"from the same states, beside float64": {"loss": worst_loss, "gradient of a tensor, by its norm": worst_norm, "PyTorch's in float32": worst_theirs}}), flush=True)

start = state_of(read("step-0.safetensors")[0])


def train(kind):
    """The losses of a training from the first state, beside ours, and its seconds but for the first step."""
    network = build(start, kind)
    decays = lambda name: name.endswith(".weight")
    groups = [
        {"params": [w for name, w in network.w.items() if decays(name)], "weight_decay": facts["weightDecay"], "lr": facts["learningRate"]},
        {"params": [w for name, w in network.w.items() if not decays(name)], "lr": facts["learningRate"]},
    ]
    is_rmsprop = any(name.endswith(".squares") for name in start)
    optimizer = TensorFlowRMSProp(groups, facts["momentum"]) if is_rmsprop else torch.optim.SGD(groups, facts["learningRate"], momentum=facts["momentum"])
    losses, seconds = [], 0.0
    for at in range(facts["steps"]):
        tensors, metadata = read("step-%d.safetensors" % at)
        started = time.time()
        loss = network.losses(tensors["images"].to(kind), tensors["labels"].long(), facts["labelSmoothing"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seconds += time.time() - started if at > 0 else 0
        losses.append(loss.item())
        print(json.dumps({"step": at, "trajectory": loss.item(), "in": str(kind), "ours": metadata["loss"]}), flush=True)
    return losses, seconds


ours = [read("step-%d.safetensors" % at)[1]["loss"] for at in range(facts["steps"])]
farthest = lambda losses, others: max(abs(a / b - 1) for a, b in zip(losses, others))
theirs, seconds = train(torch.float32)
print(json.dumps({"losses of a training from the same start, off by at most": farthest(ours, theirs)}))
if a.double:
    exact, _ = train(torch.float64)
    print(json.dumps({"beside a training in float64": {"ours": farthest(ours, exact), "PyTorch's in float32": farthest(theirs, exact)}}))
batch = len(read("step-0.safetensors")[0]["images"])
print(json.dumps({"images/s": {"ours": facts["imagesPerSecond"], "pytorch": batch * (facts["steps"] - 1) / seconds},
                  "peak GB (ours with the gradients' session, pytorch with float64 steps)": [facts["peakBytes"] / 1e9, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9]}))


def forward_difference(kind=torch.float32):
    """How far our answers are from PyTorch's in evaluation, and PyTorch's."""
    said = build(state_of(end), kind).answer(end["images"].to(kind))
    return off_by(end["logits"], said.double()), said


difference, rounded = forward_difference()
beside_exact, exact = forward_difference(torch.float64)
print(json.dumps({"answers in evaluation, off by": difference, "beside float64": {"ours": beside_exact, "PyTorch's in float32": off_by(rounded, exact)}}))
if facts["model"] == "inception-v3":
    smooth_as_tensorflow(False)
    print(json.dumps({"torchvision as it comes, which counts what is around images": forward_difference()[0]}))
