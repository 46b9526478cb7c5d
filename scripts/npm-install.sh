#!/usr/bin/env bash
# Installs the exact npm packages of one folder, unless they are there already.
#
#   scripts/npm-install.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/../$1"

stamp=node_modules/.installed-lock
if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then exit 0; fi
echo "setup: installing npm packages in $1"
npm ci --no-audit --no-fund --loglevel=error
cp package-lock.json "$stamp"
