#!/bin/sh
# Makes gitops-eval available and prints where it is: it runs scripts and expressions as Argo CD and Flux do, for tests. It is
# built once from the Go module test/cluster/gitops (a minute on 2 cores, 300 MB of modules) into
# ${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator/gitops-HASH, where HASH stands for all that it is made of.
# Exit code 1: the build failed; 2: Go is missing.
set -eu

module=$(CDPATH= cd -- "$(dirname -- "$0")/../test/cluster/gitops" && pwd)
hash=$(cat "$module/go.mod" "$module/go.sum" "$module/main.go" | { cat; uname -m; } | sha256sum | cut -c 1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator/gitops-$hash
target=$folder/gitops-eval
[ -x "$target" ] && { echo "$target"; exit; }

say() { echo "gitops-eval: $*" >&2; }
command -v go >/dev/null 2>&1 || { say 'needs Go 1.21 or newer, which gets what go.mod asks for: https://go.dev/dl'; exit 2; }
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
[ -x "$target" ] && { echo "$target"; exit; }
cd "$module"
say 'building'
CGO_ENABLED=0 GOFLAGS=-mod=readonly nice go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$target.partial" . ||
  { say 'go build failed'; exit 1; }
mv "$target.partial" "$target"
echo "$target"
