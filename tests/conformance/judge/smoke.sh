#!/usr/bin/env bash
# Smoke test of judge: every wrong fixture must be refused for exactly the reasons its
# "# expect: RULE MESSAGE-REGEX" lines give, no more and no fewer; the good ones must pass.
set -u
cd "$(dirname "$0")"
judge=${JUDGE:-./judge}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $1"; shift; printf '     %s\n' "$@"; }

# check NAME WANT-EXIT: runs the rest, keeps stdout in $tmp/out and stderr in $tmp/err
check() {
  local name=$1 want=$2
  shift 2
  "$judge" "$@" >"$tmp/out" 2>"$tmp/err"
  local got=$?
  if [ $got -ne "$want" ]; then bad "$name: exit $got, not $want" "$(head -c 1500 "$tmp/err")"; return 1; fi
}

check "base" 0 lint testdata/base && ok

for f in testdata/bad/*; do
  name=$(basename "$f" .yaml)
  d="$tmp/$name"
  mkdir -p "$d"
  cp -r "$f" "$d/"
  src=$f
  [ -d "$f" ] && src=$f/kustomization.yaml
  replaced=$(sed -n 's/^# replaces: //p' "$src")
  if [ -n "$replaced" ]; then
    awk -v r="name: $replaced," 'BEGIN{RS="---\n";ORS="---\n"} index($0,r)==0' testdata/base/base.yaml >"$d/base.yaml"
  else
    cp testdata/base/base.yaml "$d/base.yaml"
  fi
  check "$name" 1 lint "$d" -limit 0 || continue
  # one line a finding: SEVERITY RULE … message
  awk '/^error/{l=$2; getline; sub(/^ +/,""); print l" "$0}' "$tmp/err" >"$tmp/errors"
  sed -n 's/^# expect: //p' "$src" >"$tmp/want"
  problems=()
  while IFS= read -r e; do
    grep -qE -- "^$e" "$tmp/errors" || problems+=("not found: $e")
  done <"$tmp/want"
  [ "$(wc -l <"$tmp/want")" -eq "$(wc -l <"$tmp/errors")" ] || problems+=("expected $(wc -l <"$tmp/want") errors, got $(wc -l <"$tmp/errors"):" "$(cat "$tmp/errors")")
  if [ ${#problems[@]} -eq 0 ]; then ok; else bad "$name" "${problems[@]}"; fi
done

# --- the other commands

same() { # same NAME WANT GOT
  if diff -u "$2" "$3" >"$tmp/diff"; then ok; else bad "$1" "$(head -20 "$tmp/diff")"; fi
}

expand=(expand testdata/expand/dir --repo "https://git.example.com/team-a/estate=testdata/expand/repo" --pulls testdata/expand/pulls.json)
check expand 0 "${expand[@]}" -o json && cp "$tmp/out" "$tmp/apps.json" &&
  check expand-golden 0 compare testdata/expand/want.json "$tmp/apps.json" && ok
check expand-reconcile 0 "${expand[@]}" -o json --reconcile && cp "$tmp/out" "$tmp/apps2.json" &&
  check expand-vs-controller 0 compare "$tmp/apps.json" "$tmp/apps2.json" && ok
sed 's/"size":"5"/"size":"6"/' testdata/expand/want.json >"$tmp/other.json"
check compare-changed 1 compare testdata/expand/want.json "$tmp/other.json" && {
  if grep -q 'files-prod /metadata/annotations/size: "5" -> "6"' "$tmp/err"; then ok; else bad compare-changed "$(cat "$tmp/err")"; fi
}
sed '2d' testdata/expand/want.json >"$tmp/other.json"
check compare-missing 1 compare testdata/expand/want.json "$tmp/other.json" && {
  if grep -q 'only in A: argocd/dirs-api-dev-1' "$tmp/err"; then ok; else bad compare-missing "$(cat "$tmp/err")"; fi
}
check expand-no-repo 1 expand testdata/expand/dir && {
  if grep -q 'no checkout given for' "$tmp/err"; then ok; else bad expand-no-repo "$(cat "$tmp/err")"; fi
}

check waves 0 waves testdata/waves --root root -o text && grep -v '^waves:' "$tmp/err" >"$tmp/order"
same waves testdata/waves/want.txt "$tmp/order"
mkdir "$tmp/gated" && cp -r testdata/waves/* testdata/health-cm.yaml "$tmp/gated"
check waves-gated 0 waves "$tmp/gated" --root root -o text && grep -v '^waves:' "$tmp/err" >"$tmp/order"
same waves-gated testdata/waves/want-gated.txt "$tmp/order"
sed -i 's/automated: {}, //' "$tmp/gated/root/apps.yaml"
check waves-manual-child 1 waves "$tmp/gated" --root root && {
  if grep -q 'never finishes: waiting for healthy state of argoproj.io/Application/teams' "$tmp/err"; then ok; else bad waves-manual-child "$(cat "$tmp/err")"; fi
}
mkdir "$tmp/narrow" && cp -r testdata/waves/* "$tmp/narrow"
sed -i 's/clusterResourceWhitelist: .*/clusterResourceWhitelist: []/' "$tmp/narrow/root/apps.yaml"
check waves-create-namespace-not-permitted 1 waves "$tmp/narrow" --root root && {
  if grep -q 'resource :Namespace is not permitted in project platform' "$tmp/err"; then ok; else bad waves-create-namespace "$(cat "$tmp/err")"; fi
}

mkdir "$tmp/order-dir" && cp -r testdata/waves/* "$tmp/order-dir"
sed -i 's/"-1"/"0"/' "$tmp/order-dir/root/apps.yaml"
check waves-project-in-same-wave 1 waves "$tmp/order-dir" --root root && {
  if grep -q 'argocd/crds appears in step 1, but AppProject/argocd/platform is applied in step 1, batch 1' "$tmp/err"; then ok; else bad waves-project-in-same-wave "$(cat "$tmp/err")"; fi
}

check rbac-matrix 0 rbac-matrix testdata/base --subjects testdata/rbac/subjects --requests testdata/rbac/requests -o json
tr -d ' \n' <"$tmp/out" | tr '{' '\n' | grep '"subject"' | sed 's/^/{/; s/},\?$/}/; s/\].*//' >"$tmp/decisions"
same rbac-matrix testdata/rbac/want.jsonl "$tmp/decisions"
check rbac-yes 0 rbac testdata/base --can group:team-a-devs sync applications team-a/billing && ok
check rbac-no 1 rbac testdata/base --can group:team-a-devs delete applications team-a/billing && ok
check rbac-groups 0 rbac testdata/base --can bob --groups platform-admins delete applications team-a/billing && ok

echo "smoke: $passed passed, $failed failed"
[ $failed -eq 0 ]
