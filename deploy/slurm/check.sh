#!/usr/bin/env bash
# Starts Slurm on this machine, with two nodes and made-up GPUs, and submits secant.sbatch for real: a sweep is cancelled in
# the middle and leaves no process, the same command goes on, is stopped as if its time were up, and goes on by itself; the
# steps are those of a run without Slurm.
#
# Needs Debian's slurmctld, slurmd, slurm-client and munge, which it installs where it may, and root.
# shellcheck source=deploy/checks/setup.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../checks/setup.sh"

((EUID == 0)) || cannot 'slurmd runs as root only'
install_with_apt slurmctld slurmctld slurmd slurm-client munge
[[ -x $deploy/standalone/gpus.sh ]] || cannot 'no standalone/gpus.sh'
prepare_spark

work=$(mktemp -d)
# Slurm's daemons and jobs go by this user's folders only.
chmod 755 "$work"
export SLURM_CONF=$work/slurm.conf
# Waits for what a command says, at most so many seconds.
until_says() {
  local seconds=$1 pattern=$2 text=''
  shift 2
  for ((i = 0; i < seconds * 5; i++)); do
    text=$("$@" 2>&1 || true)
    [[ ! $text =~ $pattern ]] || return 0
    sleep 0.2
  done
  return 1
}
daemons=()
finish() {
  local code=$?
  if ((code != 0)); then
    scancel --quiet --user=root 2>/dev/null || true
    until_says 40 '^$' squeue --noheader || true
  fi
  for process in "${daemons[@]}"; do kill -TERM "$process" 2>/dev/null || true; done
  sleep 1
  for process in "${daemons[@]}"; do kill -KILL "$process" 2>/dev/null || true; done
  wait 2>/dev/null
  rm -rf -- "$work"
  exit "$code"
}
trap finish EXIT

# A port that nobody listens on.
free_port() {
  local port
  for ((port = 20000 + RANDOM % 20000; ; port++)); do
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

mkdir -- "$work/state" "$work/one" "$work/two" "$work/munge" "$work/job"
head -c 1024 /dev/urandom >"$work/munge/key"
chmod 700 "$work/munge"
chmod 400 "$work/munge/key"
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
  --log-file="$work/munge/log" --seed-file="$work/munge/seed" >"$work/munged.log" 2>&1 &
daemons+=("$!")
for gpu in 0 1; do mknod "$work/gpu$gpu" c 1 3; done
host=$(hostname -s)
cat >"$work/slurm.conf" <<CONF
ClusterName=check
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmUser=root
AuthType=auth/munge
# A job that is put into the queue again waits there for cred_expire seconds, 120 unless it is set.
AuthInfo=socket=$work/munge/socket,cred_expire=20
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=1,sched_interval=2
MpiDefault=none
ReturnToService=2
KillWait=20
GresTypes=gpu
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=1 RealMemory=4000 Gres=gpu:1
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=1 RealMemory=4000 Gres=gpu:1
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
cat >"$work/gres.conf" <<CONF
NodeName=one Name=gpu File=$work/gpu0 Flags=nvidia_gpu_env
NodeName=two Name=gpu File=$work/gpu1 Flags=nvidia_gpu_env
CONF
# Nothing here is done by control groups; this plugin, other than the one that is chosen by itself, starts without systemd.
echo 'CgroupPlugin=cgroup/v1' >"$work/cgroup.conf"
slurmctld -D -c -f "$work/slurm.conf" >"$work/slurmctld.out" 2>&1 &
daemons+=("$!")
for node in one two; do
  slurmd -D -N "$node" -f "$work/slurm.conf" >"$work/slurmd-$node.out" 2>&1 &
  daemons+=("$!")
done

until_says 30 '^2 idle' sinfo --noheader --format='%D %T' ||
  { tail -n 5 "$work"/*.log "$work"/*.out; cannot 'Slurm does not start on this machine'; }

# Secant's root is where sbatch is called.
submit() {
  local nodes=$1
  (cd -- "$deploy/.." && SECANT_SHARED=$work/job sbatch --parsable --nodes="$nodes" --cpus-per-task=1 --gres=gpu:1 --mem=0 \
    --output="$work/secant-%j.log" deploy/slurm/secant.sbatch run deploy/checks/sweep.conf --output "$work/there" --set engine.device=cpu)
}
committed() { find "$work/there/trials" -name '*.parquet' 2>/dev/null | wc -l; }
processes() { pgrep -f "$work/job|$work/there" | grep -vx "$$" || true; }

expect
job=$(submit 2)
until_says 240 '^[1-9]' committed || { tail -n 30 -- "$work/secant-$job.log"; fail 'no trial was done'; }
scancel "$job"
until_says 60 CANCELLED scontrol show job "$job" || fail 'scancel did not end the job'
until_says 30 '^$' processes || fail 'processes stayed after scancel'
before=$(committed)
[[ -z $(find "$work/job" -name spark.conf) ]] || fail 'the secret stayed after scancel'

# On another number of nodes.
job=$(submit 1)
until_says 240 "^([$((before + 1))-9])" committed || { tail -n 30 -- "$work/secant-$job.log"; fail 'the second job did not go on'; }
scancel --signal=USR1 --batch "$job"
until_says 400 'JobState=COMPLETED' scontrol show job "$job" || { tail -n 30 -- "$work/secant-$job.log"; fail 'the job did not come back and end'; }
scontrol show job "$job" | grep -q 'Restarts=1' || fail 'the job was not put into the queue again'
until_says 30 '^$' processes || fail 'processes stayed after the job'
left=$(find "$work/job" -mindepth 1)
[[ -z $left ]] || fail "files stayed after the job: $left"

same_steps "$work/there"
say "cancelled on two nodes after $before of $trials trials, gone on with on one, stopped as if out of time, ended by itself: the steps of $trials trials are the same bytes as without Slurm; no process stayed (${SECONDS} s)"
