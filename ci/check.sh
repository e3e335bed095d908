#!/usr/bin/env bash
# The step for CI: says everything that is wrong, and what the change does. Exits with what the worst of it exits with.
#
#   ci/check.sh FORGE [PLATFORM]      FORGE is github or gitlab; PLATFORM is the main file or its folder
#
# FROM   the revision that the change is compared with; without it nothing is planned
# DENY   what `platformc plan --deny` shall deny
# OUT    the folder for plan.md and, on GitLab, findings.json
set -uo pipefail

forge=${1:?ci/check.sh FORGE [PLATFORM]}
platform=${2:-.}
out=${OUT:-.}
worst=0

step() {
  echo "== platformc $*" >&2
  platformc "$@"
  local code=$?
  if ((code > worst)); then worst=$code; fi
}

mkdir -p "$out"
step fmt --check "$platform"
case $forge in
  github) step check --format github "$platform" ;;
  gitlab) step check --format gitlab "$platform" >"$out/findings.json" && cat "$out/findings.json" ;;
  *) echo "ci/check.sh: \`$forge\` is neither github nor gitlab" >&2 && exit 2 ;;
esac
step build --check "$platform"
if [ -n "${FROM:-}" ]; then
  deny=()
  if [ -n "${DENY:-}" ]; then deny=(--deny "$DENY"); fi
  step plan --from "$FROM" --to HEAD --format markdown "${deny[@]}" "$platform" >"$out/plan.md"
fi
exit "$worst"
