#!/usr/bin/env bash
# Everything that must pass: set-up, checks, Rust tests, interface tests, end-to-end tests.
# A step that fails does not stop the next ones; the table at the end shows them all, and the
# names of what failed stand below it.
set -euo pipefail
cd "$(dirname "$0")/.."

table=()
failures=0
printed=$(mktemp -d)
trap 'rm -rf "$printed"' EXIT

# step NAME COMMAND...
step() {
    local name=$1 began=$SECONDS verdict=ok
    shift
    printf '\n==== %s\n' "$name"
    if ! "$@" > >(tee "$printed/$name") 2>&1; then
        verdict=FAILED
        failures=$((failures + 1))
    fi
    [ "$verdict" = FAILED ] || rm -f "$printed/$name"
    table+=("$(printf '%-7s %5d s  %s' "$verdict" $((SECONDS - began)) "$name")")
}

finish() {
    printf '\n==== Summary (%d min %d s)\n' $((SECONDS / 60)) $((SECONDS % 60))
    printf '%s\n' "${table[@]}"
    # Of vitest, of node's runner and of cargo, in this order; colours are taken off.
    [ "$failures" = 0 ] || sed 's/\x1b\[[0-9;]*m//g' "$printed"/* |
        grep -E '^ *(FAIL |✖ |test .* FAILED|error(\[|:))' | sort -u | head -n 20
    exit $((failures > 0))
}

step "Set-up" scripts/setup.sh --test
[ "$failures" = 0 ] || finish
step "Interface build" make ui
[ "$failures" = 0 ] || finish

step "Format, lints, types, architecture" scripts/check.sh
step "Rust tests" scripts/cargo-test.sh
step "Hostile bytes" scripts/fuzz-seeds.sh
step "Interface tests" npm --prefix ui test
if [ -f tests/e2e/package.json ]; then
    step "End-to-end tests" npm --prefix tests/e2e test
fi
finish
