#!/usr/bin/env bash
# Tests the extension for VS Code: its types, its parts, and what its package holds, in a mock of the editor with the real language
# server. Needs Rust, Node and Python.
set -euo pipefail
cd "$(dirname "$0")"

cargo build --locked --quiet --manifest-path ../../Cargo.toml
./package.sh
npm run --silent lint
rm -rf out
python3 -m zipfile -e platformc.vsix out/package
npm run --silent test:client
