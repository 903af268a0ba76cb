#!/usr/bin/env bash
# A sweep of 10,000 trials that train nothing, whose driver is killed (-9) in the middle: the next
# run does what was missing and nothing else, and every trial is there once.
#
#   docs/checks/driver-kill.sh [TRIALS] [FOLDER]
set -euo pipefail
home=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
trials=${1:-10000}
folder=${2:-$(mktemp -d)}
cd -- "$home"
./mvnw -q -B -DskipTests package

# The options that Spark needs on this JDK are those of the launcher.
read -ra options <<<"$(sed -n '/^spark_options=(/,/^)/p' secant | sed '1d;$d' | tr '\n' ' ')"
class_path="spark-job/target/test-classes:$(printf '%s:' spark-job/target/jars/*.jar)"
many() {
  exec java "${options[@]}" -Xmx1g -cp "$class_path" dev.secant.job.ManyTrials "$folder" "$trials"
}
rows() { find "$folder/out/$1" -name 'part-*.parquet' 2>/dev/null | wc -l; }

many >"$folder/killed.txt" 2>&1 &
driver=$!
until (($(rows trials) >= trials / 2)); do
  kill -0 "$driver" || { cat -- "$folder/killed.txt"; exit 1; }
  sleep 1
done
kill -9 "$driver"
wait "$driver" || true
committed=$(rows trials)
echo "killed with $committed of $trials trials committed"

(many) >"$folder/resumed.txt" 2>&1
grep -E '^(Result|walked|run|a trial)' "$folder/resumed.txt"
grep -q "^Result\[complete=$trials, failed=0, skipped=$committed," "$folder/resumed.txt"
grep -qx "walked: $((trials - committed))" "$folder/resumed.txt"
# A trial's table is a folder of its own with one file.
for table in trials steps; do
  echo "$table: $(rows "$table") files, $(find "$folder/out/$table" -name 'part-*' -printf '%h\n' | sort -u | wc -l) trials"
  (($(rows "$table") == trials))
done
left=$(find "$folder/out" -path '*_checkpoints/*' -o -name '_part-*' | wc -l)
echo "left behind: $left"
((left == 0))
echo OK
