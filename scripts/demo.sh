#!/usr/bin/env bash
# Members on this machine show what they can do, and prove it: those who work apart and meet, or another example of crates/skein/examples.
set -euo pipefail
cd "$(dirname "$0")/.."

# No package is named, so that features resolve as for the tests and nothing is built twice.
example=${1:-demo}
cargo build --quiet --bin skein --example "$example"
exec cargo run --quiet --example "$example"
