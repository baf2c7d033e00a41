#!/usr/bin/env bash
# gitlab-ci-local runs the example with keys, and the component with the job's OIDC token, on this machine.
. "$(dirname "$0")/tools.sh"
# The last version for Node.js 20.
from_npm gitlab-ci-local gitlab-ci-local@4.63.0
packages rsync rsync
emulate
stand_ins
export COSPUT_BUCKET=$bucket

pipeline() { # NAME: runs the pipeline of the directory, and keeps its output
  repository "$scene/$1"
  (cd "$scene/$1" && "$tools/node_modules/.bin/gitlab-ci-local" --force-shell-executor) > "$scene/$1.log" 2>&1 ||
    { cat "$scene/$1.log" >&2; fail "the pipeline $1"; }
}
objects() { (cd "$scene/store/$bucket/files" && find . -type f | sort | sed 's/[0-9]\{4,\}/N/'); }

mkdir "$scene/example"
cp "$root/examples/gitlab/upload.gitlab-ci.yml" "$scene/example/.gitlab-ci.yml"
pipeline example
[ "$(objects)" = "./builds/N/index.html" ] || fail "the objects of the example: $(objects)"
grep -q '"event":"uploaded"' "$scene/example/uploaded.jsonl" || fail "the example has no results"

mkdir -p "$scene/component/templates" "$scene/component/dist"
cp "$root/templates/upload.yml" "$scene/component/templates"
# A value that a shell must not read, in a name.
echo one > "$scene/component/dist/a \`touch evil\` b.txt"
echo one > "$scene/component/dist/not this.txt"
cat > "$scene/component/.gitlab-ci.yml" << PIPELINE
include:
  - local: templates/upload.yml
    inputs:
      source: dist/
      bucket: $bucket
      prefix: component; touch evil
      options: |-
        -r
        --skip-unchanged
        --exclude not this.txt
        --cache-control=max-age=60, public
      role-arn: qcs::cam::uin/100000000001:roleName/uploader
      provider-id: gitlab
      job-name: send
      stage: test
PIPELINE
unset COS_SECRET_ID COS_SECRET_KEY COSPUT_BUCKET
export COSPUT_STS_URL=$stand_ins_url TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN=stand-in-of-gitlab
pipeline component
[ -f "$scene/store/$bucket/files/component; touch evil/a \`touch evil\` b.txt" ] || fail "the objects of the component: $(objects)"
[ ! -e "$scene/store/$bucket/files/component; touch evil/not this.txt" ] || fail "an option with a value was not read"
[ -z "$(find "$scene" -name evil)" ] || fail "an input was read as a command"
if grep -q "stand-in-of-gitlab\|temporary-secret\|temporary-token" "$scene/component.log"; then fail "a secret is in the log"; fi
