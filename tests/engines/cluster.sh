# Sourced: a Slurm cluster of four nodes on this machine, below $scene/slurm, without systemd and without privileges.
# A node is a slurmd with a port of its own and one CPU, so that it runs one shard at a time.
nodes=4
cluster=$scene/slurm
export SLURM_CONF=$cluster/slurm.conf

daemon() { # NAME COMMAND…
  local name=$1; shift
  setsid "$@" < /dev/null > "$cluster/$name.out" 2>&1 &
  echo $! > "$cluster/$name.pid"
  disown
}

node_up() { daemon "$1" slurmd -D -N "$1" -f "$SLURM_CONF"; }

# What a node's jobs run. A task keeps the name of its node in its environment, whatever its parent is by now.
tasks() { # [NODE]
  local file
  for file in $(grep -lszx "SLURMD_NODENAME=${1:-node[0-9]*}" /proc/[0-9]*/environ); do
    ! grep -qszxF "SLURM_CONF=$SLURM_CONF" "$file" || { file=${file%/environ}; echo "${file#/proc/}"; }
  done
}

# The daemons that watch those tasks: each is the parent of one.
steps() { # [NODE]
  local task parent
  for task in $(tasks "$@"); do
    parent=$(ps -o ppid= -p "$task" | tr -d ' ') || continue
    [[ $(cat "/proc/$parent/comm" 2> /dev/null) != slurmstepd* ]] || echo "$parent"
  done | sort -u
}

# As if the machine lost power.
kill_node() { kill -9 $(cat "$cluster/$1.pid") $(steps "$1") $(tasks "$1"); }

# As if its network broke: what it runs goes on. An operator gives it up at once; Slurm itself would take 15 seconds.
lose_node() {
  kill -9 "$(cat "$cluster/$1.pid")"
  scontrol update "nodename=$1" state=down reason=lost
}

all_idle() { [ "$(timeout 5 sinfo -h -N -t idle -o %N | wc -l)" -eq "$nodes" ]; }

running_on() { # SHARD: the node that runs this element of the array
  squeue -h -r -n cosput -t RUNNING -o '%K %N' | awk -v shard="$1" '$1 == shard { print $2 }'
}

free_ports() { # COUNT: the first of so many ports in a row that do not answer
  local base port
  while base=$((20000 + RANDOM % 10000)); do
    for ((port = base; port < base + $1; port++)); do
      ! (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || continue 2
    done
    echo "$base"
    return
  done
}

configure() {
  local host user port number inside=
  host=$(hostname -s) user=$(id -un) port=$(free_ports $((nodes + 1)))
  # Where the machine's own name leads to loopback, the daemons listen there only.
  [[ $(getent ahostsv4 "$host") != 127.* ]] || inside=CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
  cat <<CONF
ClusterName=cosput
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CredType=cred/munge
# A job that is requeued waits for the end of its old credential. Five seconds are the least.
AuthInfo=socket=$cluster/munge/socket,cred_expire=5
$inside
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/%n
SlurmctldPidFile=$cluster/slurmctld.own.pid
SlurmdPidFile=$cluster/%n.own.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/%n.log
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1
ReturnToService=2
SlurmdTimeout=3
KillWait=2
MessageTimeout=5
SlurmdParameters=config_overrides
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
  for number in $(seq "$nodes"); do
    echo "NodeName=node$number NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + number)) CPUs=1 RealMemory=1000"
  done
}

engine_up() {
  local version number
  (umask 077; mkdir "$cluster" "$cluster/munge" "$cluster/state"; head -c 128 /dev/urandom > "$cluster/munge/key")
  # munged's clients must reach the socket.
  chmod 755 "$cluster" "$cluster/munge"
  configure > "$SLURM_CONF"
  # From 23.11 on, slurmd does not start without cgroups unless it is told so; earlier versions do not know the line.
  version=$(slurmd -V | grep -oE '[0-9]+\.[0-9]+' | head -n 1)
  [ "$(printf '%s\n' 23.11 "$version" | sort -V | head -n 1)" != 23.11 ] || echo CgroupPlugin=disabled > "$cluster/cgroup.conf"
  daemon munged munged --foreground --force --key-file="$cluster/munge/key" --socket="$cluster/munge/socket" \
    --pid-file="$cluster/munge/pid" --seed-file="$cluster/munge/seed" --log-file="$cluster/munge/log"
  within 10 munge -n -S "$cluster/munge/socket" || skip "munged does not run on this machine"
  daemon slurmctld slurmctld -D -f "$SLURM_CONF"
  for number in $(seq "$nodes"); do
    mkdir "$cluster/node$number"
    node_up "node$number"
  done
  within 30 all_idle || { tail -n 5 "$cluster"/*.out >&2; skip "Slurm does not run on this machine"; }
}

# The daemons that still run, the first ones those that start others.
remaining() {
  local file pid
  for file in "$cluster"/slurmctld.pid "$cluster"/node*.pid "$cluster"/munged.pid; do
    pid=$(cat "$file" 2> /dev/null) || continue
    # A number may be another process by now.
    ! grep -qszF -e "$cluster" "/proc/$pid/cmdline" || echo "$pid"
  done
}

none_remains() { [ -z "$(remaining)$(tasks)" ]; }

engine_down() {
  local pids
  pids="$(remaining) $(steps) $(tasks)"
  [ -z "${pids// }" ] || kill -9 $pids 2> /dev/null || true
  within 5 none_remains
}
