#!/usr/bin/env bash
# Builds the judge into BIN (default ./judge). Needs Go 1.26.3 or newer and a Go module proxy, or
# a filled module cache with GOPROXY=off.
set -euo pipefail
cd "$(dirname "$0")"
export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS="${GOFLAGS:-} -trimpath -buildvcs=false"
bin=${BIN:-./judge}

# The CRDs are those of the argo-cd module that is linked in, so they cannot drift.
argo=$(go list -m -f '{{.Dir}}' github.com/argoproj/argo-cd/v3)
rm -rf crds && mkdir crds
install -m 644 "$argo"/manifests/crds/*-crd.yaml crds/

go build -ldflags="-s -w" -o "$bin" .
