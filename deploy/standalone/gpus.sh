#!/usr/bin/env bash
# Says which GPUs this machine has, as Spark asks it: {"name": "gpu", "addresses": ["0","1"]}.
#
#   spark.worker.resource.gpu.discoveryScript    of a standalone cluster's workers
#   spark.executor.resource.gpu.discoveryScript  on YARN and Kubernetes
#
# The addresses are the numbers by which CUDA counts, from 0, those that a process of this
# environment sees: with CUDA_VISIBLE_DEVICES=2,5 they are 0 and 1, not 2 and 5.
set -euo pipefail

refuse() {
  printf 'gpus.sh: %s\n' "$1" >&2
  exit 1
}

count=0
if [[ -n ${CUDA_VISIBLE_DEVICES+set} ]]; then
  IFS=, read -ra visible <<<"$CUDA_VISIBLE_DEVICES"
  for device in "${visible[@]}"; do
    # CUDA looks no further than the first that is none.
    [[ $device != -* ]] || break
    count=$((count + 1))
  done
else
  command -v nvidia-smi >/dev/null || refuse 'no nvidia-smi: this machine shows no NVIDIA GPU'
  modes=$(nvidia-smi --query-gpu=mig.mode.current --format=csv,noheader) || refuse "nvidia-smi: $modes"
  if grep -q Enabled <<<"$modes"; then
    # Of GPUs that are cut in parts a process sees one part, unless it is told which.
    count=1
  else
    count=$(wc -l <<<"$modes")
  fi
fi

addresses=()
for ((i = 0; i < count; i++)); do addresses+=("\"$i\""); done
printf '{"name": "gpu", "addresses": [%s]}\n' "$(IFS=, && printf '%s' "${addresses[*]:-}")"
