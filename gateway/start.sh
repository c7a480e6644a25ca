#!/bin/sh
# Starts nginx; HTTPS is there when certificates are (make certs).
set -eu
mkdir -p /tmp/hazir
if [ -r /certs/cert.pem ] && [ -r /certs/key.pem ]; then
  cp /etc/hazir/https.conf /tmp/hazir/https.conf
fi
exec nginx -c /etc/hazir/nginx.conf -g 'daemon off;'
