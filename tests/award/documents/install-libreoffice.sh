#!/bin/sh
# A writer that opens Word files and prints them, and a font of Chinese, where they are not there yet.
set -e
command -v soffice >/dev/null && exit 0
command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || {
  echo "LibreOffice is missing and cannot be installed here: its test will be skipped" >&2
  exit 0
}
export DEBIAN_FRONTEND=noninteractive
wanted="libreoffice-writer-nogui fonts-noto-cjk"
apt-get install -y -q --no-install-recommends $wanted ||
  { apt-get update -q && apt-get install -y -q --no-install-recommends $wanted; }
