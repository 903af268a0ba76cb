#!/usr/bin/env bash
# How soon a single trial ends on an idle cluster of many slots: a path whose steps take time alone, no core,
# through the real driver, Spark's tasks, checkpoints and tables. One line for each number of slots.
#
#   docs/checks/many-slots.sh [SLOTS ...]
set -euo pipefail
home=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
slots=("$@")
((${#slots[@]})) || slots=(1 2 4 8 16)
cd -- "$home"
./mvnw -q -B -DskipTests package

# The options that Spark needs on this JDK are those of the launcher.
read -ra options <<<"$(sed -n '/^spark_options=(/,/^)/p' secant | sed '1d;$d' | tr '\n' ' ')"
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
java "${options[@]}" -cp "spark-job/target/test-classes:$(printf '%s:' spark-job/target/jars/*.jar)" \
  dev.secant.job.ManySlots "$folder" "${slots[@]}"
