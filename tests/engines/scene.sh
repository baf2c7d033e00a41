# Sourced by each test: an emulator, the program on the path, sources, and waiting. All of it is below the directory $scene.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scene=$(mktemp -d /tmp/cosput-engines.XXXXXX)
bucket=examplebucket-1250000000

fail() { echo "failed: $*" >&2; exit 1; }
skip() { echo "skipped: $*"; exit 0; }

within() { # SECONDS COMMAND…: waits until the command succeeds, on a busy machine three times as long
  local end=$((SECONDS + 3 * $1)); shift
  until "$@" > /dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

# Debian's packages, if this machine can install them.
packages() { # PROGRAM PACKAGE…
  local program=$1; shift
  PATH=$PATH:/usr/sbin
  command -v "$program" > /dev/null && return
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
    > "$scene/packages.log" 2>&1 || skip "could not install $*"
}

unset "${!COSPUT_@}" "${!COS_@}" "${!SLURM_@}" "${!CI_@}"
export PATH=${CARGO_TARGET_DIR:-$root/target}/debug:$PATH HOME=$scene/home
mkdir "$HOME"

emulate() { # [OPTION…]
  export COS_SECRET_ID=AKIDcosputemulator COS_SECRET_KEY=cosput-emulator-secret COSPUT_METADATA_URL=off
  # Without keys in its environment, it accepts its own pair and its temporary credentials.
  env -u COS_SECRET_ID -u COS_SECRET_KEY cosput emulator --dir "$scene/store" --listen 127.0.0.1:0 "$@" > "$scene/emulator.out" 2> "$scene/emulator.err" &
  emulator=$!
  within 10 test -s "$scene/emulator.out" || fail "the emulator does not start"
  COSPUT_ENDPOINT=$(head -n 1 "$scene/emulator.out")
  export COSPUT_ENDPOINT COSPUT_PART_SIZE=4MiB COSPUT_MULTIPART_THRESHOLD=4MiB
}

sources() { # MIB DIRECTORIES: $scene/data with one file of so many MiB and 100 small files in each directory
  mkdir -p "$scene/data/tree"
  head -c "$1M" /dev/urandom > "$scene/data/big.bin"
  local directory
  for directory in $(seq "$2"); do
    mkdir "$scene/data/tree/$directory"
    (cd "$scene/data/tree/$directory" && head -c 100000 /dev/urandom | split -b 1000 -d -a 2)
  done
}

assert_stored() { # PREFIX: the objects below it are exactly the sources
  diff -r "$scene/data/" "$scene/store/$bucket/files/$1" || fail "the objects below $1 are not the sources"
}

receipts() { # PLAN SHARD: the files of the shard's attempts
  find "$1/receipts" -name "$2_*.jsonl"
}

attempts() { # PLAN SHARD COUNT: were there at least so many, each with a receipt?
  [ "$(receipts "$1" "$2" | xargs -r grep -l '^{.*}$' | wc -l)" -ge "$3" ]
}

leave() {
  local code=$?
  trap - EXIT
  if declare -F engine_down > /dev/null; then engine_down || code=1; fi
  [ -z "${emulator-}" ] || kill "$emulator" 2> /dev/null || true
  if [ "$code" -eq 0 ]; then rm -rf "$scene"; else echo "left for a look: $scene" >&2; fi
  exit "$code"
}
trap leave EXIT
trap 'exit 130' INT TERM
