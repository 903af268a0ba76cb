"""The update rules in PyTorch, as a trial's JSON names them."""

import torch


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023."""

    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (beta1, beta2), lr = group["betas"], group["lr"]
            for w in group["params"]:
                m = self.state[w]["exp_avg"]
                direction = (beta1 * m + (1 - beta1) * w.grad).sign()
                w -= lr * (direction + group["weight_decay"] * w)
                m.mul_(beta2).add_(w.grad, alpha=1 - beta2)


def build(trial, params, learning_rate):
    """torch.optim's optimizer of a trial, without state."""
    options = trial["optimizer"]
    kind = options["type"]
    shared = {"lr": learning_rate, "weight_decay": trial["weight-decay"]}
    if kind in ("sgd", "momentum", "nesterov"):
        return torch.optim.SGD(
            params, momentum=options["momentum"], nesterov=options["nesterov"], **shared
        )
    if kind in ("adam", "adamw"):
        rule = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[kind]
        betas = (options["beta1"], options["beta2"])
        return rule(params, betas=betas, eps=options["epsilon"], **shared)
    if kind == "rmsprop":
        return torch.optim.RMSprop(
            params,
            alpha=options["alpha"],
            eps=options["epsilon"],
            momentum=options["momentum"],
            centered=options["centered"],
            **shared,
        )
    if kind == "lion":
        return Lion(params, betas=(options["beta1"], options["beta2"]), **shared)
    raise ValueError(f"no update rule for optimizer {kind}")
