#!/usr/bin/env bash
# static.sh BINARY [RUNNER]: what a static program for Linux must do by itself. In a namespace of its own: names by the hosts
# file, UDP and TCP; TLS; an empty root, with and without certificates. RUNNER runs programs of another processor, such as
# qemu-aarch64-static. It needs unshare, ip, openssl and the right to make namespaces.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath "$1")
runner=${2:+$(command -v "$2")}
if [ "${COSPUT_NAMESPACE-}" = "" ]; then
  COSPUT_NAMESPACE=1 exec unshare --map-root-user --net --mount "$0" "$binary" ${runner:+"$runner"}
fi
work=$(mktemp -d)
children=()
trap '[ ${#children[@]} -eq 0 ] || kill "${children[@]}" 2> /dev/null; rm -rf "$work"' EXIT
fail() { echo "failed: $*" >&2; exit 1; }
ip link set lo up
export COS_SECRET_ID=AKIDexample COS_SECRET_KEY=example HOME=$work COSPUT_METADATA_URL=off
echo content > "$work/file"
bucket=examplebucket-1250000000

file="$(file -bL "$binary" 2> /dev/null || true)"
case $file in *"dynamically linked"*) fail "the program is not static: $file" ;; esac

# Names
printf '127.0.0.1 localhost %s.hosts.test %s.tls.test\n' "$bucket" "$bucket" > "$work/hosts"
printf 'nameserver 127.0.0.1\n' > "$work/resolv.conf"
for name in hosts resolv.conf; do mount --bind "$work/$name" "/etc/$name"; done
python3 "$here/names.py" > "$work/queries" & children+=($!)
$runner "$binary" emulator --dir "$work/store" --listen 127.0.0.1:0 --buckets "$bucket" > "$work/url" 2> "$work/emulator.log" & children+=($!)
for _ in $(seq 300); do
  if grep -qs ready "$work/queries" && [ -s "$work/url" ]; then break; fi
  sleep 0.1
done
port=$(head -n 1 "$work/url"); port=${port##*:}
for name in hosts short.names long.names; do
  [ "$name" = hosts ] && host=hosts.test || host=$name.test
  $runner "$binary" upload "$work/file" "cos://$bucket/$name" --endpoint "http://$host:$port" --max-attempts 1 > "$work/out" 2>&1 || {
    cat "$work/out" "$work/queries"; fail "$host"
  }
done
grep -q "^udp .*short.names.test" "$work/queries" || fail "not asked over UDP"
grep -q "^tcp .*long.names.test" "$work/queries" || fail "not asked over TCP"
! grep -q "hosts.test" "$work/queries" || fail "the hosts file was not read"

# TLS
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 7 -subj "/CN=$bucket.tls.test" \
  -addext basicConstraints=CA:FALSE -addext "subjectAltName=DNS:$bucket.tls.test" -keyout "$work/key.pem" -out "$work/certificate.pem" 2> /dev/null
python3 "$here/tls.py" "$work/certificate.pem" "$work/key.pem" 4433 "$port" > "$work/tls" 2> "$work/tls.log" & children+=($!)
for _ in $(seq 300); do
  if grep -qs ready "$work/tls"; then break; fi
  sleep 0.1
done
secure() { $runner "$binary" upload "$work/file" "cos://$bucket/tls" --endpoint https://tls.test:4433 --max-attempts 1 "$@" > "$work/out" 2>&1; }
secure --ca-bundle "$work/certificate.pem" || { cat "$work/out" "$work/tls.log"; fail "no upload over TLS"; }
if secure; then fail "a certificate of no known authority was accepted"; fi
grep -q "certificate is not trusted" "$work/out" || { cat "$work/out"; fail "the certificate was not refused"; }

# An empty root: no libraries, no certificates, no /proc.
mkdir -p "$work/root/home"
cp "$binary" "$work/root/cosput"
cp "$work/file" "$work/root/home/"
[ -z "$runner" ] || cp "$runner" "$work/root/runner"
empty() { env -i PATH=/usr/sbin:/usr/bin HOME=/home COS_SECRET_ID=a COS_SECRET_KEY=b chroot "$work/root" ${runner:+/runner} /cosput "$@"; }
empty upload /home/file --bucket "$bucket" --emulator > "$work/out" 2>&1 || { cat "$work/out"; fail "the emulator in an empty root"; }
if empty upload /home/file --bucket "$bucket" --region ap-guangzhou --max-attempts 1 > "$work/out" 2>&1; then fail "no certificates"; fi
grep -q -- "--ca-bundle" "$work/out" || { cat "$work/out"; fail "no hint about certificates"; }
