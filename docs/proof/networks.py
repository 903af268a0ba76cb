"""The reference networks in PyTorch, with the names and shapes that the exported tensors have.

torchvision's own code where it has the network; small modules after the public code that the names
come from where it has not.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

try:
    import torchvision
except RuntimeError:
    # Where torchvision's compiled operators do not load (one built for another device), it misses
    # these. Its classification models need neither.
    operators = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    import torchvision

from torchvision.models import resnet, vgg


class Mlp(nn.Module):
    """Linear layers fc1, fc2, ... with ReLU between them."""

    def __init__(self, sizes):
        super().__init__()
        self.count = len(sizes) - 1
        for i in range(self.count):
            setattr(self, f"fc{i + 1}", nn.Linear(sizes[i], sizes[i + 1]))

    def forward(self, x):
        x = x.flatten(1)
        for i in range(1, self.count):
            x = F.relu(getattr(self, f"fc{i}")(x))
        return getattr(self, f"fc{self.count}")(x)


class ResNet(resnet.ResNet):
    """torchvision's ResNet with all widths scaled, and any number of stages up to four.

    small: a 3x3 stem and no max-pool, for images of 32 x 32.
    """

    def __init__(self, block, blocks, channels, inputs, classes, small):
        nn.Module.__init__(self)
        self._norm_layer = nn.BatchNorm2d
        self.inplanes, self.dilation, self.groups, self.base_width = channels, 1, 1, 64
        self.conv1 = (
            nn.Conv2d(inputs, channels, 3, padding=1, bias=False)
            if small
            else nn.Conv2d(inputs, channels, 7, stride=2, padding=3, bias=False)
        )
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.maxpool = nn.Identity() if small else nn.MaxPool2d(3, stride=2, padding=1)
        for stage in range(4):
            layer = (
                self._make_layer(block, channels << stage, blocks[stage], stride=1 if stage == 0 else 2)
                if stage < len(blocks)
                else nn.Identity()
            )
            setattr(self, f"layer{stage + 1}", layer)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(self.inplanes, classes)


class Vgg(vgg.VGG):
    """torchvision's VGG with all widths scaled."""

    def __init__(self, depth, batch_norm, channels, hidden, classes):
        plan = vgg.cfgs[{11: "A", 13: "B", 16: "D", 19: "E"}[depth]]
        plan = [v if v == "M" else v * channels // 64 for v in plan]
        super().__init__(vgg.make_layers(plan, batch_norm), classes, init_weights=False)
        self.classifier = nn.Sequential(
            nn.Linear(8 * channels * 49, hidden),
            nn.ReLU(),
            nn.Identity(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Identity(),
            nn.Linear(hidden, classes),
        )


class UNet(nn.Module):
    """The U-Net of mateuszbuda/brain-segmentation-pytorch, with any number of levels."""

    def __init__(self, inputs, classes, channels, levels):
        super().__init__()
        self.levels = levels
        size = inputs
        for level in range(1, levels + 1):
            width = channels << (level - 1)
            setattr(self, f"encoder{level}", self.block(f"enc{level}", size, width))
            setattr(self, f"upconv{level}", nn.ConvTranspose2d(2 * width, width, 2, stride=2))
            setattr(self, f"decoder{level}", self.block(f"dec{level}", 2 * width, width))
            size = width
        self.bottleneck = self.block("bottleneck", size, 2 * size)
        self.conv = nn.Conv2d(channels, classes, 1)

    @staticmethod
    def block(name, inputs, outputs):
        block = nn.Sequential()
        for i, size in ((1, inputs), (2, outputs)):
            block.add_module(f"{name}conv{i}", nn.Conv2d(size, outputs, 3, padding=1, bias=False))
            block.add_module(f"{name}norm{i}", nn.BatchNorm2d(outputs))
            block.add_module(f"{name}relu{i}", nn.ReLU())
        return block

    def forward(self, x):
        skipped = []
        for level in range(1, self.levels + 1):
            x = getattr(self, f"encoder{level}")(x)
            skipped.append(x)
            x = F.max_pool2d(x, 2)
        x = self.bottleneck(x)
        for level in range(self.levels, 0, -1):
            x = getattr(self, f"upconv{level}")(x)
            x = getattr(self, f"decoder{level}")(torch.cat((x, skipped.pop()), 1))
        return self.conv(x)


class SegNet(nn.Module):
    """The SegNet of nshaud/DeepNetsForEO: VGG16 down and up, with the indices of the pooling.

    ReLU comes before BatchNorm, as there.
    """

    layers = (2, 2, 3, 3, 3)

    def __init__(self, inputs, classes, channels):
        super().__init__()
        widths = [channels * multiple for multiple in (1, 2, 4, 8, 8)]
        size = inputs
        for stage, count in enumerate(self.layers, 1):
            for i in range(1, count + 1):
                self.add(f"conv{stage}_{i}", size, widths[stage - 1])
                size = widths[stage - 1]
        for stage in range(len(self.layers), 0, -1):
            for i in range(self.layers[stage - 1], 0, -1):
                if (stage, i) == (1, 1):
                    self.conv1_1_D = nn.Conv2d(size, classes, 3, padding=1)
                else:
                    width = widths[stage - 1] if i > 1 else widths[stage - 2]
                    self.add(f"conv{stage}_{i}_D", size, width)
                    size = width

    def add(self, name, inputs, outputs):
        setattr(self, name, nn.Conv2d(inputs, outputs, 3, padding=1))
        setattr(self, f"{name}_bn", nn.BatchNorm2d(outputs))

    def layer(self, name, x):
        return getattr(self, f"{name}_bn")(F.relu(getattr(self, name)(x)))

    def forward(self, x):
        indices = []
        for stage, count in enumerate(self.layers, 1):
            for i in range(1, count + 1):
                x = self.layer(f"conv{stage}_{i}", x)
            x, index = F.max_pool2d(x, 2, return_indices=True)
            indices.append(index)
        for stage in range(len(self.layers), 0, -1):
            x = F.max_unpool2d(x, indices.pop(), 2)
            for i in range(self.layers[stage - 1], 0, -1):
                name = f"conv{stage}_{i}_D"
                x = self.conv1_1_D(x) if (stage, i) == (1, 1) else self.layer(name, x)
        return x


class Positions(nn.Module):
    def __init__(self, rows, size):
        super().__init__()
        self.register_buffer("pe", torch.zeros(rows, 1, size))

    def forward(self, x):
        return x + self.pe[: x.size(1)].transpose(0, 1)


class TransformerLm(nn.Module):
    """The transformer of PyTorch's word_language_model, samples first, without dropout."""

    def __init__(self, vocabulary, size, heads, feed_forward, layers, positions):
        super().__init__()
        self.encoder = nn.Embedding(vocabulary, size)
        self.pos_encoder = Positions(positions, size)
        layer = nn.TransformerEncoderLayer(size, heads, feed_forward, dropout=0, batch_first=True)
        self.transformer_encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.decoder = nn.Linear(size, vocabulary)

    def forward(self, x):
        size = self.encoder.embedding_dim
        mask = nn.Transformer.generate_square_subsequent_mask(x.size(1), dtype=self.decoder.weight.dtype)
        x = self.pos_encoder(self.encoder(x) * math.sqrt(size))
        return self.decoder(self.transformer_encoder(x, mask=mask))


class LstmLm(nn.Module):
    """The LSTM of PyTorch's word_language_model, samples first; each starts from a zero state."""

    def __init__(self, vocabulary, embedding, hidden, layers):
        super().__init__()
        self.encoder = nn.Embedding(vocabulary, embedding)
        self.rnn = nn.LSTM(embedding, hidden, layers, batch_first=True)
        self.decoder = nn.Linear(hidden, vocabulary)

    def forward(self, x):
        return self.decoder(self.rnn(self.encoder(x))[0])


def build(trial, shapes):
    """The network of a trial, in training mode and without dropout.

    trial: its canonical JSON, parsed. shapes: of the exported weights and buffers, by name; they say
    what the data decided: channels of the image, classes, vocabulary.
    """
    options = trial["architecture"]
    kind = options["type"]
    if kind == "mlp":
        layers = len(options["hidden"]) + 1
        inputs, classes = shapes["fc1.weight"][1], shapes[f"fc{layers}.weight"][0]
        return Mlp([inputs, *options["hidden"], classes])
    if kind == "resnet-cifar":
        inputs, classes = shapes["conv1.weight"][1], shapes["fc.weight"][0]
        return ResNet(
            resnet.BasicBlock, options["blocks"], options["channels"], inputs, classes, small=True
        )
    if kind == "resnet":
        inputs, classes = shapes["conv1.weight"][1], shapes["fc.weight"][0]
        # torchvision keeps block type and numbers of each depth in its constructors only.
        with torch.device("meta"):
            model = getattr(resnet, f"resnet{options['depth']}")()
        block = type(model.layer1[0])
        blocks = [len(getattr(model, f"layer{i}")) for i in range(1, 5)]
        return ResNet(block, blocks, options["channels"], inputs, classes, small=False)
    if kind == "vgg":
        return Vgg(
            options["depth"],
            options["batch-norm"],
            options["channels"],
            options["hidden"],
            shapes["classifier.6.weight"][0],
        )
    if kind == "unet":
        inputs, classes = shapes["encoder1.enc1conv1.weight"][1], shapes["conv.weight"][0]
        return UNet(inputs, classes, options["channels"], options["levels"])
    if kind == "segnet":
        inputs, classes = shapes["conv1_1.weight"][1], shapes["conv1_1_D.weight"][0]
        return SegNet(inputs, classes, options["channels"])
    if kind == "transformer-lm":
        return TransformerLm(
            shapes["encoder.weight"][0],
            options["dim"],
            options["heads"],
            options["ff"],
            options["layers"],
            shapes["pos_encoder.pe"][0],
        )
    if kind == "lstm-lm":
        return LstmLm(
            shapes["encoder.weight"][0], options["embedding"], options["hidden"], options["layers"]
        )
    raise ValueError(f"no network for architecture {kind}")
