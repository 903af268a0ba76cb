#!/usr/bin/env bash
# Runs a command of Secant on the cluster that start.sh started.
#
#   deploy/standalone/submit.sh run conf/quickstart.conf --output /shared/out
#   deploy/standalone/submit.sh sql /shared/out "select count(*) from steps"
#
#   SPARK_HOME             the Spark 4.1 distribution of the cluster
#   SECANT_CLUSTER         the cluster's folder (default: ~/.secant/cluster)
#   SECANT_JAR             Secant as one jar (default: deploy/target/secant.jar)
#   SECANT_GPUS_PER_TRIAL  1, or 0.5 for two trials on a GPU, and so on; where the workers have GPUs (default 1)
#   PYTORCH_LIBRARY_PATH   the folder of libtorch on every host, where the jar has none inside
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

refuse() {
  echo "submit: $1" >&2
  exit 2
}

: "${SPARK_HOME:?set it to the Spark 4.1 distribution of the cluster}"
cluster=${SECANT_CLUSTER:-$HOME/.secant/cluster}
jar=${SECANT_JAR:-$here/../target/secant.jar}
[[ -r $cluster/master ]] || refuse "no cluster in $cluster; start.sh starts one"
[[ -r $jar ]] || refuse "no $jar; ./mvnw -B -DskipTests package makes it"

submit=(--master "$(<"$cluster/master")" --properties-file "$cluster/spark.conf")
if grep -q '^spark.executor.resource.gpu.amount=' "$cluster/spark.conf"; then
  submit+=(--conf "spark.task.resource.gpu.amount=${SECANT_GPUS_PER_TRIAL:-1}")
fi
exec "$SPARK_HOME/bin/spark-submit" "${submit[@]}" --class dev.secant.cli.Main "$jar" "$@"
