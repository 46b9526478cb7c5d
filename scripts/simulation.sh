#!/usr/bin/env bash
# Tells many stories of the simulation: `scripts/simulation.sh FIRST ROUNDS`, in rounds of a thousand (300 about work, 100 about
# old disks and people, 200 of each other kind), beginning with the seed FIRST, in a release build. Each part is a process of its
# own, and is noted in target/simulation when it ends: cut off and begun again, the run goes on where it was, as long as nothing is
# committed in between.
set -euo pipefail
cd "$(dirname "$0")/.."

first=${1:?"the first seed"}
rounds=${2:?"how many rounds of a thousand stories"}
out=$PWD/target/simulation/$(git rev-parse --short HEAD)
mkdir -p "$out"

if [ ! -x "$out/simulation" ]; then
    cargo test --release -p skein-engine --test simulation --no-run
    built=$(cargo test --release -p skein-engine --test simulation --no-run 2>&1 | sed -n 's/.*Executable .*(\(.*\))/\1/p')
    cp "$built" "$out/simulation"
fi

# Files in memory spare the disk; what a crash leaves of them is made by the stories themselves.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
cd crates/engine
for ((round = 0; round < rounds; round++)); do
    for part in whatever_happens:300 people_who_meet:200 whoever_comes:200 whoever_lies:200 whoever_puts:100; do
        kind=${part%:*} count=${part#*:}
        seed=$((first + round * count))
        log=$out/$kind-$seed-$count
        [ ! -f "$log.ok" ] && [ ! -f "$log.failed" ] || continue
        verdict=ok
        SKEIN_SIM_FIRST=$seed SKEIN_SIM_SEEDS=$count "$out/simulation" "$kind" >"$log.running" 2>&1 || verdict=failed
        mv "$log.running" "$log.$verdict"
        echo "$(date '+%F %H:%M') $kind $seed to $((seed + count - 1)): $verdict"
    done
done

told=$(find "$out" -name '*.ok' -o -name '*.failed' | sed 's/.*-\([0-9]*\)\..*/\1/' | awk '{ told += $1 } END { print told + 0 }')
otherwise=$(grep -h '^failing seeds' "$out"/*.failed 2>/dev/null || true)
echo "$told stories told in $out"
[ -z "$otherwise" ] || { echo "ended otherwise: $otherwise"; exit 1; }
