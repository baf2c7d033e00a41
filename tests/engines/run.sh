#!/usr/bin/env bash
# Uploads by many machines with real engines, and the debug binary. An engine that cannot be installed is skipped.
# run.sh [slurm|kubernetes|mpi]…
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- slurm kubernetes mpi
if [ "$(uname)" != Linux ]; then
  echo "skipped: the engines run on Linux"
  exit
fi
# With the features of the tests, so that nothing is compiled a second time.
cargo test --locked --no-run --quiet --test program --manifest-path "$here/../../Cargo.toml"
for engine; do
  echo "-- $engine"
  begin=$SECONDS
  "$here/$engine.sh"
  echo "-- $engine: $((SECONDS - begin)) s"
done
