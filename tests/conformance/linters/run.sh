#!/usr/bin/env bash
# Runs other people's linters over the output of every example: see docs/conformance.md, "Others' linters".
#
#   run.sh [--venv DIR] [--platformc PATH] [--self-test] [EXAMPLE...]
#
#   --venv DIR        where the linters are installed; default: linters/ in the target directory. Nothing is installed
#                     outside of it, and it is made anew when requirements.txt is another one.
#   --platformc PATH  the compiler; default: what `cargo run` builds.
#   --self-test       breaks copies of an example, one mistake each, and expects the finding that belongs to it.
#   EXAMPLE           the name of a folder in examples/; default: all.
#
# Exits with 1 if there is a finding that explained.toml does not explain, or an explanation without a finding; with 2 if
# something is missing that it needs. It never passes because something is missing.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../../.." && pwd)"

missing() {
  echo "the linters cannot run: $1" >&2
  exit 2
}

venv="${CARGO_TARGET_DIR:-$root/target}/linters"
arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    --venv) [ $# -gt 1 ] || missing "--venv wants a folder"; venv="$2"; shift 2 ;;
    *) arguments+=("$1"); shift ;;
  esac
done

command -v git >/dev/null || missing "git is not on PATH"
command -v python3 >/dev/null || missing "python3 is not on PATH; Python 3.11 or newer is needed"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  missing "$(python3 --version) is too old; 3.11 or newer is needed"
python3 -c 'import ensurepip, venv' 2>/dev/null ||
  missing "this Python makes no virtual environments (Debian: apt-get install python3-venv)"

if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/installed.txt"  # last, so that half an installation is none
fi

export PYTHONDONTWRITEBYTECODE=1
exec "$venv/bin/python" "$here/lint.py" ${arguments[@]+"${arguments[@]}"}
