#!/usr/bin/env bash
# Builds the judge: ./build.sh [--argo-cd 2.14|3.0|3.1|3.2|3.5] [--test]
#
# Writes ./judge, or ./judge-3.2 where an older version is asked for; $BIN says otherwise. Needs Go
# 1.26.3 or newer and a Go module proxy, or a filled module cache with GOPROXY=off.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS="${GOFLAGS:-} -trimpath -buildvcs=false"

version=3.5 test=
while [ $# -gt 0 ]; do
  case $1 in
    --argo-cd) version=$2; shift 2 ;;
    --test) test=1; shift ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done

case $version in
  3.5) release= tags= ;;
  3.2) release=v3.2.12 tags=before_3_5,before_3_4,before_3_3 ;;
  3.1) release=v3.1.16 tags=before_3_5,before_3_4,before_3_3 ;;
  3.0) release=v3.0.23 tags=before_3_5,before_3_4,before_3_3,before_3_1 ;;
  2.14) release=v2.14.21 tags=before_3_5,before_3_4,before_3_3,before_3_1,before_3_0 ;;
  *) echo "The judge is not built for Argo CD $version: README.md says why." >&2; exit 2 ;;
esac
bin=$(realpath -m "${BIN:-./judge${release:+-$version}}")
module=github.com/argoproj/argo-cd/v3 jwt=golang-jwt/jwt/v5
[ "$version" != 2.14 ] || module=github.com/argoproj/argo-cd/v2 jwt=golang-jwt/jwt/v4

# An older version is built from a copy: its modules are those of that argo-cd's own go.mod,
# gitops-engine was a module of another name, and claims of another jwt are no claims to its enforcer.
if [ -n "$release" ]; then
  argo=$(cd / && go mod download -json "$module@$release" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
  work=build/$version
  rm -rf "$work" && mkdir -p "$work"
  for f in *.go; do
    [[ $f == *_test.go ]] || sed "s|github.com/argoproj/argo-cd/v3|$module|; s|argoproj/argo-cd/gitops-engine|argoproj/gitops-engine|; s|golang-jwt/jwt/v5|$jwt|" "$f" >"$work/$f"
  done
  sed '1s/.*/module judge/' "$argo/go.mod" >"$work/go.mod"
  install -m 644 "$argo/go.sum" "$work/go.sum"
  cd "$work"
  go mod edit -require="$module@$release"
  export GOFLAGS="$GOFLAGS -mod=mod"
fi

# Of what promotes, which others install, the definitions are of interest alone: its module is not linked.
kargo() {
  local module=github.com/akuity/kargo@v1.11.2 sum=h1:n9qTrpkZxtlzu7eJa509XPZbsIMAYoT0qIvTiMjMTKI= found
  found=$(cd / && go mod download -json "$module")
  grep -qF "\"Sum\": \"$sum\"" <<<"$found" || { echo "$module is not what it was" >&2; exit 1; }
  found=$(sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p' <<<"$found")
  install -m 644 -D -t crds/kargo "$found"/charts/kargo/resources/crds/*.yaml
  install -m 644 -D -t crds/kargo/steps "$found"/pkg/promotion/runner/builtin/schemas/*.json
  install -m 644 -D -t crds/kargo/subscriptions "$found"/pkg/subscription/schemas/*.json
}
# Those of GitOps Promoter are kept beside this file: promoter/README.md says why.
promoter() { install -m 644 -D -t crds/promoter "$here"/promoter/*.yaml; }
# All other schemas are those of the modules that are linked in, so they cannot drift.
dir() { go list -m -f '{{.Dir}}' "$1"; }
go mod download "$module" k8s.io/kubernetes
rm -rf crds schemas && mkdir crds schemas
install -m 644 "$(dir "$module")"/manifests/crds/*-crd.yaml crds/
kargo
promoter
install -m 644 "$(dir k8s.io/kubernetes)"/api/openapi-spec/swagger.json schemas/

go build -tags "$tags" -ldflags="-s -w" -o "$bin" .
if [ -n "$test" ]; then
  go vet -tags "$tags" .
  go test -tags "$tags" . # an older version has none: testdata/ says what 3.5 does
fi
