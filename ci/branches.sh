#!/usr/bin/env bash
# Proposes a commit for each environment, where GitOps Promoter promotes: pushes what belongs to the environment onto the branch
# `environment/NAME-next`. Run it on every push to the branch that people commit to, one run after the other.
#
#   ci/branches.sh [OUTPUT]      OUTPUT is the folder that the compiler writes into, from the repository's root [infra]
#
# REMOTE   where to push to [origin]
#
# What differs in nothing is not pushed; a note on the commit that is proposed already says that it stands for this one too. A
# branch that is missing is begun with an empty commit, so that what is proposed for it can be merged.
set -euo pipefail

output=${1:-infra}
remote=${REMOTE:-origin}
notes=refs/notes/hydrator.metadata
cd "$(git rev-parse --show-toplevel)"
commit=$(git rev-parse HEAD)
index=$(mktemp -u)
trap 'rm -f "$index"' EXIT
export GIT_INDEX_FILE=$index

# A text as a string of JSON.
quoted() {
  local text
  text=$(sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\t/\\t/g' | tr -d '\000-\010\013-\037' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')
  printf '"%s"' "$text"
}

field() { git show -s --format="$1" "$commit" | quoted; }

metadata() {
  printf '{\n  "drySha": "%s",\n  "author": %s,\n  "date": %s,\n  "subject": %s,\n  "body": %s\n}\n' \
    "$commit" "$(field '%an <%ae>')" "$(field '%aI')" "$(field '%s')" "$(field '%b')"
}

# The tree of an environment: what its list names, as it is in this commit.
content() {
  local paths
  mapfile -t paths < <(grep -v '^#' "$1")
  rm -f "$index"
  git read-tree --empty
  git ls-tree -r -z --full-tree "$commit" -- "${paths[@]}" | git update-index -z --index-info
}

# The same without what changes with every commit.
without_metadata() {
  git read-tree "$1"
  git rm --cached -q --ignore-unmatch hydrator.metadata
  git write-tree
}

tip() { git rev-parse -q --verify "refs/remotes/$remote/$1" || true; }

note() {
  local attempt
  for attempt in 1 2 3 4 5; do
    git fetch -q "$remote" "+$notes:$notes" 2>/dev/null || true
    git notes --ref="$notes" add -f -m "{\"drySha\": \"$commit\"}" "$1" 2>/dev/null
    if git push -q "$remote" "$notes" 2>/dev/null; then return; fi
    sleep "$attempt"
  done
  echo "ci/branches.sh: the note on $1 could not be pushed" >&2
  return 1
}

propose() {
  local list=$1 name branch active next tree
  name=$(basename "$list" .paths)
  branch=environment/$name
  active=$(tip "$branch")
  if [ -z "$active" ]; then
    active=$(git commit-tree "$(git hash-object -t tree /dev/null)" -m "Begin $branch")
    git push -q "$remote" "$active:refs/heads/$branch"
    echo "$branch: begun"
  fi
  next=$(tip "$branch-next")
  content "$list"
  tree=$(git write-tree)
  if [ -n "$next" ] && [ "$tree" = "$(without_metadata "$next")" ]; then
    note "$next"
    echo "$branch: nothing differs"
    return
  fi
  git read-tree "$tree"
  git update-index --add --cacheinfo "100644,$(metadata | git hash-object -w --stdin),hydrator.metadata"
  next=$(git commit-tree "$(git write-tree)" -p "${next:-$active}" -m "$(git show -s --format=%s "$commit")" -m "From $commit")
  git push -q "$remote" "$next:refs/heads/$branch-next"
  note "$next"
  echo "$branch: proposed as $(git rev-parse --short "$next")"
}

git fetch -q --prune "$remote" '+refs/heads/environment/*:refs/remotes/'"$remote"'/environment/*'
shopt -s nullglob
lists=("$output"/promotion/*.paths "$output"/promotion/*/*.paths)
if [ ${#lists[@]} -eq 0 ]; then
  echo "ci/branches.sh: there is no list in $output/promotion: does \`promotion = gitops-promoter\` stand in the platform, and is it built?" >&2
  exit 2
fi
for list in "${lists[@]}"; do propose "$list"; done
