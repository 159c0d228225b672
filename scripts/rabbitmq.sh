#!/bin/sh
# Makes the RabbitMQ that is tested available, that of Debian 12, and prints one line, tab-separated:
#   version, folder of its programs (rabbitmq-server, rabbitmqctl), without the wrappers that insist on the service's user
# No service is started and nothing that runs is touched. Exit code 2: something is missing, with what to install.
# Usage: rabbitmq.sh
set -eu

program=rabbitmq
# shellcheck source=scripts/packages.sh
. "$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)/packages.sh"

programs=/usr/lib/rabbitmq/bin
version() { dpkg-query -W -f '${Version}' rabbitmq-server 2>/dev/null | sed 's/-.*//'; }

[ -x $programs/rabbitmq-server ] || install_packages rabbitmq-server
[ -x $programs/rabbitmq-server ] || fail "rabbitmq-server is installed, but $programs/rabbitmq-server is not there"
printf '%s\t%s\n' "$(version)" "$programs"
