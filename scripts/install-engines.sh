#!/usr/bin/env bash
# What the tests of engines need: redis-server from apt, unless it is there, and the built package.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v redis-server >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >/dev/null
fi
if [ ! -f dist/esm/index.js ]; then npm run build; fi
