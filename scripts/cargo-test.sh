#!/usr/bin/env bash
# Runs the Rust tests and closes with their counts over all suites.
set -euo pipefail
cd "$(dirname "$0")/.."

# Binaries and tests in one go: what the end-to-end tests drive is then built already, with equal features.
cargo build --all-targets

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
cargo test --no-fail-fast 2>&1 | tee "$log" || status=$?

awk '
    /^test result:/ {
        suites++
        for (field = 1; field <= NF; field++) {
            if ($field ~ /^passed/) passed += $(field - 1)
            if ($field ~ /^failed/) failed += $(field - 1)
            if ($field ~ /^ignored/) ignored += $(field - 1)
        }
    }
    END { printf "\nRust: %d passed, %d failed, %d ignored in %d suites\n", passed, failed, ignored, suites }
' "$log"
exit "$status"
