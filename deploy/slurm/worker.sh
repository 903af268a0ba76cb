#!/usr/bin/env bash
# One node's Spark worker inside a Slurm job; secant.sbatch starts it on each node with srun.
#
#   worker.sh MASTER SETTINGS    the master's address, a file of Spark's settings
#
# It offers the cores and GPUs that Slurm gave the job on this node, keeps its files on the node's own disk, and ends with
# the step.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

work=$(mktemp -d)
worker=''
# Executors end with their worker.
finish() {
  trap '' TERM INT
  [[ -z $worker ]] || kill -TERM "$worker" 2>/dev/null || true
  wait
  rm -rf -- "$work"
}
trap finish EXIT
trap 'exit 143' TERM INT

options=()
if ((${SLURM_GPUS_ON_NODE:-0} > 0)); then
  options+=("-Dspark.worker.resource.gpu.amount=$SLURM_GPUS_ON_NODE")
  options+=("-Dspark.worker.resource.gpu.discoveryScript=$here/../standalone/gpus.sh")
fi
SPARK_WORKER_OPTS="${options[*]} ${SPARK_WORKER_OPTS:-}" SPARK_LOCAL_DIRS=$work \
  "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.worker.Worker --properties-file "$2" \
  --host "$(hostname)" --webui-port 0 --cores "${SLURM_CPUS_PER_TASK:-1}" --work-dir "$work" "$1" &
worker=$!
wait "$worker"
