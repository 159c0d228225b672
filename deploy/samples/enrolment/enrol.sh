#!/bin/sh
# What a device that keeps its key does to get a certificate, by EST (RFC 7030) with curl and openssl: the first one with a
# claim, each next one with the certificate that it has. See docs/guides/enrolment.md.
#
#   enrol.sh KIT URL IDENTITY [CLAIM]
#
# KIT       directory with ca.crt, the CA of the server; gets client.key and client.crt
# URL       of the server: https://HOST:PORT
# IDENTITY  of the device
# CLAIM     file with the claim, ID:SECRET; without it the certificate in KIT is shown
#
# To be run again after whatever went wrong: a request that was sent is sent again, and answered as before.
set -eu
umask 077
claim=
[ $# -lt 4 ] || claim=$(cat "$4")
cd "$1"
est=$2/.well-known/est
identity=$3

# The next key and certificate, once both are there. Cut off in between, the key is in its place already.
take() {
  [ ! -e next.key ] || mv next.key client.key
  mv next.crt client.crt
  rm -f next.csr
}

# Who asks. The claim goes by a file descriptor: arguments can be read by others on the machine.
credentials() {
  if [ -n "$claim" ]; then printf 'user = "%s"\n' "$claim"; else printf 'cert = "client.crt"\nkey = "client.key"\n'; fi
}

# Sends the request; prints the status. The answer is in the file 'answer'.
ask() {
  openssl req -in next.csr -outform DER | openssl base64 >body
  credentials | curl --config - --silent --show-error --cacert ca.crt --max-time 30 --output answer --write-out '%{http_code}' \
    --header 'Content-Type: application/pkcs10' --header 'Content-Transfer-Encoding: base64' --data-binary @body "$est/$1"
}

if [ -s next.crt ]; then take; fi
if [ ! -s next.csr ]; then
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout next.key -subj "/CN=$identity" -out next.part 2>req.log
  mv next.part next.csr
fi
operation=simplereenroll
[ -z "$claim" ] || operation=simpleenroll
while
  status=$(ask "$operation")
  [ "$status" = 202 ]
do sleep 2; done
if [ "$status" != 200 ]; then
  echo "refused: $status $(cat answer)" >&2
  exit 1
fi
tr -d '\r\n' <answer | openssl base64 -d -A | openssl pkcs7 -inform DER -print_certs | sed -n '/^-----BEGIN/,/^-----END/p' >next.part
openssl x509 -in next.part -noout
mv next.part next.crt
take
rm -f answer body req.log
openssl x509 -in client.crt -noout -subject -enddate
