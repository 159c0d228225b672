#!/bin/sh
# Gathers the root of the image in a folder, from the build stage of the Dockerfile: the bundle, Node.js with the
# libraries that it is linked to, who is who, and the licences and the list of all of it. Usage: root.sh FOLDER
set -eu

root=$1
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
source=$(CDPATH= cd -- "$here/../.." && pwd)
node=$(command -v node)
program=$root/usr/local/lib/mqttsec
documents=$root/usr/share/doc

mkdir -p "$root/usr/local/bin" "$root/etc" "$root/tmp" "$root/var/lib/dpkg/status.d" "$program" "$documents"
chmod 1777 "$root/tmp"
cp -R "$source/dist/." "$program/"
cp "$source/LICENSE" "$program/"
cp "$node" "$root/usr/local/bin/node"
install -m 755 "$here/mqttsec.cjs" "$root/usr/local/bin/mqttsec"
ln -s mqttsec "$root/usr/local/bin/kubectl-mqttsec"
printf 'root:x:0:0:root:/:/\nnonroot:x:65532:65532:nonroot:/tmp:/\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"

# The loader has its absolute path in Node.js; the libraries are found where it looks by itself.
libraries=$(ldd "$node" | sed -n 's/^.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p')
for library in $libraries; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

# Scanners read from status.d which packages these files are of, as they do in images without a package manager.
owner() { dpkg-query -S "$1" 2>/dev/null | cut -d : -f 1; }
packages=$(for library in $libraries; do owner "$(readlink -f "$library")"; owner "$library"; done | sort -u)
for package in $packages; do
  dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$package"
  mkdir -p "$documents/$package"
  cp -L "/usr/share/doc/$package/copyright" "$documents/$package/"
done
node "$here/sbom.ts" "$root"
mkdir -p "$documents/node"
cp /usr/local/LICENSE "$documents/node/copyright"
