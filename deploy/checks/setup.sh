# shellcheck shell=bash
# Sourced by the checks: what they share. Its argument is the check's name (default: that of its folder).
#
# Exit codes of every check: 0 it works, 1 it does not, 3 it could not be checked here; the last line says what and why.
set -euo pipefail
deploy=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
check=${1:-$(basename -- "$(dirname -- "$(realpath -- "$0")")")}
jar=$deploy/target/secant.jar

say() { echo "$check: $1"; }

fail() {
  say "FAILED: $1"
  exit 1
}

cannot() {
  say "NOT CHECKED HERE: $1"
  exit 3
}

# Installs Debian's packages where the command, the first argument, is not there.
install_with_apt() {
  local command=$1 log
  shift
  if command -v "$command" >/dev/null; then return; fi
  ((EUID == 0)) || cannot "there is no $command, and only root could install it"
  log=$(mktemp)
  if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1 &&
    ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 3 -- "$log"
    rm -f -- "$log"
    cannot "there is no $command, and apt-get has none"
  fi
  rm -f -- "$log"
}

# Secant's jar, a Spark to submit it with and libtorch, all of the same build.
prepare_spark() {
  local prepared=$deploy/target/check libtorch
  [[ -s $jar ]] || cannot "there is no $jar; ./mvnw -B -DskipTests package makes it"
  if [[ ! $prepared/ready -nt $jar ]]; then
    rm -rf -- "$prepared"
    mkdir -p -- "$prepared/libtorch"
    "$deploy/standalone/spark-home.sh" "$prepared/spark" >/dev/null
    libtorch=$(compgen -G "$deploy/../spark-job/target/jars/pytorch-native-cpu-*.jar") || cannot 'the build has no libtorch'
    (cd -- "$prepared/libtorch" && "${JAVA_HOME:+$JAVA_HOME/bin/}jar" xf "$libtorch" pytorch/cpu/linux-x86_64)
    touch -- "$prepared/ready"
  fi
  # Short-lived processes gain nothing from the second compiler; executors, which train, have it.
  export SPARK_DAEMON_JAVA_OPTS='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'
  export SPARK_SUBMIT_OPTS=$SPARK_DAEMON_JAVA_OPTS
  export SPARK_HOME=$prepared/spark PYTORCH_LIBRARY_PATH=$prepared/libtorch/pytorch/cpu/linux-x86_64
}

# Sets expected to an output of sweep.conf that was made without a cluster, once for all checks.
expect() {
  expected=$deploy/target/check/output
  if [[ ! -s $expected/report.html ]]; then
    rm -rf -- "$expected"
    SPARK_LOCAL_IP=127.0.0.1 SPARK_SUBMIT_OPTS='' "$SPARK_HOME/bin/spark-submit" --master 'local[2]' \
      --properties-file "$deploy/spark.conf" --class dev.secant.cli.Main "$jar" run "$deploy/checks/sweep.conf" \
      --output "$expected" >"$expected.log" 2>&1 || { tail -n 30 -- "$expected.log"; fail 'the sweep fails without a cluster'; }
  fi
}

# A Parquet file without its footer, which lists encodings in any order: the values themselves.
pages() {
  local footer
  footer=$(tail -c 8 -- "$1" | od -An -tu4 -N4)
  head -c "-$((footer + 8))" -- "$1"
}

# Sets trials to how many there are, when the steps of each in an output are the bytes of the expected ones.
same_steps() {
  local folder file
  trials=0
  [[ $(find "$1/steps" -name '*.parquet' | wc -l) == $(find "$expected/steps" -name '*.parquet' | wc -l) ]] ||
    fail 'there are more or fewer files of steps than without a cluster'
  for file in "$expected"/steps/trial_id=*/*.parquet; do
    folder=$(basename -- "$(dirname -- "$file")")
    cmp -- <(pages "$file") <(pages "$1/steps/$folder"/*.parquet) || fail "the steps of $folder are not those without a cluster"
    trials=$((trials + 1))
  done
  ((trials > 0)) || fail 'no steps'
}
