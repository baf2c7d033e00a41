#!/usr/bin/env bash
# The manifests for Kubernetes: valid, and their own command lines upload. A process with JOB_COMPLETION_INDEX is a pod.
. "$(dirname "$0")/scene.sh"
validator="kubernetes-validate==1.37.0"
environment=${CARGO_TARGET_DIR:-$root/target}/engines
python=$environment/bin/python
{ [ -x "$python" ] || python3 -m venv "$environment"; "$python" -m pip install --quiet "$validator"; } \
  > "$scene/packages.log" 2>&1 || skip "could not install $validator"

manifests=$root/examples/kubernetes
ask() { "$python" "$root/tests/engines/manifest.py" "$@"; }
ask check "$manifests"/*.yaml

sources 64 5
emulate
# /data of the manifests is this directory.
export volume=$scene/volume
mkdir "$volume"
mv "$scene/data" "$volume/set"
ln -s "$volume/set" "$scene/data"

# The only variables of a pod are those of its Secret, those that stand for the region, and its index.
{ read -r shards; read -r at_once; } < <(ask shards "$manifests/shards.yaml")
mapfile -t names < <(ask variables "$manifests/common.yaml")
pod() { # FILE [INDEX]: the manifest's command, with its exit code
  local words variables=("PATH=$PATH" "COSPUT_ENDPOINT=$COSPUT_ENDPOINT") name
  for name in "${names[@]}"; do variables+=("$name=${!name}"); done
  [ $# -lt 2 ] || variables+=("JOB_COMPLETION_INDEX=$2")
  mapfile -t words < <(ask command "$1")
  env -i "${variables[@]}" "${words[@]/#\/data/$volume}" > "$scene/${1##*/}.${2-0}.out" 2>&1
}

# The command that the manifests name in their first lines.
initiate=$(sed -n 's/^# *\(cosput initiate .*\)/\1/p' "$manifests/common.yaml")
initiate=${initiate//\/data/$volume}
eval "${initiate/BUCKET/$bucket}"

# complete is started together with the shards, and waits for all of them.
pod "$manifests/complete.yaml" & complete=$!
ended=()
for ((index = 0; index < shards; index++)); do
  pod "$manifests/shards.yaml" "$index" & ended+=($!)
  [ "${#ended[@]}" -lt "$at_once" ] || { wait "${ended[0]}" || fail "a shard failed"; ended=("${ended[@]:1}"); }
done
for one in "${ended[@]}"; do wait "$one" || fail "a shard failed"; done
wait "$complete" || { cat "$scene"/complete.yaml.0.out >&2; fail "complete failed"; }
assert_stored set

# Another pod of a shard that has ended has nothing to do.
pod "$manifests/shards.yaml" 0 || fail "a shard that is sent again fails"
# Without an index, nothing is sent.
code=0; pod "$manifests/shards.yaml" || code=$?
[ "$code" -eq 2 ] || fail "a pod without an index ends with $code"
