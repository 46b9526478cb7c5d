#!/usr/bin/env bash
# Builds what is measured (release) and measures what a person waits for in the window; writes docs/benchmarks-window.md.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh --test
# In one call: two would resolve features differently and build every dependency twice.
cargo build --release -p skein -p skein-desktop --bin skein --bin skein-desktop --example empty_window
SKEIN_BUILD=release exec node tests/e2e/measure/run.js
