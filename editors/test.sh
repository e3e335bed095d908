#!/usr/bin/env bash
# Tests the grammars for editors, and installs what that needs: the packages of editors/vscode, the tree-sitter command and Vim.
# `UPDATE=1 editors/test.sh` writes the parser and the snapshot of the examples anew. Needs Rust, Node and a C compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly TREE_SITTER_VERSION=0.26.13
# What Emacs and long-lived releases of Neovim and Helix read.
readonly ABI=14
readonly TOOLS=$PWD/target/editors
export UPDATE=${UPDATE:-} PATH=$TOOLS/bin:$PATH
export TREE_SITTER_DIR=$TOOLS/tree-sitter TREE_SITTER_LIBDIR=$TOOLS/lib

# Built here, since the npm package wants to fetch a binary; node runs grammar.js, so that no engine of its own is built.
install_tree_sitter() {
  [[ $(tree-sitter --version 2>/dev/null) == "tree-sitter $TREE_SITTER_VERSION"* ]] && return
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_TARGET_DIR=$TOOLS/build \
    cargo install tree-sitter-cli --version "$TREE_SITTER_VERSION" --locked --no-default-features --root "$TOOLS"
}

# For Debian and its kin: elsewhere one installs them by hand.
install_command() {
  command -v "$1" >/dev/null && return
  apt-get update -qq && apt-get install -y -qq "$2"
}

textmate() {
  npm ci --no-audit --no-fund --silent --prefix editors/vscode
  (cd editors/vscode && npm test --silent && node test/examples.mjs <"$sources")
}

tree_sitter() {
  cd editors/tree-sitter-pf
  local generated=$work/generated query
  if [[ $UPDATE ]]; then tree-sitter generate --abi "$ABI"; fi
  mkdir -p "$generated"
  tree-sitter generate --abi "$ABI" --output "$generated"
  if ! diff -r src "$generated"; then
    echo "src/ is not what grammar.js makes: run \`UPDATE=1 editors/test.sh\`" >&2
    return 1
  fi
  tree-sitter test
  tree-sitter parse --quiet --stat --paths "$sources"
  for query in queries/*.scm queries/helix/*.scm ../zed/languages/platformc/*.scm; do
    tree-sitter query "$query" ../../examples/tutorial/platform.pf >"$work/captures" || { echo "$query is no query" >&2; return 1; }
    grep -q capture "$work/captures" || { echo "$query finds nothing" >&2; return 1; }
  done
}

vim_syntax() {
  local report=$work/report
  if ! SNIPPETS=$(ls "$PWD"/editors/vim/test/*.pf) SOURCES=$sources REPORT=$report \
    vim -Nu NONE -i NONE -n -es -S editors/vim/test/run.vim </dev/null; then
    cat "$report" >&2
    return 1
  fi
  tail -n 1 "$report"
}

# Emacs knows tree-sitter from 29 on, and Debian 12 has an older one.
emacs_mode() {
  local has='(kill-emacs (if (and (fboundp (quote treesit-available-p)) (treesit-available-p)) 0 1))'
  if ! emacs -Q --batch --eval "$has" 2>/dev/null; then
    echo "left out: there is no Emacs with tree-sitter here"
    return
  fi
  cc -O1 -shared -fPIC -I editors/tree-sitter-pf/src editors/tree-sitter-pf/src/parser.c -o "$work/libtree-sitter-pf.so"
  PARSER=$work SNIPPETS=$(ls "$PWD"/editors/emacs/test/*.pf) SOURCES=$sources emacs -Q --batch -l editors/emacs/test/run.el
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sources=$work/sources
install_command node nodejs
install_command npm npm
install_command vim vim-nox
install_tree_sitter
mkdir -p "$TREE_SITTER_DIR" && echo '{ "parser-directories": ["/nowhere"] }' >"$TREE_SITTER_DIR/config.json"
node editors/test/collect.mjs . "$work/files" >"$sources"

echo "== TextMate: snippets, and $(wc -l <"$sources") files"
textmate
echo "== tree-sitter: parser, corpus, highlights, tags, queries, and the same files"
(tree_sitter)
echo "== Vim: snippets, indentation, and the same files"
vim_syntax
echo "== Emacs: snippet, indentation, and the same files"
emacs_mode
