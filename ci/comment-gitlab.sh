#!/usr/bin/env bash
# Puts a plan into the one note of a merge request that is for it.
#
#   ci/comment-gitlab.sh PLAN.md      in a merge request pipeline, with a token that may write notes in GITLAB_TOKEN
set -euo pipefail

plan=${1:?the plan}
notes="${CI_API_V4_URL:?}/projects/${CI_PROJECT_ID:?}/merge_requests/${CI_MERGE_REQUEST_IID:?}/notes"
mark='<!-- platformc plan -->'

ask() { curl --fail --silent --show-error --header "PRIVATE-TOKEN: ${GITLAB_TOKEN:?}" "$@"; }

known=$(ask "$notes?per_page=100" | jq --arg mark "$mark" '[.[] | select(.body | startswith($mark)) | .id] | first // empty')
if [ -n "$known" ]; then
  ask --request PUT --data-urlencode "body@$plan" "$notes/$known" >/dev/null
else
  ask --request POST --data-urlencode "body@$plan" "$notes" >/dev/null
fi
