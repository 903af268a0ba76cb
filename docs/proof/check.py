"""Holds what Secant computed at each step against PyTorch and numpy.

    python check.py OUT DIR [DIR ...]

OUT is a sweep's output; each DIR holds what `secant export OUT --trial ID --steps A-B --to DIR` wrote
for one of its trials. Prints one line a trial with the largest error of each kind over its steps and
exits with 1 where one is beyond its bound.

    loss       |loss - PyTorch's| / PyTorch's
    gradient   |g - PyTorch's| / |PyTorch's|, at the same weights, samples and targets
    float64    the same against PyTorch's gradient in float64, without a bound (with --float64)
    pytorch    PyTorch's own float32 gradient against its float64 one: what float32 can hold. Where
               a ReLU's input is about 0, float32 and float64 take different sides
    buffers    the running statistics after the step, as gradient
    weights    |w_next - PyTorch's| / |PyTorch's|, from the same g and optimizer state
    update     the same, relative to the norm of the update
    norms      distance, gradient_norm, update_norm, weight_norm and gradient_norm_wd of the table
               against float64 arithmetic, relative
    products   inner_product, update_inner_product, inner_product_wd, relative to the product of the
               norms of their two vectors
    derived    rsi, eb, gamma, prescribed_lr and their _wd: rsi relative to eb, prescribed_lr to
               1 / eb, which are what they can at most be; eb relative; gamma absolute
"""

import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet
import torch
from safetensors import safe_open
from torch.nn import functional as F

import networks
import optimizers

BOUNDS = {
    "loss": 1e-5,
    "gradient": 1e-4,
    "float64": math.inf,
    "pytorch": math.inf,
    "buffers": 1e-5,
    "weights": 1e-5,
    "update": math.inf,
    "norms": 1e-6,
    "products": 1e-6,
    "derived": 1e-6,
}


class Export:
    """One exported file: groups of tensors by their prefix, and what its metadata says."""

    def __init__(self, path):
        with safe_open(path, "pt") as file:
            self.metadata = file.metadata()
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}
        self.trial = json.loads(self.metadata["trial"])

    def group(self, prefix):
        return {n[len(prefix) :]: t for n, t in self.tensors.items() if n.startswith(prefix)}

    def scalar(self, name):
        return self.tensors[name].item()


class Largest(dict):
    """The largest error of each kind so far."""

    def add(self, kind, error):
        # max() would lose a NaN.
        self[kind] = error if math.isnan(error) else max(self.get(kind, 0.0), error)


def relative(ours, theirs):
    """|ours - theirs| / |theirs| over all tensors, in float64; 0 where both are 0."""
    difference = sum(torch.sum((ours[n].double() - theirs[n].double()) ** 2).item() for n in theirs)
    size = sum(torch.sum(theirs[n].double() ** 2).item() for n in theirs)
    return math.sqrt(difference / size) if size else math.sqrt(difference)


def network(step, dtype):
    """The trial's network with the weights and buffers from before the step."""
    state = step.group("w/") | step.group("b/")
    with torch.device("meta"):
        model = networks.build(step.trial, {name: list(t.shape) for name, t in state.items()})
    # Counted by PyTorch, used by no formula.
    counters = [name for name in model.state_dict() if name.endswith("num_batches_tracked")]
    state = {name: tensor.clone() for name, tensor in state.items()}
    model.load_state_dict(state | {name: torch.tensor(0) for name in counters}, assign=True)
    return model.to(dtype).train()


def forward_backward(step, dtype=torch.float32):
    """PyTorch's loss, gradient, and buffers after the step."""
    model = network(step, dtype)
    x, y = step.tensors["x"], step.tensors["y"]
    scores = model(x.to(dtype) if x.is_floating_point() else x)
    if y.shape != scores.shape[:1] + scores.shape[2:]:
        scores, y = scores.flatten(0, 1), y.flatten()
    smoothing = step.trial.get("control", {}).get("label-smoothing", 0.0)
    loss = F.cross_entropy(scores, y, label_smoothing=smoothing)
    loss.backward()
    gradient = {name: p.grad for name, p in model.named_parameters()}
    return loss.item(), gradient, dict(model.named_buffers())


def update(step):
    """The weights that torch.optim makes from the same gradient and state."""
    params = {n: torch.nn.Parameter(t.clone()) for n, t in step.group("w/").items()}
    gradient = step.group("g/")
    for name, parameter in params.items():
        parameter.grad = gradient[name].clone()
    if step.trial["clip-norm"] is not None:
        torch.nn.utils.clip_grad_norm_(params.values(), step.trial["clip-norm"])
    optimizer = optimizers.build(step.trial, list(params.values()), step.scalar("learning_rate"))
    slots = {tuple(name.split("/", 1)): t.clone() for name, t in step.group("s/").items()}
    for name, parameter in params.items():
        state = {slot: tensor for (slot, of), tensor in slots.items() if of == name}
        state["step"] = torch.tensor(float(step.metadata["step"]))
        optimizer.state[parameter] = state
    optimizer.step()
    return {name: parameter.detach() for name, parameter in params.items()}


def geometry(step, final, row, largest):
    """Compares the table's row with float64 arithmetic on the exported float32 vectors."""
    decay = step.trial["weight-decay"]
    w, g, after = step.group("w/"), step.group("g/"), step.group("next/")
    sums = dict.fromkeys(("ww", "gg", "dd", "gd", "uu", "ud", "hh", "hd"), 0.0)
    for name, reference in final.group("w/").items():
        weights, gradient = (v[name].numpy().astype(np.float64).ravel() for v in (w, g))
        vectors = {"w": weights, "g": gradient, "h": gradient + decay * weights}
        vectors["d"] = weights - reference.numpy().astype(np.float64).ravel()
        vectors["u"] = after[name].numpy().astype(np.float64).ravel() - weights
        for product in sums:
            sums[product] += float(vectors[product[0]] @ vectors[product[1]])
    d, u = math.sqrt(sums["dd"]), math.sqrt(sums["uu"])

    def norm(column, value):
        largest.add("norms", abs(row[column] - value) / value if value else abs(row[column]))

    def quantities(suffix, size, product):
        norm("gradient_norm" + suffix, size)
        largest.add("products", abs(row["inner_product" + suffix] - product) / (size * d))
        if size == 0 or d == 0:
            return
        eb = size / d
        largest.add("derived", abs(row["eb" + suffix] - eb) / eb)
        largest.add("derived", abs(row["rsi" + suffix] - product / d**2) / eb)
        largest.add("derived", abs(row["gamma" + suffix] - product / (size * d)))

    norm("distance", d)
    norm("update_norm", u)
    norm("weight_norm", math.sqrt(sums["ww"]))
    if u > 0:
        largest.add("products", abs(row["update_inner_product"] - sums["ud"]) / (u * d))
    size = math.sqrt(sums["gg"])
    quantities("", size, sums["gd"])
    largest.add("derived", abs(row["prescribed_lr"] - sums["gd"] / size**2) * size / d)
    if decay:
        quantities("_wd", math.sqrt(sums["hh"]), sums["hd"])
    elif row["gamma_wd"] is not None:
        raise AssertionError("gamma_wd must be null without weight decay")
    for column in ("loss", "learning_rate"):
        if row[column] != step.scalar(column):
            raise AssertionError(f"{column} of the table is not that of the step")


def steps_of(output, trial_id):
    """The rows of the table `steps` for the reference `final`, by step."""
    table = pyarrow.parquet.read_table(Path(output) / "steps" / f"trial_id={trial_id}")
    return {row["step"]: row for row in table.to_pylist() if row["reference"] == "final"}


def same(tensors, others):
    return all(torch.equal(tensors[name], others[name]) for name in others)


def check(output, directory, float64):
    """The end of a trial, how many of its steps were exported, and the largest errors over them."""
    paths = sorted(Path(directory).glob("step-*.safetensors"), key=lambda p: int(p.stem[5:]))
    if not paths:
        raise SystemExit(f"{directory} holds no step-*.safetensors")
    final = Export(Path(directory) / "final.safetensors")
    if final.trial["architecture"].get("dropout", 0) > 0:
        raise SystemExit(f"{directory}: PyTorch cannot draw this trial's dropout masks")
    if final.trial.get("control", {}).get("gradient-noise", False):
        raise SystemExit(f"{directory}: this trial's gradients are noise")
    rows = steps_of(output, final.metadata["trial_id"])
    largest = Largest()
    before = None
    for path in paths:
        step = Export(path)
        t = int(step.metadata["step"])
        if before and before[0] == t - 1:
            # The path is one path: where a step ends, the next begins, bit for bit.
            if not same(step.group("w/"), before[1]):
                raise AssertionError(f"step {t} does not begin where step {t - 1} ended")
            if before[2]:
                largest.add("buffers", relative(step.group("b/"), before[2]))
        loss, gradient, buffers = forward_backward(step)
        largest.add("loss", abs(step.scalar("loss") - loss) / abs(loss))
        largest.add("gradient", relative(step.group("g/"), gradient))
        if float64:
            exact = forward_backward(step, torch.float64)[1]
            largest.add("float64", relative(step.group("g/"), exact))
            largest.add("pytorch", relative(gradient, exact))
        after, made = step.group("next/"), update(step)
        largest.add("weights", relative(after, made))
        way = math.sqrt(
            sum(torch.sum((made[n].double() - w.double()) ** 2).item() for n, w in step.group("w/").items())
        )
        size = math.sqrt(sum(torch.sum(w.double() ** 2).item() for w in made.values()))
        if way > 0:
            largest.add("update", relative(after, made) * size / way)
        geometry(step, final, rows[t], largest)
        # Positions do not move; PyTorch's counters are not exported.
        moved = {n: b for n, b in buffers.items() if n.endswith(("running_mean", "running_var"))}
        before = (t, after, moved)
    if before[0] == max(rows):
        if not same(final.group("w/"), before[1]):
            raise AssertionError("the last step does not end at the final weights")
        if before[2]:
            largest.add("buffers", relative(final.group("b/"), before[2]))
    return final, len(paths), largest


def describe(trial, weights):
    """The trial in a few words: network, number of weights, update rule, what bends the gradient."""

    def words(options):
        settings = " ".join(f"{key}={value}" for key, value in options.items() if key != "type")
        return f"{options['type']} {settings}".replace(", ", ",")

    bends = {"decay": trial["weight-decay"], "clip": trial["clip-norm"]} | trial.get("control", {})
    rule = words(trial["optimizer"] | {key: value for key, value in bends.items() if value})
    return f"{words(trial['architecture'])} | {weights:,} | {rule}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", help="a sweep's output")
    parser.add_argument("exports", nargs="+", help="folders of exported steps, one a trial")
    parser.add_argument("--float64", action="store_true", help="also compare with PyTorch in float64")
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    broken = False
    for directory in arguments.exports:
        final, count, largest = check(arguments.output, directory, arguments.float64)
        beyond = [kind for kind, error in largest.items() if not error <= BOUNDS[kind]]
        broken = broken or bool(beyond)
        errors = " ".join(f"{kind}={largest[kind]:.1e}" for kind in BOUNDS if kind in largest)
        verdict = "BEYOND " + ",".join(beyond) if beyond else "ok"
        weights = sum(tensor.numel() for tensor in final.group("w/").values())
        print(f"{describe(final.trial, weights)} | {count} steps | {errors} | {verdict}", flush=True)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
