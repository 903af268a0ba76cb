#!/usr/bin/env bash
# Lets Spark's own spark-submit read the command that submit.sh composes, and looks at what it understood. No YARN is started:
# Spark's part for it could not be had in this version.
# shellcheck source=deploy/checks/setup.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../checks/setup.sh"
prepare_spark

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
export HADOOP_CONF_DIR=$work
echo '<configuration/>' >"$work/yarn-site.xml"
cp -- "$deploy/checks/sweep.conf" "$work/my.conf"
tar -C "$work" -czf "$work/libtorch.tar.gz" my.conf
[[ -e $deploy/standalone/gpus.sh ]] || cannot 'no standalone/gpus.sh'

# With everything that can be asked for. A Spark without YARN reads it all, says what it read, and then that it has no YARN.
SECANT_EXECUTORS=3 SECANT_CORES=8 SECANT_TENSOR_MEMORY=12g SECANT_GPUS=2 SECANT_GPUS_PER_TRIAL=0.5 \
  SECANT_LIBTORCH=$work/libtorch.tar.gz "$deploy/yarn/submit.sh" --verbose --queue research --deploy-mode cluster -- \
  run "$work/my.conf" --output hdfs:///out >"$work/read.txt" 2>&1 && fail 'Spark without YARN ran on YARN'
if ! grep -q 'Could not load YARN classes' "$work/read.txt"; then
  tail -n 20 -- "$work/read.txt"
  fail 'spark-submit did not read the command'
fi
while read -r name value; do
  grep -qE -- "^ *$name +$value" "$work/read.txt" || { cat -- "$work/read.txt"; fail "$name is not $value"; }
done <<PARSED
master yarn
deployMode cluster
numExecutors 3
executorCores 8
queue research
mainClass dev.secant.cli.Main
primaryResource file:.*/secant.jar
childArgs \[run my.conf --output hdfs:///out\]
archives file:.*/libtorch.tar.gz#libtorch
files file:.*/my.conf,file:.*/gpus.sh
PARSED
while IFS= read -r setting; do
  grep -qF -- "(${setting%%=*},${setting#*=})" "$work/read.txt" || { cat -- "$work/read.txt"; fail "$setting was not read"; }
done <<SETTINGS
spark.authenticate=true
spark.network.crypto.enabled=true
spark.speculation=false
spark.task.reaper.enabled=true
spark.executor.memoryOverhead=12g
spark.executor.resource.gpu.amount=2
spark.executor.resource.gpu.discoveryScript=./gpus.sh
spark.task.resource.gpu.amount=0.5
spark.executorEnv.PYTORCH_LIBRARY_PATH=libtorch/lib
SETTINGS

! HADOOP_CONF_DIR=$work/nothing "$deploy/yarn/submit.sh" run my.conf 2>/dev/null || fail 'a missing configuration was not refused'
say 'Spark read the command as it was meant. NO YARN WAS STARTED: there is none here'
