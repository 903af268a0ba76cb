#!/usr/bin/env bash
# What the driver costs: 10,000 trials that train nothing, with a heap of 1 GB; then the finished
# sweep again, through the driver alone and through the command line with its summary and report.
#
#   docs/checks/many-trials.sh [TRIALS] [FOLDER]
set -euo pipefail
home=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
trials=${1:-10000}
folder=${2:-$(mktemp -d)}
cd -- "$home"
./mvnw -q -B -DskipTests package

# The options that Spark needs on this JDK are those of the launcher.
read -ra options <<<"$(sed -n '/^spark_options=(/,/^)/p' secant | sed '1d;$d' | tr '\n' ' ')"
java "${options[@]}" -Xmx1g -cp "spark-job/target/test-classes:$(printf '%s:' spark-job/target/jars/*.jar)" \
  dev.secant.job.ManyTrials "$folder" "$trials"

echo 'the finished sweep on the command line:'
time SECANT_MASTER='local[2]' SECANT_HEAP=1g ./secant run "$folder/many.conf" >"$folder/again.txt"
tail -n 3 "$folder/again.txt"
