#!/usr/bin/env bash
# Writes the bill of materials, target/bom.json (CycloneDX), which its plugin holds against the schema, and looks for every
# library in it that secant.jar says it is made of.
# shellcheck source=deploy/checks/setup.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/setup.sh" bom
[[ -s $jar ]] || cannot "there is no $jar; ./mvnw -B -DskipTests package makes it"
cd -- "$deploy/.."

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
bom=target/bom.json
rm -f -- "$bom"
./mvnw -B cyclonedx:makeAggregateBom >"$work/log" 2>&1 || { tail -n 20 -- "$work/log"; fail 'no bill of materials'; }
# It only logs where its own schema check fails.
if grep -E 'ERROR|not conform|invalid' "$work/log"; then fail 'the bill of materials is not valid'; fi
grep -q 'validating BOM (JSON)' "$work/log" || fail 'the bill of materials was not held against the schema'
[[ -s $bom ]] || fail "no $bom"

(cd -- "$work" && "${JAVA_HOME:+$JAVA_HOME/bin/}jar" xf "$jar" META-INF/maven)
libraries=0
while IFS= read -r file; do
  group='' artifact='' version=''
  while IFS='=' read -r key value; do
    value=${value%$'\r'}
    case $key in groupId) group=$value ;; artifactId) artifact=$value ;; version) version=$value ;; esac
  done <"$file"
  [[ $group != dev.secant ]] || continue
  # Parts that came inside other libraries, of which Maven knows nothing: Spark's empty placeholder, the pieces of
  # wildfly-openssl, and parquet-format in analyticsaccelerator-s3.
  case $group:$artifact in
    org.spark-project.spark:unused | org.wildfly.openssl:wildfly-openssl-* | org.apache.parquet:parquet-format) continue ;;
  esac
  grep -qF "\"pkg:maven/$group/$artifact@$version?" "$bom" || fail "$group:$artifact:$version is in the jar, but not in $bom"
  libraries=$((libraries + 1))
done < <(find "$work/META-INF/maven" -name pom.properties)
((libraries >= 20)) || fail "the jar names only $libraries libraries"
components=$(grep -c '"bom-ref"' "$bom")
say "$bom: $components components, among them all $libraries libraries that secant.jar names"
