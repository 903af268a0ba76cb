"""Writes common/src/test/resources/golden/modules/: modules saved by torch.jit.save, and for those
that can be trained one step of each, computed in float64, as networks.py has it.

Needs torch and safetensors:

    python common/src/test/golden/modules.py
"""

import copy
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

RESOURCES = pathlib.Path(__file__).parents[1] / "resources" / "golden" / "modules"


class Net(nn.Module):
    """The module of docs/your-own-network.md."""

    def __init__(self, classes: int):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.block = nn.Sequential(
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
        )
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.fc(self.block(x).mean([2, 3]))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2 * 5 * 5, 6)
        self.frozen = nn.Linear(6, 6)
        self.fc2 = nn.Linear(6, 3)
        for parameter in self.frozen.parameters():
            parameter.requires_grad_(False)

    def forward(self, x):
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc2(torch.tanh(self.frozen(x)))


class Tied(nn.Module):
    """A language model whose decoder is its encoder."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(11, 6)
        self.rnn = nn.LSTM(6, 6, batch_first=True)
        self.decoder = nn.Linear(6, 11)
        self.decoder.weight = self.encoder.weight

    def forward(self, x):
        return self.decoder(self.rnn(self.encoder(x))[0])


class Pixels(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)

    def forward(self, x):
        return self.conv(x)


class Attention(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.encoder = nn.Embedding(11, 6)
        self.layer = nn.TransformerEncoderLayer(6, 2, 8, dropout=dropout, batch_first=True)
        self.decoder = nn.Linear(6, 11)

    def forward(self, x):
        return self.decoder(self.layer(self.encoder(x)))


class Recurrent(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.encoder = nn.Embedding(11, 6)
        self.rnn = nn.LSTM(6, 6, 2, dropout=dropout)
        self.decoder = nn.Linear(6, 11)

    def forward(self, x):
        return self.decoder(self.rnn(self.encoder(x))[0])


class Functional(Mlp):
    def forward(self, x):
        return F.dropout(self.fc2(self.fc1(x.flatten(1))), 0.125, self.training)


class Stateful(Mlp):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return self.fc2(self.fc1(x.flatten(1))) / self.calls


class TwoInputs(Mlp):
    def forward(self, x, y):
        return self.fc2(self.fc1(x.flatten(1))) + y


class Noise(Mlp):
    def forward(self, x):
        return self.fc2(self.fc1(x.flatten(1)) + torch.randn([6]))


def loss_of(net, x, y, reduction):
    output = net(x)
    scores = output.flatten(0, 1) if y.shape == x.shape else output
    targets = y.flatten() if y.shape == x.shape else y
    return output, F.cross_entropy(scores, targets, reduction=reduction)


def others(net):
    """What is kept but not trained."""
    frozen = {k: v for k, v in net.named_parameters() if not v.requires_grad}
    buffers = {k: v for k, v in net.named_buffers() if v.is_floating_point()}
    return {k: v.detach().clone() for k, v in {**frozen, **buffers}.items()}


def write(name, make, x, y):
    torch.manual_seed(1)
    net = make()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1, 0.1)
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    torch.jit.script(net).save(str(RESOURCES / (name + ".pt")))
    net = copy.deepcopy(net).double()
    inputs = x if x.dtype == torch.int64 else x.double()
    file = {"w/" + k: v.detach() for k, v in net.named_parameters() if v.requires_grad}
    file.update({"b/" + k: v for k, v in others(net).items()})
    net.eval()
    file["eval_loss"] = loss_of(net, inputs, y, "sum")[1]
    net.train()
    output, loss = loss_of(net, inputs, y, "mean")
    loss.backward()
    file.update({"g/" + k: v.grad for k, v in net.named_parameters() if v.requires_grad})
    file.update({"next_b/" + k: v for k, v in others(net).items()})
    file.update({"x": x, "y": y, "output": output, "loss": loss})
    file = {
        k: (v if v.dtype == torch.int64 else v.detach().float()).contiguous().clone()
        for k, v in file.items()
    }
    save_file(file, RESOURCES / (name + ".safetensors"))


RESOURCES.mkdir(parents=True, exist_ok=True)
torch.manual_seed(0)
small = torch.randn(6, 2, 5, 5)
write("net", lambda: Net(10), torch.randn(6, 3, 9, 9), torch.randint(10, (6,)))
write("mlp", Mlp, small, torch.randint(3, (6,)))
write("tied", Tied, torch.randint(11, (4, 5)), torch.randint(11, (4, 5)))
write("attention", lambda: Attention(0.0), torch.randint(11, (4, 5)), torch.randint(11, (4, 5)))
write("pixels", Pixels, small, torch.randint(4, (6, 5, 5)))

torch.jit.trace(Net(10), torch.randn(2, 3, 8, 8)).save(str(RESOURCES / "traced.pt"))
for name, net in {
    "stateful": Stateful(),
    "two-inputs": TwoInputs(),
    "noise": Noise(),
    "dropout": nn.Sequential(nn.Flatten(), nn.Linear(50, 3), nn.Dropout(0.25)),
    "no-dropout": nn.Sequential(nn.Flatten(), nn.Linear(50, 3), nn.Dropout(0.0)),
    "lstm-dropout": Recurrent(0.1),
    "attention-dropout": Attention(0.1),
    "functional-dropout": Functional(),
    "momentum-none": nn.Sequential(nn.BatchNorm2d(2, momentum=None), nn.Flatten(), nn.Linear(50, 3)),
    "double": Mlp().double(),
    "no-weights": nn.Flatten(),
}.items():
    torch.jit.script(net).save(str(RESOURCES / (name + ".pt")))
