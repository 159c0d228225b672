#!/bin/sh
# One renewal of a device that keeps its key, with mosquitto_sub and openssl: waits until it is asked, makes another key, has
# a signing request signed, takes the certificate, comes back with it and says so. See docs/guides/renewal.md.
#
#   renew.sh KIT SEND FETCH
#
# KIT    directory with what `mqttsec bundle` wrote, and the key of the device as client.key
# SEND   command that puts the signing request, which it reads, into the manifest of the device
# FETCH  command that writes the present certificate
set -eu
umask 077
cd "$1"
send=$2
fetch=$3
export XDG_CONFIG_HOME=.
identity=$(sed -n 's/^-i //p' mosquitto_sub)
topic="\$mqttsec/$identity/certificate"
notice=

# The text of a field of the notice. A device of yours has a JSON parser.
field() {
  printf '%s\n' "$notice" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# Waits for a notice with this action. It is retained, so it comes at once when there is one.
await() {
  until [ "$(field action)" = "$1" ]; do
    notice=$(mosquitto_sub -q 1 -C 1 -t "$topic") || sleep 1
    [ "$(field action)" = "$1" ] || sleep 1
  done
}

printed_fingerprint() {
  openssl x509 -in next.crt -noout -fingerprint -sha256 2>/dev/null | sed 's/.*=//'
}

# The certificate of the notice, as soon as it is there.
take() {
  until [ "$(printed_fingerprint | tr -d : | tr A-F a-f)" = "$(field fingerprint)" ]; do
    sh -c "$fetch" >next.crt || sleep 1
  done
}

await Renew
echo "asked for a signing request by $(field by)"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout next.key -subj "/CN=$identity" -out next.csr 2>next.log
sh -c "$send" <next.csr
echo "sent one for another key"

await Fetch
take
fingerprint=$(printed_fingerprint)
mv next.key client.key
mv next.crt client.crt
echo "has certificate $fingerprint"

mosquitto_pub -q 1 -t "$topic/ack" -m "{\"fingerprint\":\"$fingerprint\"}"
echo "uses it, and said so"
