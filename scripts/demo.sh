#!/usr/bin/env bash
# Two members on this machine work apart, meet, and prove that both hold the same (crates/skein/examples/demo.rs).
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --quiet --package skein --bin skein --example demo
exec cargo run --quiet --package skein --example demo
