#!/bin/sh
# Functions for scripts that install Debian packages; to be sourced. Messages begin with $program; exit code 2: something
# is missing, with what to install.

say() { echo "$program: $*" >&2; }
fail() { say "$*"; exit 2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
  else fail "needs root for '$*': run it as root, or install what it would install, then start again"
  fi
}

# Of two scripts that install at once one waits for the other.
packages_of() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$@" >&2
}

# Installs packages without letting their services start: only a policy that this call made is taken away again.
install_packages() {
  command -v apt-get >/dev/null 2>&1 || fail "needs the packages $*: install them (no apt-get here)"
  say "installing $*"
  policy=/usr/sbin/policy-rc.d
  made=
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    made=yes
    trap 'as_root rm -f $policy' EXIT
    as_root chmod 755 $policy
  fi
  packages_of "$@" || {
    as_root apt-get update >&2
    packages_of "$@"
  }
  if [ -n "$made" ]; then as_root rm -f $policy; trap - EXIT; fi
}
