#!/usr/bin/env bash
# Open MPI: four ranks are four shards.
. "$(dirname "$0")/scene.sh"
packages mpirun openmpi-bin

sources 64 5
emulate
cosput initiate -r "$scene/data/" "cos://$bucket/mpi" --plan "$scene/plan" --shards 4
ranks() { mpirun --allow-run-as-root --oversubscribe -n "$1" cosput upload-parts --plan "$scene/plan" --quiet; }

# Another number of ranks than shards is refused, before anything is sent.
code=0; ranks 3 > "$scene/three.out" 2>&1 || code=$?
[ "$code" -eq 2 ] || { cat "$scene/three.out" >&2; fail "three ranks for four shards end with $code"; }
[ -z "$(find "$scene/plan/receipts" -type f)" ] || fail "three ranks sent something for four shards"

ranks 4
for shard in 1 2 3 4; do attempts "$scene/plan" "$shard" 1 || fail "shard $shard has no receipts"; done
cosput complete --plan "$scene/plan"
assert_stored mpi
