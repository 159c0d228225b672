#!/bin/sh
# Makes all that test/e2e needs, so that it runs without a network: packages of a node, its programs and those of a control
# plane, helm, and the images as files. Prints the folder with the image of this checkout; the first time takes about
# 3 minutes more than a control plane does. Exit code 1: a build failed; 2: something is missing, and says what.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
program=pods
. "$here/packages.sh"

[ "$(uname -s)" = Linux ] || fail 'need Linux'
[ "$(id -u)" = 0 ] || fail 'need root, for containers and namespaces'
command -v go >/dev/null 2>&1 || fail 'need Go 1.21 or newer: https://go.dev/dl'
missing=
for pair in containerd=containerd runc=runc iptables=iptables conntrack=conntrack ip=iproute2 nsenter=util-linux; do
  PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%=*}" >/dev/null 2>&1 || missing="$missing ${pair#*=}"
done
[ -x /usr/lib/cni/bridge ] || missing="$missing containernetworking-plugins"
# shellcheck disable=SC2086
[ -z "$missing" ] || install_packages $missing
"$here/namespaces.sh" true || exit 2

"$here/base-images.sh" || exit $?
"$here/brokers.sh" 2.1 >/dev/null || exit $?
folder=$(dirname "$here")/.cache/e2e
mkdir -p "$folder"
"$here/image.sh" --local-base --archive "$folder/mqtt-security-operator.tar" >/dev/null
"$here/control-plane.sh" >/dev/null
"$here/control-plane.sh" node >/dev/null
"$here/chart-tools.sh" >/dev/null
echo "$folder"
