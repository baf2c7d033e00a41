#!/usr/bin/env bash
# Slurm with four nodes: a shard that fails, a node that loses power, a node that loses its network while its shard goes on.
. "$(dirname "$0")/scene.sh"
packages slurmctld slurmctld slurmd slurm-client munge
. "$(dirname "$0")/cluster.sh"

sources 256 20
# The server fails once, in shard 3.
emulate --fault internal-error:on=upload-part,part=60
engine_up
# One request at a time, and slow enough that a node is lost in the middle of its shard.
export COSPUT_CONCURRENCY=1 COSPUT_LIMIT_RATE=16MiB COSPUT_MAX_ATTEMPTS=1
cd "$scene"

declare -A upload
upload() { # NAME: the plan, and the prefix of the keys
  "$root/examples/slurm/upload.sh" data/ "cos://$bucket/$1" "$scene/$1" 8 4 > "$1.out" 2>&1 &
  upload[$1]=$!
}

lines() { cat "$@" | wc -l; }
more_than() { [ "$(lines "$2")" -gt "$1" ]; }

middle() { # NAME: waits until shard 2 has receipts; sets its node and the file of its receipts
  within 30 attempts "$scene/$1" 2 1 || fail "shard 2 does not start"
  node=$(running_on 2) first=$(receipts "$scene/$1" 2)
  [ -n "$node" ] || fail "shard 2 ended before its node was lost"
}

completed() { # NAME
  within 60 cosput status --plan "$scene/$1" --quiet || { tail -n 3 "$1.out" cosput-*.log >&2; fail "$1 is not completed"; }
  assert_stored "$1"
}

ends_well() { # NAME
  wait "${upload[$1]}" || { tail -n 3 "$1.out" cosput-*.log >&2; fail "upload.sh ends with another code than 0"; }
}

echo "a node is killed in the middle of its shard, and another shard ends with code 6"
upload killed
middle killed
kill_node "$node"
sent=$(lines "$first")
completed killed
[ "$(lines "$first")" -eq "$sent" ] || fail "the killed shard went on"
for shard in 2 3; do attempts "$scene/killed" "$shard" 2 || fail "shard $shard was not sent by a second attempt"; done
# Whole lines only: the last one of a killed process may be torn.
twice=$(cat "$scene"/killed/receipts/*.jsonl | grep -oE '^\{.*\}$' | grep -oE '"n":[0-9]+(,"part":[0-9]+)?' | sort | uniq -d)
[ -z "$twice" ] || fail "units with a receipt were sent again: $twice"

node_up "$node"
within 20 all_idle || fail "$node does not come back"

echo "a node is lost, and its shard goes on together with its successor"
upload lost
middle lost
# The copy stands still until its successor runs, so that the two of them surely run at the same time.
copy=$(for task in $(tasks "$node"); do [ "$(cat "/proc/$task/comm")" != cosput ] || echo "$task"; done)
kill -STOP "$copy"
lose_node "$node"
within 60 attempts "$scene/lost" 2 2 || fail "shard 2 was not started again"
sent=$(lines "$first")
kill -CONT "$copy"
within 30 more_than "$sent" "$first" || fail "the lost copy did not go on"
completed lost

# sbatch --wait asks less and less often, up to half a minute apart. Its exit code is awaited once only.
kill "${upload[lost]}"
ends_well killed
