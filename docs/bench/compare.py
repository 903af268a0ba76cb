"""Secant and PyTorch side by side: milliseconds a step of the same workloads, taking turns.

    python docs/bench/compare.py --threads 1 --rounds 5 [--device gpu] [WORKLOAD ...]

Each round starts both programs once for each workload, so that both meet the same load of the machine,
with the same number of threads and the same malloc settings. Prints medians over the rounds, as a table
in Markdown.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SECANT = HERE.parent.parent / "secant"
WORKLOADS = ["mlp-512", "mlp-4096", "resnet20", "resnet18-cifar", "transformer-lm", "unet", "segnet"]
# The launcher's own; see the comment there.
MALLOC = (
    "glibc.malloc.arena_max=1:glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=1099511627776:glibc.malloc.mmap_threshold=33554432"
)


def run(command, environment):
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{command} failed:\n{result.stderr}")
    return json.loads(result.stdout)["workloads"][0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workloads", nargs="*")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", choices=["cpu", "gpu"], default="cpu")
    arguments = parser.parse_args()
    threads = str(arguments.threads)
    environment = {
        **os.environ,
        "GLIBC_TUNABLES": MALLOC,
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    }
    options = ["--threads", threads, "--device", arguments.device, "--rounds", "2"]
    print("| workload | weights | PyTorch ms | Secant ms | ratio | measured ms | measured / plain |")
    print("|---|---|---|---|---|---|---|")
    for name in arguments.workloads or WORKLOADS:
        torch, plain, measured = [], [], []
        for _ in range(arguments.rounds):
            torch.append(run([sys.executable, HERE / "pytorch.py", *options, name], environment)["plain_ms"])
            ours = run([SECANT, "bench", "--json", *options, name], environment)
            plain.append(ours["plain_ms"])
            measured.append(ours["measured_ms"])
        p, s, m = (statistics.median(values) for values in (torch, plain, measured))
        print(
            f"| {name} | {ours['weights']:,} | {p:.2f} | {s:.2f} | {s / p:.3f} | {m:.2f} | {m / s:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
