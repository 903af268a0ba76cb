#!/usr/bin/env bash
# Runs every check of the recipes, after ./mvnw verify. Each can be run by itself, too.
#
#   deploy/check.sh [NAME ...]    shell, bom, docker, kubernetes, yarn, standalone, slurm (default: all)
#
# Exit codes: 0 all that could be checked works, 1 something does not, 3 all that could be checked works, but not all could.
set -euo pipefail
deploy=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

(($#)) || set -- shell bom docker kubernetes yarn standalone slurm
failed=() unchecked=()
for name in "$@"; do
  case $name in
    shell | bom) check=$deploy/checks/$name.sh ;;
    *) check=$deploy/$name/check.sh ;;
  esac
  code=0
  "$check" || code=$?
  case $code in
    0) ;;
    3) unchecked+=("$name") ;;
    *) failed+=("$name") ;;
  esac
done

((${#unchecked[@]} == 0)) || echo "deploy: NOT CHECKED HERE, see above: ${unchecked[*]}"
if ((${#failed[@]})); then
  echo "deploy: FAILED, see above: ${failed[*]}"
  exit 1
fi
((${#unchecked[@]} == 0)) || exit 3
