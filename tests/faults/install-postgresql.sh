#!/bin/sh
# PostgreSQL 15, the oldest that the service runs on, where Debian's package is not installed yet.
set -e
[ -x /usr/lib/postgresql/15/bin/postgres ] && exit 0
command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || {
  echo "PostgreSQL 15 is missing and cannot be installed here: its tests will be skipped" >&2
  exit 0
}
apt-get install -y -q postgresql-15 || { apt-get update -q && apt-get install -y -q postgresql-15; }
