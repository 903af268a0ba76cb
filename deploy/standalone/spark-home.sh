#!/usr/bin/env bash
# Lays out DIR as a SPARK_HOME: Spark's jars, as the Maven build has them, and bin/spark-submit.
#
#   deploy/standalone/spark-home.sh DIR
#
# It stands in for a Spark distribution on a machine that has none and cannot load one: the same
# classes, without Hive, Python, R and the scripts in sbin. Where there is a distribution, use that.
set -euo pipefail

refuse() {
  printf 'spark-home.sh: %s\n' "$1" >&2
  exit 2
}

[[ $# == 1 && $1 != -* ]] || refuse 'usage: spark-home.sh DIR'
home=$1
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
list=$root/deploy/target/spark.classpath

[[ -s $list ]] ||
  refuse "no $list; first build: ./mvnw -q -DskipTests -pl deploy -am package"
if [[ -e $home ]]; then
  [[ -d $home ]] || refuse "$home is no folder"
  if [[ ! -f $home/RELEASE && -n $(ls -A -- "$home") ]]; then
    refuse "$home has something in it that is no SPARK_HOME; name another folder"
  fi
fi

mapfile -d : -t jars <"$list"
core=$(printf '%s\n' "${jars[@]}" | sed -n 's|.*/spark-core_\([0-9.]*\)-\(.*\)\.jar$|\2 \1|p')
[[ -n $core ]] || refuse "$list names no spark-core; build again"
read -r version scala <<<"$core"

rm -rf -- "${home:?}/jars" "${home:?}/bin"
mkdir -p -- "$home/jars" "$home/bin"
cp -- "${jars[@]}" "$home/jars/"
printf 'Spark %s for Scala %s, the jars of the Maven repository\n' "$version" "$scala" >"$home/RELEASE"

cat >"$home/bin/spark-class" <<'SCRIPT'
#!/usr/bin/env bash
# Runs a class of Spark's by the command that Spark's own launcher makes for it.
set -euo pipefail
SPARK_HOME=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
export SPARK_HOME SPARK_SCALA_VERSION=2.13 SPARK_CONF_DIR=${SPARK_CONF_DIR:-$SPARK_HOME/conf}
if [[ -f $SPARK_CONF_DIR/spark-env.sh ]]; then
  set -a
  # shellcheck source=/dev/null
  . "$SPARK_CONF_DIR/spark-env.sh"
  set +a
fi
if [[ -n ${JAVA_HOME:-} ]]; then java=$JAVA_HOME/bin/java; else java=java; fi
# The launcher prints what it has to say, a zero byte and a line's end, then the command's words
# with a zero byte after each.
mapfile -d '' -t words < <(
  "$java" -Xmx128m -cp "$SPARK_HOME/jars/*" org.apache.spark.launcher.Main "$@" || printf 'failed\0'
)
[[ -z ${words[0]:-} ]] || printf '%s\n' "${words[0]}" >&2
[[ ${#words[@]} -gt 2 && ${words[-1]} != failed ]] || exit 1
words[1]=${words[1]#$'\n'}
exec "${words[@]:1}"
SCRIPT

cat >"$home/bin/spark-submit" <<'SCRIPT'
#!/usr/bin/env bash
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/spark-class" org.apache.spark.deploy.SparkSubmit "$@"
SCRIPT
chmod +x -- "$home/bin/spark-class" "$home/bin/spark-submit"
printf 'SPARK_HOME=%s: Spark %s, %d jars\n' "$home" "$version" "${#jars[@]}"
