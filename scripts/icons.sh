#!/usr/bin/env bash
# Renders the application icons from docs/assets/skein.svg. Needs rsvg-convert (Debian: librsvg2-bin).
set -euo pipefail
cd "$(dirname "$0")/.."

svg=docs/assets/skein.svg
icons=src-tauri/icons
mkdir -p "$icons"
rsvg-convert --width 32 "$svg" --output "$icons/32x32.png"
rsvg-convert --width 128 "$svg" --output "$icons/128x128.png"
rsvg-convert --width 256 "$svg" --output "$icons/128x128@2x.png"
rsvg-convert --width 512 "$svg" --output "$icons/icon.png"
