#!/bin/sh
# Builds the image of the Dockerfile with docker, where its daemon answers, or else with buildah, and prints its name; its size is
# told on standard error.
# Usage: image.sh [NAME] [--local-base] [--archive FILE]
#   NAME          mqtt-security-operator:VERSION without it
#   --local-base  always buildah, in a store of its own, on base images that are made here: no registry is asked
#   --archive     writes the image to a file too, as `docker load` and `ctr images import` take it
# The same sources give the same layers: files have the time of the commit.
# Exit code 1: the build failed; 2: something is missing, with what to install.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname "$here")
program=image
. "$here/packages.sh"

version=$(sed -n 's/^  "version": "\(.*\)",/\1/p' "$root/package.json")
name=mqtt-security-operator:$version
local_base= archive=
while [ $# -gt 0 ]; do
  case $1 in
    --local-base) local_base=yes ;;
    --archive) shift; archive=${1:?FILE is missing} ;;
    -*) fail "unknown option $1" ;;
    *) name=$1 ;;
  esac
  shift
done
revision=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
time=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)
set -- --build-arg "VERSION=$version" --build-arg "REVISION=$revision"
cd "$root"

if [ -z "$local_base" ] && docker info >/dev/null 2>&1; then
  docker build --quiet --build-arg "SOURCE_DATE_EPOCH=$time" "$@" --tag "$name" . >&2
  say "$name: $(docker image inspect --format '{{.Size}}' "$name" | awk '{ printf "%.0f MB", $1 / 1000000 }')"
  [ -z "$archive" ] || docker save --output "$archive" "$name"
  echo "$name"
  exit
fi

store=${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator/images
if [ -n "$local_base" ]; then
  "$here/base-images.sh"
  options="--root $store/storage --runroot $store/run --storage-driver vfs"
  pull=--pull-never
  export BUILDAH_ISOLATION=chroot
  exec 9>"$store/lock"
  flock 9
else
  command -v buildah >/dev/null 2>&1 || fail 'needs docker or buildah'
  options='' pull=--pull
fi
# shellcheck disable=SC2086
build() { verb=$1; shift; buildah $options "$verb" "$@"; }

say "building $name"
log=$(mktemp)
build bud "$pull" --quiet --format docker --timestamp "$time" --volume "$root/node_modules:/src/node_modules:ro" "$@" \
  --tag "$name" . >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; say 'the build failed'; exit 1; }
rm -f "$log"
say "$name: $(build images --format '{{.Size}}' "$name")"
if [ -n "$archive" ]; then
  rm -f "$archive"
  build push --quiet "$name" "docker-archive:$archive:$name" >&2
fi
# What former builds left behind.
[ -z "$local_base" ] || build rmi --prune >/dev/null 2>&1 || true
echo "$name"
