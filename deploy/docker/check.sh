#!/usr/bin/env bash
# Holds the Dockerfile against a few rules; with --build, builds the CPU image for real and runs a sweep in it.
#
#   deploy/docker/check.sh [--build]
#
# --build needs root, Debian's buildah and, for the base images, either their registry or BASE: an archive
# (.tar) of a Debian root file system with openjdk-17-jdk-headless, tini and git, such as mmdebstrap makes, which then stands in
# for both bases, with the Spark of the build in /opt/spark.
# shellcheck source=deploy/checks/setup.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../checks/setup.sh" docker
file=$deploy/docker/Dockerfile

# One instruction a line, without comments.
mapfile -t lines < <(sed -e '/^ *#/d' "$file" | sed -e ':a; /\\$/ { N; s/\\\n//; ta }' | sed '/^ *$/d')
declare -A stages=() images=()
user='' stage=''
for line in "${lines[@]}"; do
  read -r instruction first rest <<<"$line"
  case $instruction in
    ARG)
      [[ $first != *_IMAGE=* || $first =~ ^[A-Z]+_IMAGE=[a-z.]+/[a-z/-]+:[0-9]+\.[0-9]+[0-9a-z._-]*(@sha256:[0-9a-f]{64})?$ ]] ||
        fail "a base without registry or full version: $line"
      images[${first%%=*}]=1
      ;;
    FROM)
      base=${first//[\$\{\}]/}
      [[ -n ${images[$base]:-}${stages[$base]:-} ]] || fail "a base that is no stage and no argument above: $line"
      stage=${rest#AS }
      # A stage has its base's user.
      user=${stages[$base]:-root}
      stages[$stage]=$user
      ;;
    USER) stages[$stage]=$first ;;
    ADD) fail "ADD takes what COPY does not: $line" ;;
    COPY)
      read -ra words <<<"$first $rest"
      for word in "${words[@]}"; do
        [[ $word != /src/* || $word == */target/* || -e $deploy/../${word#/src/} ]] || fail "there is no $word: $line"
        [[ $word != --from=* || -n ${stages[${word#--from=}]:-} ]] || fail "no such stage: $line"
      done
      ;;
    CMD | ENTRYPOINT) [[ $first == \[* ]] || fail "a shell between Docker and the process: $line" ;;
    RUN | ENV | WORKDIR) ;;
    *) fail "an instruction that this check does not know: $line" ;;
  esac
done
for image in cpu cuda; do
  [[ ${stages[$image]:-} =~ ^[1-9][0-9]*$ ]] || fail "the image $image runs as ${stages[$image]:-nobody}, not as a numbered user that is not root"
done

if [[ ${1:-} != --build ]]; then
  say 'the Dockerfile keeps its rules. NO IMAGE WAS BUILT: --build does'
  exit 0
fi

((EUID == 0)) || cannot 'buildah builds without a daemon only as root'
install_with_apt buildah buildah
work=$(mktemp -d)
export STORAGE_DRIVER=overlay
storage=(--root "$work/storage" --runroot "$work/run")
finish() {
  local code=$?
  buildah "${storage[@]}" rm --all >/dev/null 2>&1 || true
  rm -rf -- "$work"
  exit "$code"
}
trap finish EXIT

build=()
# What the build on this machine has loaded, it need not load again.
[[ ! -d $HOME/.m2 ]] || build+=(--volume "$HOME/.m2:/root/.m2")
if [[ -n ${BASE:-} ]]; then
  # Stands in for both bases: an archive of a root file system.
  container=$(buildah "${storage[@]}" from scratch)
  buildah "${storage[@]}" add --quiet "$container" "$BASE" / >/dev/null
  buildah "${storage[@]}" config --env JAVA_HOME=/usr/lib/jvm/java-17-openjdk-amd64 "$container"
  buildah "${storage[@]}" commit --quiet "$container" localhost/jdk >/dev/null
  # As in Spark's own image.
  buildah "${storage[@]}" run --isolation chroot "$container" -- useradd --system --uid 185 --home-dir /nonexistent spark
  prepare_spark
  buildah "${storage[@]}" copy --quiet "$container" "$SPARK_HOME" /opt/spark >/dev/null
  buildah "${storage[@]}" commit --quiet --rm "$container" localhost/spark >/dev/null
  build+=(--build-arg JDK_IMAGE=localhost/jdk --build-arg SPARK_IMAGE=localhost/spark)
fi
mkdir -- "$work/source"
git -C "$deploy/.." archive HEAD | tar -x -C "$work/source"
buildah "${storage[@]}" build --isolation chroot --target cpu --tag secant:check "${build[@]}" \
  --file "$work/source/deploy/docker/Dockerfile" "$work/source" >"$work/build.log" 2>&1 ||
  { tail -n 20 -- "$work/build.log"; fail 'the CPU image does not build'; }

container=$(buildah "${storage[@]}" from localhost/secant:check)
in_image() {
  buildah "${storage[@]}" run --isolation chroot --volume "$deploy/checks/sweep.conf:/sweep.conf:ro" "$container" -- "$@"
}
[[ $(in_image id -u) == 185 ]] || fail 'the image does not run as user 185'
if in_image bash -c 'echo x >/opt/secant/x' 2>/dev/null; then fail 'the user of the image can write Secant'; fi
in_image secant run /sweep.conf --output /tmp/out >"$work/run.log" 2>&1 || { tail -n 20 -- "$work/run.log"; fail 'the sweep fails in the image'; }
grep '8 of 8 trials complete' "$work/run.log" || fail 'the sweep is not whole'
in_image secant sql /tmp/out 'select * from steps order by trial_id, reference, step' --format csv >"$work/steps.csv" 2>/dev/null
rows=$(($(wc -l <"$work/steps.csv") - 1))
((rows > 0)) || fail 'the image made no steps'
say "the CPU image builds${BASE:+ on a stand-in for its bases}, runs as user 185 and measured $rows steps (${SECONDS} s)"
