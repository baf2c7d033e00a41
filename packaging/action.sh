#!/usr/bin/env bash
# The step of action.yml: inputs come as variables, so that no value is read as a command.
set -euo pipefail
arguments=()
add() { # OPTION VALUE: the option, if the value is not empty
  [ -z "$2" ] || arguments+=("$1" "$2")
}
lines() { # TEXT: each line that is not empty is an argument
  local line
  while IFS= read -r line; do
    line=${line%$'\r'}
    [ -z "$line" ] || arguments+=("$line")
  done <<< "$1"
}
options() { # TEXT: each line is an option, alone, as --name=value or as --name value
  local line
  while IFS= read -r line; do
    line=${line%$'\r'}
    case ${line%%=*} in
      -*" "*) arguments+=("${line%% *}" "${line#* }") ;;
      *) [ -z "$line" ] || arguments+=("$line") ;;
    esac
  done <<< "$1"
}
variable() { # NAME VALUE: sets the variable, if the value is not empty
  [ -z "$2" ] || export "$1=$2"
}
variable TENCENTCLOUD_ASSUME_ROLE_ARN "${INPUT_ROLE_ARN-}"
variable TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID "${INPUT_PROVIDER_ID-}"
variable COSPUT_OIDC_AUDIENCE "${INPUT_AUDIENCE-}"
add --region "${INPUT_REGION-}"
add --key "${INPUT_KEY-}"
add --prefix "${INPUT_PREFIX-}"
options "${INPUT_OPTIONS-}"
arguments+=(--)
lines "$INPUT_SOURCE"

events=$(mktemp "${RUNNER_TEMP:-/tmp}/cosput-XXXXXX.jsonl")
code=0
"${INPUT_COSPUT:-cosput}" upload --json "${arguments[@]}" > "$events" || code=$?

count() { grep -c "\"event\":\"$1\"" "$events" || true; }
uploaded=$(count uploaded) skipped=$(count skipped) failed=$(count failed)
{
  echo "uploaded=$uploaded"
  echo "skipped=$skipped"
  echo "failed=$failed"
  echo "events=$events"
} >> "${GITHUB_OUTPUT:-/dev/null}"
exit "$code"
