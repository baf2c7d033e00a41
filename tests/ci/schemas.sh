#!/usr/bin/env bash
# The action, the workflows and the GitLab files against the published schemas, which check-jsonschema brings along.
. "$(dirname "$0")/tools.sh"
from_pypi check-jsonschema check-jsonschema

valid() { # SCHEMA FILE…
  "$tools/venv/bin/check-jsonschema" --builtin-schema "vendor.$1" "${@:2}" || fail "not valid as $1"
}
valid github-actions "$root/action.yml"
valid github-workflows "$root"/.github/workflows/*.yml
valid gitlab-ci "$root"/examples/gitlab/*.yml
# A component is two documents: its inputs, and its jobs.
awk -v out="$scene/component" '/^---$/ { n++; next } { print > (out n + 0 ".yml") }' "$root/templates/upload.yml"
[ "$(find "$scene" -name 'component*.yml' | wc -l)" -eq 2 ] || fail "the component is not two documents"
valid gitlab-ci "$scene"/component*.yml
# A file that is wrong is noticed.
sed 's/^runs:/run:/' "$root/action.yml" > "$scene/wrong.yml"
(valid github-actions "$scene/wrong.yml") > "$scene/wrong.log" 2>&1 && fail "an action without runs is valid"
exit 0
