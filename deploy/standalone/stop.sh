#!/usr/bin/env bash
# Ends the cluster that start.sh started, and every process of it. Logs stay in its folder.
#
#   deploy/standalone/stop.sh
#
#   SECANT_CLUSTER   the cluster's folder (default: ~/.secant/cluster)
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
cluster=${SECANT_CLUSTER:-$HOME/.secant/cluster}

shopt -s nullglob
for pid_file in "$cluster"/worker-*.pid "$cluster/master.pid"; do
  [[ -e $pid_file ]] || continue
  name=${pid_file##*/}
  name=${name%.pid}
  # worker-NUMBER is of this machine, worker-HOST-NUMBER of another.
  host=${name#worker-}
  host=${host%-*}
  if [[ $name == master || $name =~ ^worker-[0-9]+$ ]]; then
    "$here/daemon.sh" stop "$cluster" "$name"
  else
    # shellcheck disable=SC2029 # expanded here on purpose: the paths are the same there
    ssh -o BatchMode=yes "$host" "$(printf '%q ' "$here/daemon.sh" stop "$cluster" "$name")"
  fi
done
# The secret goes with the cluster; so do the workers' copies of the jar.
rm -rf -- "$cluster/master" "$cluster/spark.conf" "$cluster/work"
echo "stopped the cluster of $cluster"
