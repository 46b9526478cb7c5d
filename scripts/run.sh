#!/usr/bin/env bash
# Builds the app and opens it. On a machine without a display it serves the same interface to a browser.
# Arguments are handed on, for example --profile DIR. `make run` installs and builds the interface first.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; then
    cargo build --release --bin skein-desktop
    exec target/release/skein-desktop "$@"
fi

echo "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so the window cannot open."
echo "Serving the same interface to a browser on this machine instead; Ctrl+C ends it."
cargo build --release --bin skein
exec target/release/skein "$@" serve
