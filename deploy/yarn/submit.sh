#!/usr/bin/env bash
# Runs a command of Secant on YARN.
#
#   deploy/yarn/submit.sh [OPTIONS OF SPARK-SUBMIT --] run conf/quickstart.conf --output hdfs:///user/me/quickstart
#
#   SPARK_HOME             a Spark 4.1 distribution
#   HADOOP_CONF_DIR        the cluster's configuration: core-site.xml, yarn-site.xml
#   SECANT_JAR             Secant as one jar (default: deploy/target/secant.jar)
#   SECANT_EXECUTORS       how many (default 2)
#   SECANT_CORES           cores of each: trials that it trains at once (default 4)
#   SECANT_TENSOR_MEMORY   memory of each beside its heap, for its trials' tensors (default 4g)
#   SECANT_GPUS            GPUs of each (default 0)
#   SECANT_GPUS_PER_TRIAL  1, or 0.5 for two trials on a GPU, and so on (default 1)
#   SECANT_LIBTORCH        an archive of libtorch (.tar.gz, .zip) with lib/libtorch.so inside, which YARN unpacks on each node;
#   PYTORCH_LIBRARY_PATH   or the folder of libtorch, where each node has one; neither where the jar has one inside
#   SECANT_DRY_RUN         if set, prints the command and runs nothing
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

refuse() {
  echo "submit: $1" >&2
  exit 2
}

: "${SPARK_HOME:?set it to a Spark 4.1 distribution}"
: "${HADOOP_CONF_DIR:?set it to the folder of the core-site.xml and yarn-site.xml of the cluster}"
jar=${SECANT_JAR:-$here/../target/secant.jar}
[[ -r $HADOOP_CONF_DIR/yarn-site.xml ]] || refuse "HADOOP_CONF_DIR is $HADOOP_CONF_DIR, but there is no yarn-site.xml in it"
[[ -r $jar ]] || refuse "no $jar; ./mvnw -B -DskipTests package makes it"

# What stands before -- is spark-submit's.
options=()
for argument in "$@"; do
  if [[ $argument == -- ]]; then
    while [[ $1 != -- ]]; do
      options+=("$1")
      shift
    done
    shift
    break
  fi
done
(($#)) || refuse "which command? submit.sh run CONF, for example"

files=()
# A driver inside the cluster sees no file of this machine: the sweep's own travels with it.
if [[ " ${options[*]} " == *' --deploy-mode cluster '* ]]; then
  arguments=()
  for argument in "$@"; do
    if [[ $argument == *.conf && -f $argument ]]; then
      files+=("$argument")
      argument=${argument##*/}
    fi
    arguments+=("$argument")
  done
  set -- "${arguments[@]}"
fi

submit=(
  --master yarn --properties-file "$here/../spark.conf"
  --num-executors "${SECANT_EXECUTORS:-2}" --executor-cores "${SECANT_CORES:-4}"
  --conf "spark.executor.memoryOverhead=${SECANT_TENSOR_MEMORY:-4g}"
)
if ((${SECANT_GPUS:-0} > 0)); then
  # Spark asks YARN for yarn.io/gpu by this setting; the script travels to where each container starts.
  files+=("$here/../standalone/gpus.sh")
  submit+=(
    --conf "spark.executor.resource.gpu.amount=$SECANT_GPUS"
    --conf "spark.executor.resource.gpu.discoveryScript=./gpus.sh"
    --conf "spark.task.resource.gpu.amount=${SECANT_GPUS_PER_TRIAL:-1}"
  )
fi
if [[ -n ${SECANT_LIBTORCH:-} ]]; then
  submit+=(--archives "$SECANT_LIBTORCH#libtorch" --conf spark.executorEnv.PYTORCH_LIBRARY_PATH=libtorch/lib)
elif [[ -n ${PYTORCH_LIBRARY_PATH:-} ]]; then
  submit+=(--conf "spark.executorEnv.PYTORCH_LIBRARY_PATH=$PYTORCH_LIBRARY_PATH")
fi
if ((${#files[@]})); then submit+=(--files "$(IFS=, && printf '%s' "${files[*]}")"); fi

command=("$SPARK_HOME/bin/spark-submit" "${submit[@]}" "${options[@]}" --class dev.secant.cli.Main "$jar" "$@")
if [[ -n ${SECANT_DRY_RUN:-} ]]; then
  printf '%s\n' "${command[@]}"
else
  exec "${command[@]}"
fi
