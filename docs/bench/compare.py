"""Secant and PyTorch side by side: milliseconds a step of the same workloads, taking turns.

    python docs/bench/compare.py --threads 1 --rounds 10 --starts 3 [--device gpu] [WORKLOAD ...]

Both programs are started, with the same number of threads and the same malloc settings, and walk until they
are warm. Then one waits while the other is timed, half a second each, so that both meet the same load of the
machine. Prints medians over the starts of each program's medians over its rounds, as a table in Markdown.
"""

import argparse
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SECANT = HERE.parent.parent / "secant"
WORKLOADS = ["mlp-512", "mlp-4096", "resnet20", "resnet18-cifar", "transformer-lm", "unet", "segnet"]
# The launcher's own; see the comment there.
MALLOC = (
    "glibc.malloc.arena_max=1:glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=1099511627776:glibc.malloc.mmap_max=0"
)


class Timed:
    """A program that is timed where it is its turn."""

    def __init__(self, command, environment):
        self.command = shlex.join(map(str, command))
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True
        )
        self.until_turn()

    def until_turn(self):
        """Waits until it asks for a turn, or has ended: then what it printed since."""
        printed = []
        for line in self.process.stdout:
            if line == "turn\n":
                return ""
            printed.append(line)
        if self.process.wait() != 0:
            self.errors.seek(0)
            sys.exit(f"{self.command} failed:\n{self.errors.read()}")
        return "".join(printed)

    def turn(self):
        """One round. After the last one, its result."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.until_turn()


def together(programs, rounds):
    """The results of programs that take turns."""
    for _ in range(rounds):
        printed = [program.turn() for program in programs]
    return [json.loads(text)["workloads"][0] for text in printed]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workloads", nargs="*")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--starts", type=int, default=3)
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
    options = ["--threads", threads, "--device", arguments.device, "--rounds", str(arguments.rounds), "--turns"]
    print("| workload | weights | PyTorch ms | Secant ms | ratio | measured ms | measured / plain |")
    print("|---|---|---|---|---|---|---|")
    for name in arguments.workloads or WORKLOADS:
        torch, plain, measured = [], [], []
        for _ in range(arguments.starts):
            # One after the other, so that neither disturbs how the other one gets warm.
            ours = Timed([SECANT, "bench", "--json", *options, name], environment)
            theirs = Timed([sys.executable, HERE / "pytorch.py", *options, name], environment)
            our, their = together([ours, theirs], arguments.rounds)
            torch.append(their["plain_ms"])
            plain.append(our["plain_ms"])
            measured.append(our["measured_ms"])
        p, s, m = (statistics.median(values) for values in (torch, plain, measured))
        print(
            f"| {name} | {our['weights']:,} | {p:.2f} | {s:.2f} | {s / p:.3f} | {m:.2f} | {m / s:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
