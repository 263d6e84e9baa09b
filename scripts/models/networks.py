"""Narrow instances of the architectures that people export: torchvision's own modules, a hundredth of their weights."""
import contextlib
from functools import partial

import torch
import torchvision.models as zoo
from torch import nn
from torchvision.models.convnext import CNBlockConfig
from torchvision.models.densenet import DenseNet
from torchvision.models.efficientnet import EfficientNet, MBConvConfig
from torchvision.models.mobilenetv3 import InvertedResidualConfig, MobileNetV3
from torchvision.models.regnet import BlockParams
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.models.vgg import VGG, make_layers

CLASSES = 10


@contextlib.contextmanager
def narrow(divisor):
    """Divides the widths of all layers made inside; three input channels and ten classes stay."""

    def width(n):
        return n if n in (1, 3, CLASSES) else max(1, round(n / divisor))

    originals = {kind: kind.__init__ for kind in (nn.Conv2d, nn.BatchNorm2d, nn.Linear)}
    counts = {nn.Conv2d: 2, nn.BatchNorm2d: 1, nn.Linear: 2}
    keywords = ("in_channels", "out_channels", "groups", "in_features", "out_features")

    def patched(kind):
        def init(self, *given, **named):
            given = [width(n) if at < counts[kind] else n for at, n in enumerate(given)]
            named = {name: width(n) if name in keywords else n for name, n in named.items()}
            originals[kind](self, *given, **named)

        return init

    try:
        for kind in originals:
            kind.__init__ = patched(kind)
        yield
    finally:
        for kind, original in originals.items():
            kind.__init__ = original


def resnet18():
    with narrow(25):
        return ResNet(BasicBlock, [1, 1, 1, 1], num_classes=CLASSES)


def resnet50():
    with narrow(40):
        return ResNet(Bottleneck, [1, 1, 1, 1], num_classes=CLASSES)


def vgg11_bn():
    """Its average pool to 7x7 cannot be exported at 32x32: a global one and narrower linear layers stand for it."""
    model = VGG(make_layers([4, "M", 6, "M", 8, 8, "M", 12, 12, "M", 12, 12, "M"], batch_norm=True), num_classes=CLASSES)
    model.avgpool = nn.AdaptiveAvgPool2d(1)
    for at, (inputs, outputs) in {0: (12, 24), 3: (24, 24), 6: (24, CLASSES)}.items():
        model.classifier[at] = nn.Linear(inputs, outputs)
    return model


def mobilenet_v2():
    with narrow(8):
        setting = [[1, 24, 1, 1], [6, 40, 2, 2], [6, 64, 1, 2]]
        return zoo.MobileNetV2(CLASSES, inverted_residual_setting=setting)


def mobilenet_v3_small():
    layer = partial(InvertedResidualConfig, dilation=1, width_mult=1)
    setting = [
        layer(16, 3, 16, 16, True, "RE", 2),
        layer(16, 3, 72, 24, False, "RE", 2),
        layer(24, 3, 88, 24, False, "RE", 1),
        layer(24, 5, 96, 40, True, "HS", 2),
        layer(40, 5, 240, 40, True, "HS", 1),
    ]
    with narrow(6):
        return MobileNetV3(setting, 256, CLASSES)


def efficientnet_b0(stochastic_depth=0.2):
    setting = [MBConvConfig(1, 3, 1, 32, 16, 1), MBConvConfig(6, 3, 2, 16, 24, 2), MBConvConfig(6, 5, 2, 24, 40, 1)]
    with narrow(6):
        return EfficientNet(setting, 0.2, stochastic_depth, CLASSES)


def densenet121():
    return DenseNet(4, (2, 2, 3, 2), 8, 3, num_classes=CLASSES)


def squeezenet1_1():
    with narrow(32 / 3):
        return zoo.SqueezeNet("1_1", CLASSES)


def shufflenet_v2():
    return zoo.ShuffleNetV2([2, 2, 2], [8, 16, 24, 32, 48], CLASSES)


def regnet_y():
    blocks = BlockParams([1, 1, 2, 1], [8, 8, 16, 16], [4, 4, 8, 8], [1.0] * 4, [2] * 4, se_ratio=0.25)
    return zoo.RegNet(blocks, CLASSES, stem_width=8, norm_layer=partial(nn.BatchNorm2d, eps=1e-05, momentum=0.1))


def googlenet():
    """Five of the nine inception blocks."""
    with narrow(16):
        model = zoo.GoogLeNet(CLASSES, aux_logits=False, init_weights=False)
        model.fc = nn.Linear(832, CLASSES)
    model.inception4b = model.inception4c = model.inception5a = model.inception5b = nn.Identity()
    return model


def convnext_tiny():
    stages = [CNBlockConfig(6, 8, 1), CNBlockConfig(8, 12, 1), CNBlockConfig(12, 16, 1), CNBlockConfig(16, None, 1)]
    return zoo.ConvNeXt(stages, stochastic_depth_prob=0.1, layer_scale=0.5, num_classes=CLASSES)


def vit():
    return zoo.VisionTransformer(32, 8, 2, 2, 16, 32, num_classes=CLASSES)


def swin():
    return zoo.SwinTransformer([4, 4], 8, [2, 1], [2, 4], [4, 4], 2.0, num_classes=CLASSES)


class Mixer(nn.Module):
    """MLP-Mixer (Tolstikhin et al. 2021): MLPs over the patches and over the channels in turn."""

    def __init__(self, width=16, patches=16, blocks=2):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 8, 8)
        self.blocks = nn.ModuleList()
        for _ in range(blocks):
            tokens = nn.Sequential(nn.Linear(patches, 24), nn.GELU(), nn.Linear(24, patches))
            channels = nn.Sequential(nn.Linear(width, 32), nn.GELU(), nn.Linear(32, width))
            norms = [nn.LayerNorm(width), nn.LayerNorm(width)]
            self.blocks.append(nn.ModuleDict({"norm1": norms[0], "tokens": tokens, "norm2": norms[1], "channels": channels}))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        for block in self.blocks:
            x = x + block["tokens"](block["norm1"](x).transpose(1, 2)).transpose(1, 2)
            x = x + block["channels"](block["norm2"](x))
        return self.head(self.norm(x).mean(1))


def mlp():
    """20 numbers a row, as tables have them."""
    first = [nn.Linear(20, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2)]
    second = [nn.Linear(32, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2)]
    return nn.Sequential(*first, *second, nn.Linear(32, CLASSES))


class Text(nn.Module):
    """A transformer encoder over 12 tokens of a vocabulary of 50; the mean over the tokens is classified."""

    def __init__(self, vocabulary=50, tokens=12, width=16, heads=2, blocks=2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.randn(1, tokens, width) * 0.1)
        self.dropout = nn.Dropout(0.1)
        self.blocks = nn.ModuleList()
        for _ in range(blocks):
            attention = nn.MultiheadAttention(width, heads, batch_first=True)
            mlp = nn.Sequential(nn.Linear(width, 32), nn.GELU(), nn.Dropout(0.1), nn.Linear(32, width))
            norms = [nn.LayerNorm(width), nn.LayerNorm(width)]
            self.blocks.append(nn.ModuleDict({"norm1": norms[0], "attention": attention, "norm2": norms[1], "mlp": mlp}))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 4)

    def forward(self, tokens):
        x = self.dropout(self.embedding(tokens) + self.positions)
        for block in self.blocks:
            y = block["norm1"](x)
            x = x + block["attention"](y, y, y, need_weights=False)[0]
            x = x + block["mlp"](block["norm2"](x))
        return self.head(self.norm(x).mean(1))
