#!/usr/bin/env bash
# An upload under Wine is stopped by Ctrl-C and resumed: packaging/windows/ctrl_c.sh COSPUT.EXE
# It needs WINEPREFIX, and Python for a terminal: without one Wine has no console.
set -euo pipefail
program=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
wine=/usr/lib/wine/wine64
scene=$(mktemp -d)
cd "$scene"
x86_64-w64-mingw32-gcc-posix -O1 -Wall -Werror -o console.exe "$here/console.c"
head -c 6000000 /dev/urandom > a.bin
export COS_SECRET_ID=AKIDcosputemulator COS_SECRET_KEY=cosput-emulator-secret COSPUT_METADATA_URL=off WINEDEBUG=-all

serve() { # at this address with these faults, until `kill $server`
  : > address
  $wine "$program" emulator --dir objects --listen "$@" > address 2> server.log &
  server=$!
  until grep -q . address; do sleep 0.1; kill -0 $server; done
  url=$(tr -d '\r\n' < address)
  upload="upload a.bin -b examplebucket-1250000000 --endpoint $url --state-dir state -v"
  upload+=" --part-size 1M --multipart-threshold 1M --concurrency 1"
}
trap 'kill $server 2> /dev/null || true; rm -rf "$scene"' EXIT
fail() { echo "Ctrl-C: $1" >&2; cat stopped.txt server.log >&2; exit 1; }

serve 127.0.0.1:0 --fault stall:skip=2,times=0
code=0
python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' \
  $wine console.exe stopped.txt 'part 2 of' "$program $upload --stall-timeout 1h" < /dev/null > /dev/null || code=$?
[ $code = 130 ] || fail "the exit code is $code"
grep -q 'hint: run the same command again to resume upload' stopped.txt || fail "it does not say how to go on"
kill $server
wait $server || true

serve "${url#http://}"
$wine "$program" $upload > again.txt 2>&1 || fail "the upload does not go on: $(cat again.txt)"
grep -q 'resuming upload' again.txt || fail "it begins anew: $(cat again.txt)"
echo "Ctrl-C: exit code 130, and the next run resumes"
