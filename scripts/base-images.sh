#!/bin/sh
# Makes the images that other images begin from, where no registry can be reached: under the very names that the Dockerfile
# and the operator use, in the store of scripts/image.sh. Each is what its name promises as far as it is used here: Debian 12
# with Node.js, and Debian 12 with its Mosquitto for the pods of test/e2e, which is written to mosquitto.tar there, too. Both
# come from one debootstrap (about 40 s).
# Exit code 2: something is missing, with what to install.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname "$here")
program='base images'
. "$here/packages.sh"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator
store=$cache/images
node=$(sed -n 's/^FROM \(.*node:[^ ]*\).*/\1/p' "$root/Dockerfile")
mosquitto=$(sed -n "s/^ *'2.0': '\(.*\)',/\1/p" "$root/src/controllers/workload/pod.ts")
case $(uname -m) in aarch64) arch=arm64 ;; *) arch=x64 ;; esac
binary=$root/node_modules/node-linux-$arch

[ "$(id -u)" = 0 ] || fail 'needs root'
[ -x /usr/sbin/debootstrap ] || install_packages debootstrap
command -v buildah >/dev/null 2>&1 || install_packages buildah
mkdir -p "$store"
exec 9>"$store/lock"
flock 9

hash=$({ cat "$0"; echo "$node $mosquitto"; cat "$binary/package.json"; } | sha256sum | cut -c 1-16)
[ -e "$store/base-$hash" ] && exit

build() { BUILDAH_ISOLATION=chroot buildah --root "$store/storage" --runroot "$store/run" --storage-driver vfs "$@"; }

say 'making Debian with Mosquitto (about 40 s)'
scratch=$(mktemp -d /var/tmp/mqttsec-images.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
PATH="$PATH:/usr/sbin:/sbin" debootstrap --variant=minbase --include=mosquitto bookworm "$scratch/root" \
  >"$store/debootstrap.log" 2>&1 || fail "debootstrap failed; its output is in $store/debootstrap.log"
(cd "$scratch/root" && rm -rf var/cache/apt/* var/lib/apt/lists/* usr/share/man usr/share/locale usr/share/info usr/lib/*/perl-base \
  usr/lib/*/gconv dev/*)
# The user and the folders of the published image.
chroot "$scratch/root" sh -c 'groupmod -g 1883 mosquitto && usermod -u 1883 -g 1883 mosquitto' 2>/dev/null
mkdir -p "$scratch/root/mosquitto/data"
chown -R 1883:1883 "$scratch/root/mosquitto"

# committed NAME: an image of the folder as it is, and no other image of that name.
committed() {
  container=$(build from scratch)
  build add -q "$container" "$scratch/root" / >/dev/null
  build config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd /bin/sh "$container"
  build commit -q --rm "$container" "$1" >/dev/null
}
committed "$mosquitto"
rm -f "$store/mosquitto.tar"
build push -q "$mosquitto" "docker-archive:$store/mosquitto.tar:$mosquitto" >/dev/null
install -m 755 "$binary/bin/node" "$scratch/root/usr/local/bin/node"
cp "$binary/LICENSE" "$scratch/root/usr/local/LICENSE"
committed "$node"
rm -f "$store"/base-*
touch "$store/base-$hash"
