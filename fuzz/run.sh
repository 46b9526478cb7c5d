#!/usr/bin/env bash
# Runs libFuzzer on the stable compiler: `fuzz/run.sh SECONDS [TARGET…]`, each target for so long, all of them where none is named.
#
# What guides libFuzzer is a pass of LLVM's, which the stable compiler has. Sanitizers need a nightly one; our own code is safe Rust, in which
# a fault is a panic, and that ends a run too.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:?"how many seconds for each target"}
shift
[ $# -gt 0 ] || set -- $(basename -s .rs fuzz_targets/*.rs)

host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}
# With a target named, build scripts and macros are built without the pass.
cargo build --release --target "$host" --bins

found=0
for target in "$@"; do
  mkdir -p "artifacts/$target" "found/$target"
  # New inputs are kept apart: what is in corpus/ was chosen.
  "$CARGO_TARGET_DIR/$host/release/$target" -max_total_time="$seconds" -print_final_stats=1 \
    -artifact_prefix="artifacts/$target/" "found/$target" "corpus/$target" || found=1
done
exit "$found"
