#!/usr/bin/env bash
# Builds the tests for Windows x86-64 on Debian or Ubuntu and runs them under Wine: packaging/windows/test.sh FOLDER [FILTER…]
# FOLDER gets the build and Wine's own files. Without a filter all tests run that Wine can run.
set -euo pipefail
folder=$(mkdir -p "${1:?a folder for the build}" && cd "$1" && pwd)
shift
cd "$(dirname "$0")/../.."
target=x86_64-pc-windows-gnu
wine=/usr/lib/wine/wine64

if ! [ -x $wine ] || ! command -v x86_64-w64-mingw32-gcc-posix > /dev/null; then
  apt-get update
  apt-get install -y --no-install-recommends wine64 gcc-mingw-w64-x86-64-posix
fi
rustup target add $target

export CARGO_TARGET_DIR=$folder/target CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_DEV_OPT_LEVEL=0
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc-posix CC_x86_64_pc_windows_gnu=x86_64-w64-mingw32-gcc-posix
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=$wine WINEPREFIX=$folder/wine WINEDEBUG=-all

mkdir -p "$WINEPREFIX"
$wine wineboot -i > /dev/null 2>&1
system=$WINEPREFIX/drive_c/windows/system32
if ! [ -e "$system/bcryptprimitives.dll" ]; then
  # Rust's standard library takes random numbers from a library that Wine 8 does not have.
  x86_64-w64-mingw32-gcc-posix -shared -o "$system/bcryptprimitives.dll" packaging/windows/bcryptprimitives.c -ladvapi32
fi

# What Wine cannot do, by test:
skipped=(
  # Wine keeps the name of a file that was deleted while it was open, and lets it be opened again. Windows does not.
  lines_in_a_file_that_was_removed_do_not_count
  a_file_that_was_removed_is_noticed
  # Pure, and slow without optimization: it runs on every other platform.
  simulation
)
printf 'not run under Wine: %s\n' "${skipped[@]}"
skips=("${skipped[@]/#/--skip=}")
cargo test --locked --target $target --config 'profile.dev.package."*".opt-level=1' --no-fail-fast \
  --lib --test program -- "${skips[@]}" --test-threads 3 "$@"
