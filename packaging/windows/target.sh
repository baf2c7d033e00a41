# For the scripts beside it: what compiles for Windows x86-64 on Debian or Ubuntu.
target=x86_64-pc-windows-gnu
compiler=x86_64-w64-mingw32-gcc-posix
if ! command -v $compiler > /dev/null; then
  apt-get update
  apt-get install -y --no-install-recommends gcc-mingw-w64-x86-64-posix
fi
rustup target add $target
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=$compiler CC_x86_64_pc_windows_gnu=$compiler
