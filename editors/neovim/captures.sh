#!/usr/bin/env bash
# Puts into docs/guides/editor.md what a real Neovim shows: it is typed into in a terminal, and each block ```` ```text NAME ```` there
# becomes the screen of the session NAME. `editors/neovim/captures.sh hover` does it for one. Needs Rust, tmux, and Python with pip.
set -euo pipefail
cd "$(dirname "$0")/../.."
source editors/neovim/neovims.sh

readonly GUIDE=docs/guides/editor.md

install_new
command -v tmux >/dev/null || { apt-get update -qq && apt-get install -y -qq tmux; }
cargo build --locked --quiet
platformc=${PLATFORMC:-$PWD/target/debug/platformc}
work=$(mktemp -d)
socket=$work/tmux
trap 'tmux -S "$socket" kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

# Neovim as editors/README.md configures it, with nothing on the screen that differs from one machine to the next.
configuration() {
  sed -n '/^-- Neovim 0.11 and newer$/,/^```$/p' editors/README.md | grep -v '^```$'
  cat <<'LUA'
vim.o.number, vim.o.laststatus, vim.o.ruler, vim.o.showmode, vim.o.signcolumn = true, 0, false, false, "no"
vim.o.swapfile, vim.o.wrap, vim.o.fillchars, vim.o.shortmess = false, false, "eob: ", "aoOtTIcCFqsW"
vim.o.hlsearch, vim.o.winborder = false, "single"
vim.diagnostic.config({ virtual_lines = true })
LUA
}

begin() {
  cp -r examples/tutorial "$work/$1"
  configuration >"$work/init.lua"
  tmux -S "$socket" -f /dev/null new-session -d -s "$1" -x 110 -y "${2:-20}" -c "$work/$1" \
    env TERM=xterm-256color XDG_STATE_HOME="$work" PATH="$(dirname "$platformc"):$PATH" "$NEW" -i NONE -u "$work/init.lua" platform.pf
}

keys() { tmux -S "$socket" send-keys -t "$1" "${@:2}"; }
screen() { tmux -S "$socket" capture-pane -p -t "$1"; }

# Waits until a text is on the screen, and then until that stays as it is.
shows() {
  local before='' tries
  for ((tries = 0; tries < 200; tries++)); do
    local now
    now=$(screen "$1")
    if [[ $now == *"$2"* && $now == "$before" ]]; then return; fi
    before=$now
    sleep 0.2
  done
  printf '%s does not show `%s`:\n%s\n' "$1" "$2" "$before" >&2
  return 1
}

# Each session leaves the screen as it is to be shown.
diagnostics() {
  begin diagnostics 16
  shows diagnostics 'acorn'
  keys diagnostics '/platform  # the team' Enter 'zt5' C-y 'cwplatfrm' Escape C-l
  shows diagnostics 'did you mean'
}

completion() {
  begin completion 20
  shows completion 'acorn'
  keys completion '/namespace = "queues"' Enter 'zt3' C-y C-l 'o  s' C-x C-o
  shows completion 'secret'
}

hover() {
  begin hover 24
  shows hover 'acorn'
  keys hover '/^service shop' Enter 'zt2' C-y 'w' C-l 'K'
  shows hover 'Sells things'
  shows hover '┌'
}

lenses() {
  begin lenses 20
  shows lenses 'acorn'
  keys lenses '/^## Sells' Enter 'zt'
  keys lenses ':lua vim.lsp.inlay_hint.enable(); vim.lsp.codelens.refresh()' Enter C-l
  shows lenses 'instances'
}

# What stands on the screen, without the empty lines at its end, in the place of the block.
insert() {
  screen "$1" >"$work/screen"
  awk -v name="$1" -v file="$work/screen" '
    function show(line, kept) {
      while ((getline line < file) > 0) { sub(/ +$/, "", line); kept = kept line "\n"; if (line != "") { printf "%s", kept; kept = "" } }
    }
    $0 == "```text " name { print; show(); inside = 1; next }
    inside && $0 == "```" { inside = 0 }
    !inside { print }' "$GUIDE" >"$work/guide"
  cat "$work/guide" >"$GUIDE"
}

names=("$@")
[[ ${#names[@]} -gt 0 ]] || names=(diagnostics completion hover lenses)
for name in "${names[@]}"; do
  grep -qx '```text '"$name" "$GUIDE" || { echo "$GUIDE has no block $name" >&2; exit 1; }
  "$name"
  insert "$name"
  echo "$name"
done
