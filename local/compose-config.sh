#!/bin/sh
# Checks docker-compose.yml with the real Compose, which needs no engine for it. Where there is none,
# Debian's package of it is unpacked into var/compose, from the mirror that this machine's apt uses.
set -eu
if docker compose version >/dev/null 2>&1; then
  exec docker compose -f docker-compose.yml config --quiet
fi
compose=var/compose/usr/libexec/docker/cli-plugins/docker-compose
if [ ! -x "$compose" ]; then
  command -v apt-get >/dev/null || { echo 'compose-config: please install Docker Compose' >&2; exit 1; }
  mirror=$(grep -rhoE '^[^#]*https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null \
    | grep -oE 'https?://[^ ]+' | head -1)
  [ -n "$mirror" ] || { echo 'compose-config: no Debian mirror in apt'"'"'s sources' >&2; exit 1; }
  here=$PWD/var/compose
  mkdir -p "$here/lists/partial" "$here/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$here/list"
  options="-qq -o Dir::Etc::sourcelist=$here/list -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::lists=$here/lists -o Dir::Cache=$here/cache -o APT::Sandbox::User=root"
  # shellcheck disable=SC2086 # a list of options
  apt-get $options update
  # shellcheck disable=SC2086
  (cd "$here" && apt-get $options download docker-compose/trixie && dpkg -x docker-compose_*.deb .)
fi
exec "$compose" -f docker-compose.yml config --quiet
