#!/bin/sh
# Makes the programs of a Kubernetes control plane available and prints the folder that holds them: bin/ and crds/ (those
# of cert-manager). They are built once from the Go module test/cluster, into
# ${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator/cluster-HASH, where HASH stands for all that they are made of.
# The first build takes about 6 minutes on 2 cores, 1.5 GB of modules and 4 GB of Go's build cache. One that was interrupted
# goes on where it stopped; of two at once one waits for the other. Exit code 1: a build failed; 2: Go is missing.
# With `node`: the programs of a node and of a scheduler instead, from the Go module test/e2e, into node-HASH/bin. After
# those of a control plane that takes a minute more.
set -eu

set=${1:-cluster}
tests=$(CDPATH= cd -- "$(dirname -- "$0")/../test" && pwd)
case $set in
  cluster)
    module=$tests/cluster
    source=cert-manager/main.go
    programs='go.etcd.io/etcd/server/v3=etcd
./cert-manager=cert-manager
k8s.io/kubernetes/cmd/kubectl=kubectl
k8s.io/kubernetes/cmd/kube-apiserver=kube-apiserver
k8s.io/kubernetes/cmd/kube-controller-manager=kube-controller-manager'
    ;;
  node)
    module=$tests/e2e
    source=pause/main.go
    programs='./pause=pause
k8s.io/kubernetes/cmd/kube-scheduler=kube-scheduler
k8s.io/kubernetes/cmd/kube-proxy=kube-proxy
k8s.io/kubernetes/cmd/kubelet=kubelet'
    ;;
  *) echo "control plane: unknown set '$set': cluster or node" >&2; exit 2 ;;
esac
certmanager=github.com/cert-manager/cert-manager
# Without these flags the server reports v0.0.0, and charts that ask for a version refuse it.
version=$(sed -n 's#^.*k8s.io/kubernetes v#v#p' "$module/go.mod" | cut -d ' ' -f 1)
minor=${version#v*.}
stamp=
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamp="$stamp -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*}"
done
link="-s -w$stamp"
export CGO_ENABLED=0 GOFLAGS=-mod=readonly

say() { echo "control plane: $*" >&2; }
fail() { say "$*"; exit 1; }

hash=$(cat "$module/go.mod" "$module/go.sum" "$module/$source" | { cat; echo "$link $programs"; uname -m; } |
  sha256sum | cut -c 1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/mqtt-security-operator/$set-$hash
[ -e "$folder/complete" ] && { echo "$folder"; exit; }

command -v go >/dev/null 2>&1 || { say 'needs Go 1.21 or newer, which gets what go.mod asks for: https://go.dev/dl'; exit 2; }
mkdir -p "$folder/bin"
exec 9>"$folder/lock"
flock -n 9 || { say 'another build is under way, waiting for it'; flock 9; }
[ -e "$folder/complete" ] && { echo "$folder"; exit; }

cd "$module"
total=$(echo "$programs" | wc -l)
number=0
for program in $programs; do
  number=$((number + 1))
  name=${program#*=}
  [ -x "$folder/bin/$name" ] && continue
  say "building $name ($number of $total)"
  begin=$(date +%s)
  nice go build -trimpath -buildvcs=false -ldflags "$link" -o "$folder/bin/$name.partial" "${program%%=*}" ||
    fail "go build of $name failed"
  mv "$folder/bin/$name.partial" "$folder/bin/$name"
  say "built $name in $(($(date +%s) - begin)) s"
done
if [ "$set" = cluster ]; then
  mkdir -p "$folder/crds"
  cp "$(go list -m -f '{{.Dir}}' "$certmanager")"/deploy/crds/*.yaml "$folder/crds/"
  chmod -R u+w "$folder/crds"
fi
touch "$folder/complete"
echo "$folder"
