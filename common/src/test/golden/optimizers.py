"""Golden paths of torch.optim, and of Lion as its authors wrote it, on 64 numbers.

Writes src/test/resources/golden/optimizers.safetensors: the start, ten gradients, ten learning rates,
and for each case the weights after every step. OptimizerGoldenTest holds our updates against them.

    python optimizers.py        # needs torch and safetensors; written with torch 2.13.0
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

SIZE, STEPS = 64, 10
DECAY, CLIP = 0.05, 3.0


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (beta1, beta2), lr = group["betas"], group["lr"]
            for w in group["params"]:
                m = self.state[w].setdefault("exp_avg", torch.zeros_like(w))
                direction = (beta1 * m + (1 - beta1) * w.grad).sign()
                w -= lr * (direction + group["weight_decay"] * w)
                m.mul_(beta2).add_(w.grad, alpha=1 - beta2)


CASES = {
    "sgd": (torch.optim.SGD, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "nesterov": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "adam": (torch.optim.Adam, {}),
    "adamw": (torch.optim.AdamW, {}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "rmsprop-centered": (torch.optim.RMSprop, {"centered": True}),
    "rmsprop-momentum": (torch.optim.RMSprop, {"momentum": 0.9}),
    "rmsprop-centered-momentum": (torch.optim.RMSprop, {"centered": True, "momentum": 0.9}),
    "lion": (Lion, {}),
}


def path(optimizer_class, options, start, gradients, rates):
    w = torch.nn.Parameter(start.clone())
    optimizer = optimizer_class([w], lr=1.0, weight_decay=DECAY, **options)
    weights = []
    for gradient, rate in zip(gradients, rates):
        w.grad = gradient.clone()
        torch.nn.utils.clip_grad_norm_([w], CLIP)
        for group in optimizer.param_groups:
            group["lr"] = rate.item()
        optimizer.step()
        weights.append(w.detach().clone())
    return torch.stack(weights)


def main():
    torch.manual_seed(0)
    start = torch.randn(SIZE)
    # Norms from about 1 to about 8: some are clipped, some are not.
    gradients = torch.randn(STEPS, SIZE) * torch.linspace(0.1, 1.0, STEPS).unsqueeze(1)
    rates = torch.linspace(0.02, 0.002, STEPS)
    tensors = {"start": start, "gradients": gradients, "rates": rates}
    for name, (optimizer_class, options) in CASES.items():
        tensors[name] = path(optimizer_class, options, start, gradients, rates)
    metadata = {"torch": torch.__version__, "weight_decay": str(DECAY), "clip_norm": str(CLIP)}
    file = Path(__file__).parent.parent / "resources" / "golden" / "optimizers.safetensors"
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, file, metadata)


if __name__ == "__main__":
    main()
