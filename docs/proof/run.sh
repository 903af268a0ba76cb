#!/usr/bin/env bash
# Runs the sweeps of this folder, exports every step and holds it against PyTorch.
#
#   docs/proof/run.sh [CONF ...]     all of them where none is named
#
#   PYTHON    a Python with the packages of requirements.txt (default: python3)
#
# Prints one line a trial, writes them to results.txt where all sweeps ran, and exits with 1 where an
# error is beyond its bound. Exports of a trial go once they are checked: the largest takes 6 GB.
set -euo pipefail
proof=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
cd -- "$proof/../.."
python=${PYTHON:-python3}
work=out/proof
export SECANT_DATA=$PWD/$work/data SECANT_MASTER=${SECANT_MASTER:-local[1]}

confs=("$@")
((${#confs[@]})) || confs=("$proof"/networks.conf "$proof"/optimizers.conf)
mkdir -p -- "$work"
[[ -d $SECANT_DATA/photos ]] || "$python" "$proof/photos.py" "$SECANT_DATA/photos"

{
  echo "# $(date -u +%F), $(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo), one thread"
  "$python" - <<'VERSIONS'
import platform
from importlib.metadata import version
packages = ("torch", "torchvision", "numpy")
print("# oracle: Python", platform.python_version(), *(f"{p} {version(p)}" for p in packages))
VERSIONS
} >"$work/results.txt"

code=0
for conf in "${confs[@]}"; do
  output=$work/$(basename -- "$conf" .conf)
  ./secant run "$conf" --output "$output"
  trials=$(./secant sql "$output" --format csv \
    "select trial_id, steps from trials where status = 'complete' order by parameters, trial_id" | tail -n +2)
  while IFS=, read -r id steps; do
    rm -rf -- "$work/export"
    ./secant export "$output" --trial "$id" --steps "0-$((steps - 1))" --to "$work/export" </dev/null
    "$python" "$proof/check.py" "$output" "$work/export" | tee -a "$work/results.txt" || code=1
  done <<<"$trials"
done
rm -rf -- "$work/export"
(($#)) || cp -- "$work/results.txt" "$proof/results.txt"
exit "$code"
