#!/usr/bin/env bash
# Holds the manifests against the types of the Kubernetes API, against each other, and against what Spark makes of them: the
# tests of deploy/checks. Lets Spark's own spark-submit read what submit.sh composes, and, where there is a kubectl, lets it put
# the kustomization together. No cluster is asked.
# shellcheck source=deploy/checks/setup.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../checks/setup.sh"

reports=$deploy/checks/target/surefire-reports
if [[ ! -s $reports/TEST-dev.secant.deploy.ManifestsTest.xml ]] || [[ -n $(find "$deploy/kubernetes" "$deploy/checks/src" \
  -newer "$reports/TEST-dev.secant.deploy.ManifestsTest.xml" -type f) ]]; then
  # ./mvnw verify has just run them in CI.
  (cd -- "$deploy/.." && ./mvnw -q -B -pl deploy/checks test) || fail 'the tests of deploy/checks'
fi
tests=0
for report in "$reports"/TEST-dev.secant.deploy.*.xml; do
  grep -q 'errors="0".*failures="0"' "$report" || fail "$report"
  tests=$((tests + $(grep -c '<testcase ' "$report")))
done

prepare_spark
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
# A Spark without Kubernetes reads it all, says what it read, and then that it has no Kubernetes.
"$deploy/kubernetes/submit.sh" https://127.0.0.1:1 --verbose -- run /etc/secant/sweep.conf >"$work/read.txt" 2>&1 &&
  fail 'Spark without Kubernetes ran on Kubernetes'
if ! grep -q 'Could not load KUBERNETES classes' "$work/read.txt"; then
  tail -n 20 -- "$work/read.txt"
  fail 'spark-submit did not read the command'
fi
for read in 'deployMode +cluster' 'primaryResource +local:///opt/secant/secant.jar' 'childArgs +\[run /etc/secant/sweep.conf\]' \
  '\(spark.authenticate,true\)' "\\(spark.kubernetes.executor.podTemplateFile,$deploy/kubernetes/executor-pod.yaml\\)"; do
  grep -qE -- "$read" "$work/read.txt" || { cat -- "$work/read.txt"; fail "spark-submit did not read $read"; }
done

together='no kubectl here, so the kustomization was not put together'
(install_with_apt kubectl kubernetes-client) >/dev/null || true
if command -v kubectl >/dev/null; then
  kubectl kustomize "$deploy/kubernetes" >"$work/together.yaml" || fail 'kubectl kustomize'
  grep -q '^  executor-pod.yaml: |' "$work/together.yaml" || fail 'the kustomization makes no config map of the settings'
  together='kubectl puts the kustomization together'
fi
say "$tests tests passed; $together; NO CLUSTER WAS ASKED: there is none here"
