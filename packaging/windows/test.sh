#!/usr/bin/env bash
# Builds the tests for Windows x86-64 on Debian or Ubuntu and runs them under Wine: packaging/windows/test.sh FOLDER [FILTER…]
# FOLDER gets the build and Wine's own files. Without a filter all tests run but those in not_under_wine.txt.
set -euo pipefail
folder=$(mkdir -p "${1:?a folder for the build}" && cd "$1" && pwd)
shift
cd "$(dirname "$0")/../.."
. packaging/windows/target.sh
wine=/usr/lib/wine/wine64
if ! [ -x $wine ]; then
  apt-get update
  apt-get install -y --no-install-recommends wine64
fi

export CARGO_TARGET_DIR=$folder/target CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_DEV_OPT_LEVEL=0
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=$wine WINEPREFIX=$folder/wine WINEDEBUG=-all

mkdir -p "$WINEPREFIX"
$wine wineboot -i > /dev/null 2>&1
system=$WINEPREFIX/drive_c/windows/system32
if ! [ -e "$system/bcryptprimitives.dll" ]; then
  # Rust's standard library takes random numbers from a library that Wine 8 does not have.
  $compiler -shared -o "$system/bcryptprimitives.dll" packaging/windows/bcryptprimitives.c -ladvapi32
fi

mapfile -t left_out < <(grep -v -e '^#' -e '^$' packaging/windows/not_under_wine.txt)
printf 'not run under Wine: %s\n' "${left_out[@]}"
code=0
cargo test --locked --target $target --config 'profile.dev.package."*".opt-level=1' --no-fail-fast \
  --lib --test program -- "${left_out[@]/#/--skip=}" --test-threads 3 "$@" || code=$?
[ $# != 0 ] || packaging/windows/ctrl_c.sh "$CARGO_TARGET_DIR/$target/debug/cosput.exe" || code=$?
exit $code
