#!/usr/bin/env bash
# Format, lints, types and the rules of the architecture. All cargo calls name the same packages (the
# default members), so that features resolve alike everywhere and nothing is built twice.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "== Rust format"
cargo fmt --all --check
cargo fmt --manifest-path fuzz/Cargo.toml --check
echo "== Rust lints"
cargo clippy --all-targets --quiet -- --deny warnings
scripts/npm-install.sh ui
echo "== Interface types, lints and format"
npm --prefix ui run --silent check
echo "== Rules of the architecture"
cargo test --quiet --test architecture
