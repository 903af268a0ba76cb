"""Milliseconds a training step in PyTorch, of the workloads of `secant bench`.

    python pytorch.py --threads 1 --rounds 5 mlp-512 resnet20 ...

Written as a careful PyTorch user would: eager mode, the `foreach` SGD with momentum, gradients set to
None between the steps, one minibatch of noise in memory, losses read at the end, so that no step waits for
a GPU. There (`--device gpu`) with deterministic kernels and without TF32, as Secant computes. Prints one
JSON object in the format of `secant bench --json`, without measured steps; `--turns` is its option, too.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

import torch
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "proof"))
from networks import Mlp, ResNet, SegNet, TransformerLm, UNet, resnet  # noqa: E402

# Nothing is compiled here; Secant walks at least as long.
WARM_UP_S = 5
# As Secant's.
TURN_MS = 500


def images(batch):
    return torch.randn(batch, 3, 32, 32), torch.randint(0, 10, (batch,))


def pixels(batch):
    return torch.randn(batch, 3, 64, 64), torch.randint(0, 6, (batch, 64, 64))


def tokens(batch):
    return torch.randint(0, 10_000, (batch, 32)), torch.randint(0, 10_000, (batch, 32))


def small_resnet(blocks, channels):
    return ResNet(resnet.BasicBlock, blocks, channels, 3, 10, small=True)


WORKLOADS = {
    "mlp-512": (lambda: Mlp([3072, 512, 512, 10]), lambda: images(128)),
    "mlp-4096": (lambda: Mlp([3072, 4096, 4096, 4096, 10]), lambda: images(256)),
    "resnet20": (lambda: small_resnet([3, 3, 3], 16), lambda: images(128)),
    "resnet18-cifar": (lambda: small_resnet([2, 2, 2, 2], 64), lambda: images(64)),
    "transformer-lm": (lambda: TransformerLm(10_000, 128, 4, 128, 12, 32), lambda: tokens(32)),
    "unet": (lambda: UNet(3, 6, 32, 4), lambda: pixels(4)),
    "segnet": (lambda: SegNet(3, 6, 64), lambda: pixels(2)),
}


def synchronize(device):
    if device == "gpu":
        torch.cuda.synchronize()


def train(model, optimizer, samples, order, steps, device):
    synchronize(device)
    losses = []
    start = time.perf_counter()
    for _ in range(steps):
        # As a loop over data in memory does.
        x, y = samples[0][order], samples[1][order]
        optimizer.zero_grad(set_to_none=True)
        output = model(x)
        if y.dtype == torch.int64 and output.dim() == 3:
            loss = F.cross_entropy(output.flatten(0, 1), y.flatten())
        elif device == "gpu" and output.dim() == 4:
            # Over an image's pixels there is no deterministic kernel.
            loss = F.cross_entropy(output.permute(0, 2, 3, 1).flatten(0, 2), y.flatten())
        else:
            loss = F.cross_entropy(output, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    torch.stack(losses).tolist()
    return (time.perf_counter() - start) * 1e3 / steps


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", choices=["cpu", "gpu"], default="cpu")
    parser.add_argument("--turns", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_num_interop_threads(1)
    device = arguments.device
    place = "cuda:0" if device == "gpu" else "cpu"
    if device == "gpu":
        torch.use_deterministic_algorithms(True)
        torch.utils.deterministic.fill_uninitialized_memory = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False
    rows = []
    for name in arguments.workloads or WORKLOADS:
        torch.manual_seed(0)
        network, samples = WORKLOADS[name]
        model = network().train().to(place)
        batch = [tensor.to(place) for tensor in samples()]
        order = torch.randperm(len(batch[0]), device=place)
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9, foreach=True)
        train(model, optimizer, batch, order, 2, device)
        steps = int(max(1, min(100, TURN_MS / train(model, optimizer, batch, order, 1, device))))
        start = time.perf_counter()
        while time.perf_counter() - start < WARM_UP_S:
            train(model, optimizer, batch, order, steps, device)
        times = []
        for _ in range(arguments.rounds):
            if arguments.turns:
                print("turn", flush=True)
                sys.stdin.readline()
            # After a rest the first step is slow.
            train(model, optimizer, batch, order, 1, device)
            times.append(train(model, optimizer, batch, order, steps, device))
        rows.append(
            {
                "name": name,
                "threads": arguments.threads,
                "device": device,
                "weights": sum(p.numel() for p in model.parameters()),
                "plain_ms": statistics.median(times),
            }
        )
    print(json.dumps({"torch": torch.__version__, "workloads": rows}))


if __name__ == "__main__":
    main()
