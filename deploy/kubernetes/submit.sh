#!/usr/bin/env bash
# Runs a command of Secant on Kubernetes with the driver in a pod too, which spark-submit here asks for and then watches.
# Needs the rights to create pods, services and config maps in the namespace; kubectl apply -k deploy/kubernetes comes first.
#
#   deploy/kubernetes/submit.sh https://API:6443 [OPTIONS OF SPARK-SUBMIT --] run /etc/secant/sweep.conf
#
# The sweep's file is one that the driver's pod sees: /etc/secant/sweep.conf is sweep.conf of this folder.
#
#   SPARK_HOME       a Spark 4.1 distribution
#   SECANT_DRY_RUN   if set, prints the command and runs nothing
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

: "${SPARK_HOME:?set it to a Spark 4.1 distribution}"
if (($# < 2)); then
  echo 'submit: which cluster and which command? submit.sh https://API:6443 run /etc/secant/sweep.conf' >&2
  exit 2
fi
api=$1
shift
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

# One file of settings, with the templates where they are here; Spark sends them to the driver.
settings=$(mktemp)
trap 'rm -f -- "$settings"' EXIT
cat -- "$here/../spark.conf" - >"$settings" < <(sed "s|=/etc/secant/|=$here/|" "$here/spark.conf")

command=(
  "$SPARK_HOME/bin/spark-submit" --master "k8s://$api" --deploy-mode cluster --name secant --properties-file "$settings"
  "${options[@]}" --class dev.secant.cli.Main local:///opt/secant/secant.jar "$@"
)
if [[ -n ${SECANT_DRY_RUN:-} ]]; then
  printf '%s\n' "${command[@]}"
else
  "${command[@]}"
fi
