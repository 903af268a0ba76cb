#!/usr/bin/env bash
# Holds the manifests against the types of the Kubernetes API, against each other, and against what Spark makes of them: the
# tests of deploy/checks. Where there is a kubectl it also puts the kustomization together.
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

together='no kubectl here, so the kustomization was not put together'
if command -v kubectl >/dev/null; then
  made=$(kubectl kustomize "$deploy/kubernetes") || fail 'kubectl kustomize'
  [[ $made == *'kind: ConfigMap'* ]] || fail 'the kustomization makes no config map'
  together='kubectl puts the kustomization together'
fi
say "$tests tests passed; $together; no cluster was asked"
