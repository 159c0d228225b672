#!/bin/sh
# Runs a command as root where a cluster with nodes can do no harm: in a network, mounts and processes of its own, which
# end with it, whatever became of it. Pods are on the bridge mqttsec0, 10.88.0.0/16. Usage: namespaces.sh COMMAND [ARGUMENT…]
# Exit code 2: such namespaces cannot be made here.
set -eu
export PATH="$PATH:/usr/sbin:/sbin"

if [ -z "${MQTTSEC_NAMESPACES:-}" ]; then
  [ "$(id -u)" = 0 ] || { echo 'namespaces: needs root' >&2; exit 2; }
  unshare --net --mount --pid --ipc --fork --kill-child true 2>/dev/null ||
    { echo 'namespaces: this machine allows none' >&2; exit 2; }
  exec env MQTTSEC_NAMESPACES=$$ unshare --net --mount --pid --ipc --fork --kill-child --mount-proc --propagation private "$0" "$@"
fi

# Places that containerd, the kubelet and CNI have in common with others of this machine.
for place in /run/containerd /run/netns /var/lib/kubelet /var/lib/cni /var/log/pods /var/log/containers; do
  mkdir -p "$place"
  mount -t tmpfs tmpfs "$place"
done
# What is mounted for a pod has to be seen in its containers.
mount --make-rshared /
ip link set lo up
ip link add mqttsec0 type bridge
ip address add 10.88.0.1/16 dev mqttsec0
# Of the second node.
ip address add 10.88.0.2/16 dev mqttsec0
ip link set mqttsec0 up
ip route add default dev mqttsec0
echo 1 >/proc/sys/net/ipv4/ip_forward

# Processes of pods, by the groups that they are in, and then the groups.
end_pods() {
  for root in "/sys/fs/cgroup/mqttsec-$MQTTSEC_NAMESPACES" "/sys/fs/cgroup/"*"/mqttsec-$MQTTSEC_NAMESPACES"; do
    [ -d "$root" ] || continue
    find "$root" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -u | xargs -r kill -KILL 2>/dev/null || true
  done
  sleep 0.5
  for root in "/sys/fs/cgroup/mqttsec-$MQTTSEC_NAMESPACES" "/sys/fs/cgroup/"*"/mqttsec-$MQTTSEC_NAMESPACES"; do
    [ ! -d "$root" ] || find "$root" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}

# This shell is the first process: it waits for all that are left behind.
status=0
"$@" || status=$?
end_pods
exit "$status"
