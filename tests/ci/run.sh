#!/usr/bin/env bash
# The action, the GitLab component and the examples: valid, and run by act and gitlab-ci-local against an emulator and stand-ins.
# A tool that cannot be installed is skipped. run.sh [schemas|github|gitlab]…
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- schemas github gitlab
if [ "$(uname)" != Linux ]; then
  echo "skipped: these tests run on Linux"
  exit
fi
# With the features of the tests, so that nothing is compiled a second time.
cargo test --locked --no-run --quiet --test program --manifest-path "$here/../../Cargo.toml"
for name; do
  echo "-- $name"
  begin=$SECONDS
  "$here/$name.sh"
  echo "-- $name: $((SECONDS - begin)) s"
done
