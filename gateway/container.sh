#!/bin/sh
# Inside a container: addresses that hold a password are put together from the secrets dealt to it,
# so that no password stands in docker-compose.yml, in .env or in what `docker inspect` shows.
set -eu
if [ -r "$SECRETS_DIR/redis" ]; then
  REDIS_URL="redis://:$(cat "$SECRETS_DIR/redis")@redis:6379/0"
  export REDIS_URL
fi
if [ -r "$SECRETS_DIR/db_owner" ]; then
  DATABASE_URL="postgresql://hazir_owner:$(cat "$SECRETS_DIR/db_owner")@$DATABASE_HOST:$DATABASE_PORT/$DATABASE_NAME"
  export DATABASE_URL
fi
exec "$@"
