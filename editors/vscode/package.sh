#!/usr/bin/env bash
# Makes editors/vscode/platformc.vsix, to be installed with `code --install-extension`. Needs Node.
set -euo pipefail
cd "$(dirname "$0")"

npm ci --no-audit --no-fund --silent
npm run --silent package
