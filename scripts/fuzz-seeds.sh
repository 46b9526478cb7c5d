#!/usr/bin/env bash
# Every seed of every fuzz target, as it is and a little changed: the same each time. What the workspace built is used again.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
CARGO_TARGET_DIR=../target cargo test --quiet --lib
