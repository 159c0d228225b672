#!/bin/sh
# Makes helm, kubeconform and kube-score available and prints the folder that holds them, and in schemas/ what Kubernetes,
# cert-manager, the Prometheus operator, Argo CD and Flux say of their kinds. All are from Go modules: the programs of those in
# scripts/tools, the schemas of the versions in test/cluster/go.mod and below. They are made once, in
# ${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator/chart-tools-HASH, where HASH stands for all that they are made of: about
# 3 minutes on 2 cores. Of two builds at once one waits for the other. Exit code 1: a build failed; 2: Go is missing.
set -eu

scripts=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
module=$scripts/tools
cluster=$scripts/../test/cluster
# Folder of the go.mod, package, name.
programs='.:helm.sh/helm/v4/cmd/helm=helm
.:github.com/yannh/kubeconform/cmd/kubeconform=kubeconform
kube-score:github.com/zegl/kube-score/cmd/kube-score=kube-score'
# Their kinds alone are used, so they are in no go.mod: module, checksum as in a go.sum, the files with the kinds.
kinds='github.com/prometheus-operator/prometheus-operator@v0.85.0 h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s= example/prometheus-operator-crd/*.yaml
github.com/argoproj/argo-cd/v3@v3.4.13 h1:kmnF4nE5SQ83OhtdX6DMmLSpH0eRIa1gNYdCLNHqB+A= manifests/crds/*-crd.yaml
github.com/fluxcd/kustomize-controller@v1.9.6 h1:XB+G3A0mky0j5uVHZWv4oSlS2RvZBoNIUhstIvY0JKE= config/crd/bases/*.yaml
github.com/fluxcd/source-controller@v1.9.6 h1:nG534/bI6nVpyHra7ONAk6xDB3xPsVT+EOLHZHXPrrc= config/crd/bases/*.yaml'
export CGO_ENABLED=0 GOFLAGS=-mod=readonly

say() { echo "chart tools: $*" >&2; }
fail() { say "$*"; exit 1; }

hash=$({ cat "$module"/go.* "$module"/kube-score/go.* "$scripts/chart-tools.sh"; uname -m
  grep -E '^\s(k8s.io/kubernetes|github.com/cert-manager/cert-manager) v' "$cluster/go.mod"; } | sha256sum | cut -c 1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator/chart-tools-$hash
[ -e "$folder/complete" ] && { echo "$folder"; exit; }

command -v go >/dev/null 2>&1 || { say 'needs Go 1.21 or newer, which gets what go.mod asks for: https://go.dev/dl'; exit 2; }
mkdir -p "$folder"
exec 9>"$folder/lock"
flock -n 9 || { say 'another build is under way, waiting for it'; flock 9; }
[ -e "$folder/complete" ] && { echo "$folder"; exit; }

for program in $programs; do
  name=${program#*=}
  [ -x "$folder/$name" ] && continue
  say "building $name"
  cd "$module/${program%%:*}"
  package=${program#*:}
  nice go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$folder/$name.partial" "${package%%=*}" ||
    fail "go build of $name failed"
  mv "$folder/$name.partial" "$folder/$name"
done

cd "$cluster"
rm -rf "$folder/schemas"
mkdir "$folder/schemas"
for source in k8s.io/kubernetes:api/openapi-spec/swagger.json github.com/cert-manager/cert-manager:deploy/crds; do
  go mod download "${source%%:*}" >&2 || fail "go mod download ${source%%:*} failed"
  cp -R "$(go list -m -f '{{.Dir}}' "${source%%:*}")/${source#*:}" "$folder/schemas/"
  chmod -R u+w "$folder/schemas"
done
cd /
echo "$kinds" | while read -r source sum place; do
  known=$(go mod download -json "$source") || fail "go mod download $source failed"
  field() { printf '%s\n' "$known" | sed -n "s/^\t\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p"; }
  [ "$(field Sum)" = "$sum" ] || fail "$source is not what it was: $(field Sum)"
  cp "$(field Dir)"/$place "$folder/schemas/crds/"
done
touch "$folder/complete"
echo "$folder"
