#!/usr/bin/env bash
# Tests the language server in real Neovims: Debian's, and one that has `vim.lsp.config`. Installs both if they are missing.
# `editors/neovim/test.sh hover rename` runs these features alone. Needs Rust, and Python with pip.
set -euo pipefail
cd "$(dirname "$0")/../.."
source editors/neovim/neovims.sh

install_old
install_new
cargo build --locked --quiet
export PLATFORMC=${PLATFORMC:-$PWD/target/debug/platformc} ROOT=$PWD FEATURES="$*"

failed=0
for nvim in "$OLD" "$NEW"; do
  echo "== $("$nvim" --version | head -n 1)"
  NVIM=$nvim "$nvim" --headless -u NONE -i NONE -n -c 'luafile editors/neovim/test/run.lua' </dev/null || failed=1
done
exit "$failed"
