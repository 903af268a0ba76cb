#!/usr/bin/env bash
# One JVM of the cluster in the background; start.sh and stop.sh call it, on other hosts through ssh.
#
#   daemon.sh start FOLDER NAME CLASS [ARGUMENT ...]    output in FOLDER/NAME.log, its process in FOLDER/NAME.pid
#   daemon.sh stop FOLDER NAME                          returns when it is gone
set -euo pipefail

action=$1 folder=$2 name=$3
shift 3
pid_file=$folder/$name.pid
pid=$(cat -- "$pid_file" 2>/dev/null || true)

# The process id may have been given to another process since.
alive() { [[ -n $pid ]] && tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -q '^org\.apache\.spark\.'; } 2>/dev/null

case $action in
  start)
    if alive; then
      echo "$name runs already, as process $pid; stop.sh ends it" >&2
      exit 1
    fi
    setsid nohup "$SPARK_HOME/bin/spark-class" "$@" </dev/null >"$folder/$name.log" 2>&1 &
    echo "$!" >"$pid_file"
    ;;
  stop)
    for signal in TERM KILL; do
      if alive; then kill -"$signal" "$pid" || true; fi
      for ((i = 0; i < 100; i++)); do
        alive || break
        sleep 0.2
      done
    done
    rm -f -- "$pid_file"
    ;;
esac
