#!/usr/bin/env bash
# Starts a Spark cluster of your own: a master on this machine, and workers here or on the hosts of a file.
#
#   deploy/standalone/start.sh [HOSTS]    HOSTS: a file of host names, one a line, reached by ssh without a password
#
#   SPARK_HOME       a Spark 4.1 distribution; at the same path on every host
#   SECANT_CLUSTER   the cluster's folder: secret, logs, processes (default: ~/.secant/cluster). With HOSTS it and this
#                    folder lie on a file system that all of them share.
#   SECANT_WORKERS   workers on this machine, or on each host (default 1)
#   SECANT_CORES     cores of each worker: trials at once (default: all of its machine)
#   SECANT_GPUS      GPUs of each worker (default 0)
#   SECANT_HOST      the name or address of this machine that the workers reach (default: as Spark finds it)
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

refuse() {
  echo "start: $1" >&2
  exit 2
}

: "${SPARK_HOME:?set it to a Spark 4.1 distribution; spark-home.sh makes one of the jars of the build}"
[[ -x $SPARK_HOME/bin/spark-class ]] || refuse "SPARK_HOME is $SPARK_HOME, but there is no bin/spark-class in it"
cluster=${SECANT_CLUSTER:-$HOME/.secant/cluster}
hosts=()
if (($#)); then
  [[ -r $1 ]] || refuse "no file of host names $1"
  mapfile -t hosts < <(sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$1")
  ((${#hosts[@]})) || refuse "$1 names no host"
fi
[[ ! -e $cluster/master ]] || refuse "there is a cluster in $cluster: $(<"$cluster/master"); stop.sh ends it"

# The secret is only ever in this file, which only its owner can read, never on a command line.
umask 077
mkdir -p -- "$cluster"
{
  cat -- "$here/../spark.conf"
  echo "spark.authenticate.secret=$(od -An -tx1 -N32 /dev/urandom | tr -d ' \n')"
  # A finished run leaves its logs on the workers for a day.
  echo 'spark.worker.cleanup.enabled=true'
  echo 'spark.worker.cleanup.appDataTtl=86400'
  if ((${SECANT_GPUS:-0} > 0)); then
    echo "spark.worker.resource.gpu.amount=$SECANT_GPUS"
    echo "spark.worker.resource.gpu.discoveryScript=$here/gpus.sh"
    echo "spark.executor.resource.gpu.amount=$SECANT_GPUS"
  fi
} >"$cluster/spark.conf"

# Waits until the log of NAME says it, and prints the line.
await() {
  local name=$1 text=$2
  for ((i = 0; i < 600; i++)); do
    grep -m 1 -- "$text" "$cluster/$name.log" 2>/dev/null && return
    ! grep -q 'Uncaught exception' "$cluster/$name.log" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 20 -- "$cluster/$name.log" >&2
  refuse "$name did not start, see $cluster/$name.log; stop.sh ends what did"
}

# Words for a shell on another host, which also has to know where Spark and Java are.
on() {
  local host=$1
  shift
  # shellcheck disable=SC2029 # expanded here on purpose: the values are this machine's
  ssh -o BatchMode=yes "$host" "$(printf '%q ' env "SPARK_HOME=$SPARK_HOME" ${JAVA_HOME:+"JAVA_HOME=$JAVA_HOME"} "$@")"
}

master=(org.apache.spark.deploy.master.Master --properties-file "$cluster/spark.conf")
[[ -z ${SECANT_HOST:-} ]] || master+=(--host "$SECANT_HOST")
"$here/daemon.sh" start "$cluster" master "${master[@]}"
line=$(await master 'Starting Spark master at spark://')
url=spark://${line##*spark://}
echo "$url" >"$cluster/master"

worker=(org.apache.spark.deploy.worker.Worker --properties-file "$cluster/spark.conf")
[[ -z ${SECANT_CORES:-} ]] || worker+=(--cores "$SECANT_CORES")
names=()
for host in "${hosts[@]:-}"; do
  for ((number = 1; number <= ${SECANT_WORKERS:-1}; number++)); do
    name=worker${host:+-$host}-$number
    start=("$here/daemon.sh" start "$cluster" "$name" "${worker[@]}" --work-dir "$cluster/work/$name")
    if [[ -z $host ]]; then "${start[@]}" "$url"; else on "$host" "${start[@]}" --host "$host" "$url"; fi
    names+=("$name")
  done
done
for name in "${names[@]}"; do
  await "$name" 'Successfully registered with master' >/dev/null
done
echo "started $url with ${#names[@]} workers; $here/submit.sh run CONF, then $here/stop.sh"
