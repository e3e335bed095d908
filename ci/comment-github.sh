#!/usr/bin/env bash
# Puts a plan into the one comment of a pull request that is for it.
#
#   ci/comment-github.sh PLAN.md REPOSITORY NUMBER      with gh, which takes its token from GH_TOKEN
set -euo pipefail

plan=${1:?the plan}
comments="repos/${2:?the repository}/issues/${3:?the number of the pull request}/comments"
mark='<!-- platformc plan -->'

known=$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\"$mark\")) | .id" | head -n 1)
if [ -n "$known" ]; then
  gh api --method PATCH "repos/$2/issues/comments/$known" --field body=@"$plan" --silent
else
  gh api --method POST "$comments" --field body=@"$plan" --silent
fi
