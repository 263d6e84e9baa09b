"""Architectures of real size with PyTorch's random weights: what make.py --full exports and speed.py times."""
import torchvision.models as zoo
from torch import nn


def resnet18_32(classes=10):
    """For images of 32x32: a 3x3 convolution of stride 1 and no max pool."""
    model = zoo.resnet18(num_classes=classes)
    model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out", nonlinearity="relu")
    model.maxpool = nn.Identity()
    return model


def mobilenet_v2_32(classes=10):
    """For images of 32x32: the stem's stride is 1."""
    model = zoo.mobilenet_v2(num_classes=classes)
    model.features[0][0].stride = (1, 1)
    return model


def with_head(model):
    """torchvision starts a transformer's head at zero, so that its logits would say nothing."""
    nn.init.normal_(model.heads.head.weight, std=0.02)
    return model


def vit_32(classes=10):
    """For images of 32x32: patches of 4, 6 layers of 192 features, 3 heads."""
    return with_head(zoo.VisionTransformer(32, 4, 6, 3, 192, 768, num_classes=classes))


# name: (network, how it is exported, image size); those of 224 have ImageNet's 1000 classes
FULL = {
    "resnet18_32": (resnet18_32, "PRESERVE", 32),
    "resnet18_32.eval": (resnet18_32, "EVAL", 32),
    "mobilenet_v2_32": (mobilenet_v2_32, "PRESERVE", 32),
    "mobilenet_v2_32.eval": (mobilenet_v2_32, "EVAL", 32),
    "vit_32": (vit_32, "EVAL", 32),
    "resnet18": (lambda: zoo.resnet18(num_classes=10), "PRESERVE", 32),
    "resnet18_224": (zoo.resnet18, "PRESERVE", 224),
    "resnet50": (zoo.resnet50, "PRESERVE", 224),
    "vgg11_bn": (zoo.vgg11_bn, "PRESERVE", 224),
    "mobilenet_v2": (zoo.mobilenet_v2, "PRESERVE", 224),
    "mobilenet_v3_small": (zoo.mobilenet_v3_small, "PRESERVE", 224),
    "densenet121": (zoo.densenet121, "PRESERVE", 224),
    "squeezenet1_1": (zoo.squeezenet1_1, "PRESERVE", 224),
    "shufflenet_v2": (zoo.shufflenet_v2_x1_0, "PRESERVE", 224),
    "regnet_y_400mf": (zoo.regnet_y_400mf, "PRESERVE", 224),
    "googlenet": (lambda: zoo.googlenet(aux_logits=False, init_weights=False), "PRESERVE", 224),
    "efficientnet_b0": (zoo.efficientnet_b0, "PRESERVE_EVAL", 224),
    "convnext_tiny": (zoo.convnext_tiny, "EVAL", 224),
    "swin_t": (zoo.swin_t, "EVAL", 224),
    "vit_b_16": (lambda: with_head(zoo.vit_b_16()), "EVAL", 224),
}
