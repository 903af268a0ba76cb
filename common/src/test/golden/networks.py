"""Writes common/src/test/resources/golden/<network>.safetensors: one training step of each network,
small, built from PyTorch's and torchvision's own modules, computed in float64.

Each file holds the weights (w/<name>) and buffers (b/<name>) of the state_dict, a minibatch (x, y),
the output and the loss in training mode, the gradient (g/<name>), the buffers after the step
(next_b/<name>), and the summed loss in evaluation mode with the first buffers (eval_loss).

Needs torch, torchvision and safetensors:

    python common/src/test/golden/networks.py
"""

import math
import pathlib
from collections import OrderedDict

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.models.vgg import VGG, cfgs, make_layers

RESOURCES = pathlib.Path(__file__).parents[1] / "resources" / "golden"


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2 * 6 * 6, 7)
        self.fc2 = nn.Linear(7, 6)
        self.fc3 = nn.Linear(6, 3)

    def forward(self, x):
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc3(F.relu(self.fc2(x)))


class NarrowResNet(ResNet):
    """torchvision's network with another width, and without the large stem where small."""

    def __init__(self, block, layers, channels, inputs, classes, small):
        nn.Module.__init__(self)
        self._norm_layer = nn.BatchNorm2d
        self.inplanes = channels
        self.dilation = 1
        self.groups = 1
        self.base_width = 64
        if small:
            self.conv1 = nn.Conv2d(inputs, channels, 3, padding=1, bias=False)
            self.maxpool = nn.Identity()
        else:
            self.conv1 = nn.Conv2d(inputs, channels, 7, stride=2, padding=3, bias=False)
            self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        for stage in range(4):
            name = f"layer{stage + 1}"
            if stage < len(layers):
                stride = 1 if stage == 0 else 2
                setattr(self, name, self._make_layer(block, channels << stage, layers[stage], stride))
            else:
                setattr(self, name, nn.Identity())
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(self.inplanes, classes)


class UNet(nn.Module):
    def __init__(self, channels, levels, inputs, classes):
        super().__init__()
        self.levels = levels
        for level in range(1, levels + 1):
            width = channels << (level - 1)
            setattr(self, f"encoder{level}", self.block(f"enc{level}", inputs, width))
            inputs = width
        self.bottleneck = self.block("bottleneck", inputs, channels << levels)
        for level in range(levels, 0, -1):
            width = channels << (level - 1)
            setattr(self, f"upconv{level}", nn.ConvTranspose2d(2 * width, width, 2, stride=2))
            setattr(self, f"decoder{level}", self.block(f"dec{level}", 2 * width, width))
        self.conv = nn.Conv2d(channels, classes, 1)

    @staticmethod
    def block(name, inputs, outputs):
        return nn.Sequential(
            OrderedDict(
                [
                    (name + "conv1", nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)),
                    (name + "norm1", nn.BatchNorm2d(outputs)),
                    (name + "relu1", nn.ReLU()),
                    (name + "conv2", nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)),
                    (name + "norm2", nn.BatchNorm2d(outputs)),
                    (name + "relu2", nn.ReLU()),
                ]
            )
        )

    def forward(self, x):
        skipped = []
        for level in range(1, self.levels + 1):
            x = getattr(self, f"encoder{level}")(x)
            skipped.append(x)
            x = F.max_pool2d(x, 2)
        x = self.bottleneck(x)
        for level in range(self.levels, 0, -1):
            x = torch.cat([getattr(self, f"upconv{level}")(x), skipped.pop()], 1)
            x = getattr(self, f"decoder{level}")(x)
        return self.conv(x)


class SegNet(nn.Module):
    CONVOLUTIONS = [2, 2, 3, 3, 3]
    MULTIPLES = [1, 2, 4, 8, 8]

    def __init__(self, channels, inputs, classes):
        super().__init__()
        widths = [channels * multiple for multiple in self.MULTIPLES]
        self.down = []
        self.up = []
        for stage in range(5):
            names = [f"conv{stage + 1}_{i + 1}" for i in range(self.CONVOLUTIONS[stage])]
            for name in names:
                self.add(name, inputs, widths[stage])
                inputs = widths[stage]
            self.down.append(names)
        for stage in range(4, -1, -1):
            names = [f"conv{stage + 1}_{i}_D" for i in range(self.CONVOLUTIONS[stage], 0, -1)]
            for name in names:
                last = name.endswith("_1_D")
                outputs = widths[max(stage - 1, 0)] if last else widths[stage]
                if name == "conv1_1_D":
                    self.conv1_1_D = nn.Conv2d(inputs, classes, 3, padding=1)
                else:
                    self.add(name, inputs, outputs)
                inputs = outputs
            self.up.append(names)

    def add(self, name, inputs, outputs):
        setattr(self, name, nn.Conv2d(inputs, outputs, 3, padding=1))
        setattr(self, name + "_bn", nn.BatchNorm2d(outputs))

    def layer(self, name, x):
        return getattr(self, name + "_bn")(F.relu(getattr(self, name)(x)))

    def forward(self, x):
        masks = []
        for names in self.down:
            for name in names:
                x = self.layer(name, x)
            x, mask = F.max_pool2d(x, 2, return_indices=True)
            masks.append(mask)
        for names in self.up:
            x = F.max_unpool2d(x, masks.pop(), 2)
            for name in names:
                x = self.conv1_1_D(x) if name == "conv1_1_D" else self.layer(name, x)
        return x


class Positions(nn.Module):
    """The table of PyTorch's word_language_model example."""

    def __init__(self, size):
        super().__init__()
        table = torch.zeros(5000, size)
        position = torch.arange(0, 5000, dtype=torch.float).unsqueeze(1)
        rate = torch.exp(torch.arange(0, size, 2).float() * (-math.log(10000.0) / size))
        table[:, 0::2] = torch.sin(position * rate)
        table[:, 1::2] = torch.cos(position * rate)
        self.register_buffer("pe", table.unsqueeze(0).transpose(0, 1))

    def forward(self, x):
        return x + self.pe[: x.size(1)].transpose(0, 1)


class TransformerLm(nn.Module):
    def __init__(self, vocabulary, layers, size, heads, ff):
        super().__init__()
        self.size = size
        self.encoder = nn.Embedding(vocabulary, size)
        self.pos_encoder = Positions(size)
        layer = nn.TransformerEncoderLayer(size, heads, ff, dropout=0, batch_first=True)
        self.transformer_encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.decoder = nn.Linear(size, vocabulary)

    def forward(self, x):
        window = x.size(1)
        mask = torch.triu(torch.full((window, window), -math.inf, dtype=torch.float64), diagonal=1)
        x = self.pos_encoder(self.encoder(x) * math.sqrt(self.size))
        return self.decoder(self.transformer_encoder(x, mask))


class LstmLm(nn.Module):
    def __init__(self, vocabulary, layers, embedding, hidden):
        super().__init__()
        self.encoder = nn.Embedding(vocabulary, embedding)
        self.rnn = nn.LSTM(embedding, hidden, layers, batch_first=True)
        self.decoder = nn.Linear(hidden, vocabulary)

    def forward(self, x):
        return self.decoder(self.rnn(self.encoder(x))[0])


def vgg(depth_key, batch_norm, channels, hidden, classes):
    narrow = [v if v == "M" else v * channels // 64 for v in cfgs[depth_key]]
    net = VGG(make_layers(narrow, batch_norm), classes, init_weights=False)
    net.classifier = nn.Sequential(
        nn.Linear(8 * channels * 7 * 7, hidden),
        nn.ReLU(),
        nn.Dropout(0),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Dropout(0),
        nn.Linear(hidden, classes),
    )
    return net


def images(n, channels, height, width, classes):
    return torch.randn(n, channels, height, width), torch.randint(classes, (n,))


def pixels(n, channels, height, width, classes):
    y = torch.randint(classes, (n, height, width))
    y[torch.rand(y.shape) < 0.1] = -100
    return torch.randn(n, channels, height, width), y


def tokens(n, window, vocabulary):
    return torch.randint(vocabulary, (n, window)), torch.randint(vocabulary, (n, window))


def float_buffers(net):
    return {k: v.clone() for k, v in net.named_buffers() if v.is_floating_point()}


def loss_of(net, x, y, reduction):
    output = net(x)
    scores = output.flatten(0, 1) if y.shape == x.shape else output
    targets = y.flatten() if y.shape == x.shape else y
    return output, F.cross_entropy(scores, targets, reduction=reduction)


def write(name, make, batch):
    torch.manual_seed(0)
    net = make()
    # Numbers that are not special, where a network starts with ones and zeros.
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)):
            nn.init.normal_(module.weight, 1, 0.1)
            nn.init.normal_(module.bias, 0, 0.1)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    x, y = batch()
    net.double()
    inputs = x if x.dtype == torch.int64 else x.double()

    file = {"w/" + k: v.detach().clone() for k, v in net.named_parameters()}
    before = float_buffers(net)
    file.update({"b/" + k: v for k, v in before.items()})
    net.eval()
    with torch.no_grad():
        file["eval_loss"] = loss_of(net, inputs, y, "sum")[1]
    net.train()
    output, loss = loss_of(net, inputs, y, "mean")
    loss.backward()
    file.update({"g/" + k: v.grad for k, v in net.named_parameters()})
    file.update({"next_b/" + k: v for k, v in float_buffers(net).items()})
    file.update({"x": x, "y": y, "output": output, "loss": loss})
    file = {
        k: (v if v.dtype == torch.int64 else v.detach().float()).contiguous().clone()
        for k, v in file.items()
    }
    save_file(file, RESOURCES / (name + ".safetensors"))


RESOURCES.mkdir(parents=True, exist_ok=True)
write("mlp", Mlp, lambda: images(5, 2, 6, 6, 3))
write(
    "resnet-cifar",
    lambda: NarrowResNet(BasicBlock, [1, 1, 1], 4, 2, 3, True),
    lambda: images(6, 2, 12, 12, 3),
)
write(
    "resnet-18",
    lambda: NarrowResNet(BasicBlock, [2, 2, 2, 2], 2, 1, 4, False),
    lambda: images(6, 1, 48, 64, 4),
)
write(
    "resnet-50",
    lambda: NarrowResNet(Bottleneck, [3, 4, 6, 3], 2, 1, 4, False),
    lambda: images(6, 1, 64, 64, 4),
)
write("unet", lambda: UNet(2, 3, 3, 4), lambda: pixels(4, 3, 16, 24, 4))
write("segnet", lambda: SegNet(2, 2, 4), lambda: pixels(4, 2, 64, 32, 4))
write("transformer-lm", lambda: TransformerLm(23, 2, 4, 2, 6), lambda: tokens(4, 7, 23))
write("lstm-lm", lambda: LstmLm(23, 3, 6, 5), lambda: tokens(4, 7, 23))
write("vgg-11", lambda: vgg("A", False, 2, 8, 4), lambda: images(5, 3, 40, 33, 4))
write("vgg-16-batch-norm", lambda: vgg("D", True, 2, 8, 4), lambda: images(4, 3, 40, 64, 4))
