#!/usr/bin/env bash
# Installs what packaging/build.py made into fresh places and runs the README's first command there. What this machine lacks
# the tools for is left out, with a word.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(realpath "${1:-dist}") readme=$PWD/README.md
version=$(python3 -c 'import sys; sys.path.insert(0, "packaging"); import project; print(project.version())')
machine=$(uname -m)
case $machine in x86_64) debian=amd64 ;; aarch64) debian=arm64 ;; *) echo "no packages for $machine" >&2; exit 1 ;; esac
own=cosput-$version-linux-$machine
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# first COMMAND…: the first command of the README, by this program
first() { (cd "$work" && cp "$readme" . && "$@" upload README.md --bucket examplebucket-1250000000 --emulator="$work/objects"); }
check() { # NAME FUNCTION
  # In a condition, a failing command would not end the function.
  set +e
  (set -e; "$2") > "$work/log" 2>&1
  local code=$?
  set -e
  if [ "$code" -eq 0 ]; then echo "$1: ok"; else echo "$1: FAILED"; cat "$work/log"; failed=1; fi
}
has() { command -v "$1" > /dev/null 2>&1 || { echo "$2: left out, $1 is not installed"; return 1; }; }

wheels() { ls "$out/cosput-$version"-py3-none-*linux*"$machine"*.whl; }
static() { bash packaging/static.sh "$work/$own/cosput"; }
aarch64() { # the other processor's program
  tar xzf "$out/cosput-$version-linux-aarch64.tar.gz" -C "$work"
  local program=$work/cosput-$version-linux-aarch64/cosput
  [ "$(qemu-aarch64-static "$program" --version)" = "cosput $version" ]
  first qemu-aarch64-static "$program"
  bash packaging/static.sh "$program" qemu-aarch64-static
}
reproducible() { # the same program packed again
  tar xzf "$out/$own.tar.gz" -C "$work"
  packaging/build.py --platform "linux-$machine" --binary "$work/$own/cosput" --out "$work/again"
  local file
  for file in "$work/again"/*; do
    case ${file##*/} in SHA256SUMS) ;; *) cmp "$file" "$out/${file##*/}" ;; esac
  done
}
manifests() { # of archives that are empty, because those of other platforms are not here
  mkdir "$work/manifests"
  (cd "$work/manifests" && touch "cosput-$version"-{linux,macos}-{x86_64,aarch64}.tar.gz "cosput-$version-windows-x86_64.zip")
  packaging/build.py --channels https://downloads.invalid --out "$work/manifests"
  local empty
  empty=$(sha256sum < /dev/null | cut -d ' ' -f 1)
  [ "$(cat "$work/manifests"/cosput.{rb,json} "$work/manifests"/*.yaml | grep -c "$empty")" -eq 6 ]
  [ "$(find "$work/manifests" -name 'cosput.cosput*.yaml' | wc -l)" -eq 4 ]
  python3 -m json.tool "$work/manifests/cosput.json"
  if grep -r "@[A-Z]" "$work/manifests"; then return 1; fi
}
checksums() { (cd "$out" && sha256sum -c SHA256SUMS); }
archive() {
  tar xzf "$out/$own.tar.gz" -C "$work"
  local folder=$work/$own
  [ "$("$folder/cosput" --version)" = "cosput $version" ]
  [ -f "$folder/man/cosput-upload.1" ] && [ -f "$folder/completions/_cosput" ] && [ -f "$folder/LICENSE-MIT" ]
  first "$folder/cosput"
}
wheel() {
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q --no-index "$(wheels)"
  [ "$("$work/venv/bin/cosput" --version)" = "cosput $version" ]
  [ -f "$work/venv/share/man/man1/cosput.1" ]
  first "$work/venv/bin/cosput"
}
uvx() { first command uvx --offline --no-config --from "$(wheels)" cosput; }
deb() {
  debootstrap --variant=minbase stable "$work/root"
  cp "$out/cosput_$version-1_$debian.deb" "$work/root/cosput.deb"
  cp README.md "$work/root/"
  chroot "$work/root" dpkg -i /cosput.deb
  chroot "$work/root" cosput upload README.md --bucket examplebucket-1250000000 --emulator
  chroot "$work/root" dpkg -r cosput
}
together() { # of the functions that uploads run; code_order.py
  local size
  size=$(readelf -SW "$work/$own/cosput" | sed -n 's/.* \.text_often *PROGBITS *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\) .*/\1/p')
  echo "${size:-no section}"
  [ "$((16#${size:-0}))" -gt 1500000 ]
}
anonymous() { [ "$(grep -acF -e "$HOME/" -e "$PWD/" "$work/$own/cosput")" = 0 ]; }
clean() { lintian --allow-root --fail-on error,warning "$out/cosput_$version-1_$debian.deb"; }
rpm() {
  command rpm --root "$work/rpm" --initdb
  command rpm --root "$work/rpm" -i "$out/cosput_$version-1_$debian.rpm"
  command rpm --root "$work/rpm" -V cosput
  cp README.md "$work/rpm/"
  HOME=/tmp chroot "$work/rpm" cosput upload README.md --bucket examplebucket-1250000000 --emulator
  command rpm --root "$work/rpm" -e cosput
  [ ! -e "$work/rpm/usr/bin/cosput" ]
}
image() {
  bash packaging/image.sh "$work/$own/cosput" "$work/image.tar"
  bash packaging/image.sh "$work/$own/cosput" "$work/again.tar"
  cmp "$work/image.tar" "$work/again.tar"
  export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
  local buildah="buildah --root $work/containers --runroot $work/run"
  local container
  container=$($buildah from "oci-archive:$work/image.tar")
  mkdir "$work/volume" && cp README.md "$work/volume/" && chmod 777 "$work/volume"
  for user in 0 12345; do
    $buildah run --user "$user" -v "$work/volume:/work" "$container" -- \
      /usr/bin/cosput upload README.md --bucket examplebucket-1250000000 --emulator="/work/$user"
  done
}

check "checksums" checksums
check "manifests of Homebrew, Scoop, winget" manifests
check "archive" archive
check "the same bytes again" reproducible
check "no path of this machine in the program" anonymous
if has readelf "functions in their order"; then check "functions in their order" together; fi
if unshare --map-root-user --net --mount true 2> /dev/null; then
  check "static: names, TLS, an empty root" static
else
  echo "static: left out, no namespaces here"
fi
check "wheel in a new environment" wheel
if has uvx "uvx"; then check "uvx" uvx; fi
if [ "$machine" != aarch64 ] && [ -e "$out/cosput-$version-linux-aarch64.tar.gz" ]; then
  if has qemu-aarch64-static "aarch64"; then check "aarch64" aarch64; fi
fi
if [ -e "$out/cosput_$version-1_$debian.deb" ]; then
  if has debootstrap ".deb in a fresh Debian"; then check ".deb in a fresh Debian" deb; fi
  if has lintian "lintian"; then check "lintian" clean; fi
fi
if [ -e "$out/cosput_$version-1_$debian.rpm" ] && has rpm ".rpm in an empty root"; then check ".rpm in an empty root" rpm; fi
if has buildah "container image"; then check "container image, as any user" image; fi
exit "$failed"
