#!/usr/bin/env bash
# Builds the .deb and .rpm packages: the desktop app, the skein command, and what a relay needs as a service (packaging/relay,
# named in src-tauri/tauri.conf.json). Needs no network once npm is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/npm-install.sh src-tauri
cargo build --release --bin skein-desktop --bin skein
src-tauri/node_modules/.bin/tauri bundle --bundles deb,rpm
mkdir -p dist
cp target/release/bundle/deb/*.deb target/release/bundle/rpm/*.rpm dist/
ls -l dist
