#!/usr/bin/env bash
# image.sh BINARY OUT: a container image FROM scratch with a static program and the certificates of this machine, as an OCI
# archive. It needs buildah; nothing is pulled.
set -euo pipefail
binary=$(realpath "$1") out=$(realpath -m "$2")
here=$(cd "$(dirname "$0")" && pwd)
version=$(python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); import project; print(project.version())' "$here")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/context" "$work/context/empty"
cp "$binary" "$work/context/cosput"
cp /etc/ssl/certs/ca-certificates.crt "$work/context/"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
buildah="buildah --root $work/root --runroot $work/run"
$buildah bud -q -t "cosput:$version" --timestamp 0 -f "$here/Containerfile" "$work/context" > /dev/null
$buildah push -q "cosput:$version" "oci:$work/layout:cosput:$version"
# buildah's own archive has the time of now in it.
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$out" -C "$work/layout" blobs index.json oci-layout
