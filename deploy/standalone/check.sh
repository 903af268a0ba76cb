#!/usr/bin/env bash
# Starts a cluster of a master and two workers on this machine, runs a sweep on it, compares its steps with those of a run
# without a cluster, stops it, and looks for processes that stayed.
# shellcheck source=deploy/checks/setup.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../checks/setup.sh"
here=$deploy/standalone
prepare_spark

work=$(mktemp -d)
export SECANT_CLUSTER=$work/cluster SECANT_WORKERS=2 SECANT_CORES=1 SECANT_HOST=127.0.0.1 SPARK_LOCAL_IP=127.0.0.1
# Free ports, for a cluster may run here already.
export SPARK_MASTER_PORT=0 SPARK_MASTER_WEBUI_PORT=0 SPARK_WORKER_WEBUI_PORT=0
finish() {
  local code=$?
  "$here/stop.sh" >/dev/null || true
  rm -rf -- "$work"
  exit "$code"
}
trap finish EXIT

expect
"$here/start.sh" >"$work/start.log" || fail 'start.sh'
[[ $(stat -c %a "$SECANT_CLUSTER/spark.conf") == 600 ]] || fail 'others can read the secret'

# Who does not know the secret is turned away: a worker that guesses.
sed 's/^spark.authenticate.secret=.*/spark.authenticate.secret=guessed/' "$SECANT_CLUSTER/spark.conf" >"$work/guess.conf"
"$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.worker.Worker --properties-file "$work/guess.conf" --work-dir "$work/guess" \
  "$(<"$SECANT_CLUSTER/master")" >"$work/guess.log" 2>&1 &
stranger=$!

"$here/submit.sh" run "$deploy/checks/sweep.conf" --output "$work/there" >"$work/run.log" 2>&1 ||
  { cat -- "$work/run.log"; fail 'the sweep failed on the cluster'; }
kill "$stranger" 2>/dev/null || true
wait "$stranger" || true
grep -q 'Failed to connect to master' "$work/guess.log" || { cat -- "$work/guess.log"; fail 'a stranger was not turned away'; }
workers=$(grep -c 'Registering worker' "$SECANT_CLUSTER/master.log")
((workers == 2)) || fail "the master took $workers workers, not two"
executors=$(find "$SECANT_CLUSTER/work" -name stderr | wc -l)
((executors == 2)) || fail "$executors executors ran, not one on each worker"
secret=$(sed -n 's/^spark.authenticate.secret=//p' "$SECANT_CLUSTER/spark.conf")
! grep -rqF -- "$secret" "$work/run.log" "$SECANT_CLUSTER"/*.log "$SECANT_CLUSTER/work" || fail 'the secret is in a log'

"$here/stop.sh" >/dev/null
left=$(pgrep -f "$work" || true)
[[ -z $left ]] || fail "processes stayed after stop.sh: $left"
[[ ! -e $SECANT_CLUSTER/spark.conf ]] || fail 'the secret stayed after stop.sh'

same_steps "$work/there"
say "a master and two workers: the steps of $trials trials are the same bytes as without a cluster; no process stayed (${SECONDS} s)"
