#!/bin/sh
# Makes the two Mosquitto lines that are tested available, and prints where they are: one line each, tab-separated:
#   LINE (2.0 or 2.1), folder of the plugins, then the words of the command that starts it
# 2.0 is the package of Debian 12; where the system offers another version, and for 2.1 always, the package is unpacked
# from a Debian archive into ${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator and runs there through its own loader.
# No service is started and nothing that runs is touched. Exit code 2: something is missing, with what to install.
# With `clients`, mosquitto_pub, mosquitto_sub and curl are installed where they are missing; nothing is printed for them.
# Usage: brokers.sh [2.0] [2.1] [clients]
set -eu

cache=${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator
arch=$(uname -m)
case $arch in
  x86_64) loader=ld-linux-x86-64.so.2 ;;
  aarch64) loader=ld-linux-aarch64.so.1 ;;
  *) echo "brokers: no Mosquitto for tests on $arch: only x86_64 and aarch64 are prepared" >&2; exit 2 ;;
esac
libraries=usr/lib/$arch-linux-gnu

program=brokers
# shellcheck source=scripts/packages.sh
. "$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)/packages.sh"

version_of() { "$@" -h 2>/dev/null | sed -n 's/^mosquitto version \([0-9.]*\).*/\1/p'; }

# unpack LINE SUITE: the binaries and libraries of a Debian suite's Mosquitto, in $cache/mosquitto-LINE.
unpack() {
  target=$cache/mosquitto-$1
  [ -x "$target/usr/sbin/mosquitto" ] && return
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  [ -x "$target/usr/sbin/mosquitto" ] && return
  [ -x /usr/sbin/debootstrap ] || install_packages debootstrap
  say "unpacking Mosquitto $1 from Debian $2 into $target (about 30 s)"
  scratch=$(as_root mktemp -d /var/tmp/mqttsec-brokers.XXXXXX)
  trap 'as_root rm -rf "$scratch" "$target.partial"' EXIT
  as_root chmod 755 "$scratch"
  as_root env PATH="$PATH:/usr/sbin:/sbin" debootstrap --variant=minbase --include=mosquitto,mosquitto-clients \
    "$2" "$scratch/root" "" /usr/share/debootstrap/scripts/sid >"$cache/debootstrap-$1.log" 2>&1 ||
    fail "debootstrap of $2 failed; its output is in $cache/debootstrap-$1.log"
  rm -rf "$target.partial"
  mkdir -p "$target.partial/usr/sbin" "$target.partial/$libraries"
  cp "$scratch/root/usr/sbin/mosquitto" "$target.partial/usr/sbin/"
  cp -R "$scratch/root/$libraries/." "$target.partial/$libraries/"
  mv "$target.partial" "$target"
  as_root rm -rf "$scratch"
  trap - EXIT
  exec 9>&-
}

print_unpacked() {
  root=$cache/mosquitto-$1
  printf '%s\t%s\t%s\t--library-path\t%s\t%s\n' "$1" "$root/$libraries/mosquitto" \
    "$root/$libraries/$loader" "$root/$libraries" "$root/usr/sbin/mosquitto"
}

is_system_2_0() {
  case $(PATH="$PATH:/usr/sbin" version_of mosquitto) in 2.0.*) true ;; *) false ;; esac
}

offers_2_0() {
  ! PATH="$PATH:/usr/sbin" command -v mosquitto >/dev/null 2>&1 &&
    [ -n "$(apt-cache policy mosquitto 2>/dev/null | sed -n 's/^ *Candidate: \(2\.0\.\).*/\1/p')" ]
}

line_2_0() {
  if ! is_system_2_0 && offers_2_0; then install_packages mosquitto mosquitto-clients; fi
  if is_system_2_0; then
    printf '2.0\t%s\t%s\n' "/$libraries" "$(PATH="$PATH:/usr/sbin" command -v mosquitto)"
  else
    unpack 2.0 bookworm
    print_unpacked 2.0
  fi
}

line_2_1() {
  unpack 2.1 forky
  print_unpacked 2.1
}

[ $# -gt 0 ] || set -- 2.0 2.1
for line in "$@"; do
  case $line in
    2.0) line_2_0 ;;
    2.1) line_2_1 ;;
    clients)
      command -v mosquitto_pub >/dev/null 2>&1 || install_packages mosquitto-clients
      command -v curl >/dev/null 2>&1 || install_packages curl ca-certificates
      ;;
    *) fail "unknown line $line: 2.0, 2.1 or clients" ;;
  esac
done
