#!/usr/bin/env bash
# Builds the judge into BIN (default ./judge). Needs Go 1.26.3 or newer and a Go module proxy, or
# a filled module cache with GOPROXY=off.
set -euo pipefail
cd "$(dirname "$0")"
export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS="${GOFLAGS:-} -trimpath -buildvcs=false"
bin=${BIN:-./judge}

# The schemas are those of the modules that are linked in, so they cannot drift.
dir() { go list -m -f '{{.Dir}}' "$1"; }
go mod download github.com/argoproj/argo-cd/v3 k8s.io/kubernetes
rm -rf crds schemas && mkdir crds schemas
install -m 644 "$(dir github.com/argoproj/argo-cd/v3)"/manifests/crds/*-crd.yaml crds/
install -m 644 "$(dir k8s.io/kubernetes)"/api/openapi-spec/swagger.json schemas/

go build -ldflags="-s -w" -o "$bin" .
