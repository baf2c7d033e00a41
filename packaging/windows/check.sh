#!/usr/bin/env bash
# Compiles the program and its tests for Windows x86-64, without linking or running them: packaging/windows/check.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/windows/target.sh
export CARGO_TARGET_DIR=target/ci/windows RUSTFLAGS="-D warnings"
cargo check --locked --target $target --lib --bins --tests
