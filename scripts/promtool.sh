#!/bin/sh
# Makes promtool available and prints where it is: the one on the PATH, or that of the Debian package prometheus, unpacked into
# ${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator without installing anything (19 MB, some seconds).
# Exit code 2: something is missing, with what to install.
set -eu

command -v promtool 2>/dev/null && exit
target=${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator/promtool
[ -x "$target" ] && { echo "$target"; exit; }

fail() { echo "promtool: $*" >&2; exit 2; }
command -v apt-get >/dev/null 2>&1 || fail 'needs promtool of Prometheus on the PATH (no apt-get here)'
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 777 "$scratch"
cd "$scratch"
apt-get download -q prometheus >&2 || { as_root apt-get update >&2 && apt-get download -q prometheus >&2; } ||
  fail 'cannot get the package prometheus: put promtool on the PATH'
mkdir -p "$(dirname "$target")"
dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x -O ./usr/bin/promtool >"$target.$$"
chmod 755 "$target.$$"
mv "$target.$$" "$target"
echo "$target"
