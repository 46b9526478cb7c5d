#!/usr/bin/env bash
# Installs what a fresh Debian or Ubuntu machine lacks to build and run Skein, and nothing that is there already.
#
#   scripts/setup.sh           to build and run
#   scripts/setup.sh --test    also what the tests need: a virtual display, a WebDriver, a browser, fonts, a PostgreSQL server
set -euo pipefail
cd "$(dirname "$0")/.."

node_needed=20.19
rust_needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

build_packages=(
    build-essential cmake pkg-config git curl ca-certificates file
    libwebkit2gtk-4.1-dev
)
test_packages=(
    xvfb xauth dbus gnome-keyring xdotool webkit2gtk-driver iproute2 nftables procps postgresql
    fonts-noto-cjk fonts-noto-color-emoji
)

wants_tests=no
for argument in "$@"; do
    case "$argument" in
        --test) wants_tests=yes ;;
        *) echo "setup: unknown argument $argument (known: --test)" >&2; exit 2 ;;
    esac
done

say() { printf 'setup: %s\n' "$*"; }
stop() { printf '\nsetup: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
# at_least WANTED FOUND
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif has sudo; then sudo "$@"
    else stop "these packages must be installed by root, and there is no sudo here: ${missing[*]}"
    fi
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_packages() {
    local wanted=("${build_packages[@]}")
    if [ "$wants_tests" = yes ]; then
        wanted+=("${test_packages[@]}")
        # Ubuntu knows the browser under another name.
        if ! has chromium && ! has chromium-browser && ! has google-chrome && [ -z "${SKEIN_CHROMIUM:-}" ]; then
            if grep -qs '^ID=ubuntu' /etc/os-release; then wanted+=(chromium-browser); else wanted+=(chromium); fi
        fi
    fi
    # Where the system's own Node.js is new enough, take that.
    if ! has node; then
        local candidate
        candidate=$(apt-cache policy nodejs 2>/dev/null | sed -n 's/.*Candidate: \([0-9.]*\).*/\1/p')
        if [ -n "$candidate" ] && at_least "$node_needed" "$candidate"; then wanted+=(nodejs npm); fi
    fi

    missing=()
    local package
    for package in "${wanted[@]}"; do
        installed "$package" || missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then return; fi

    say "installing system packages: ${missing[*]}"
    as_root apt-get -o DPkg::Lock::Timeout=600 -qq update
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${missing[@]}"
}

if has apt-get && has dpkg-query; then
    install_packages
else
    say "no apt here: make sure that a C toolchain, cmake, pkg-config and WebKitGTK 4.1 with its headers are installed"
    if ! has pkg-config || ! pkg-config --exists webkit2gtk-4.1; then
        stop "pkg-config does not find webkit2gtk-4.1. On Debian these packages are used: ${build_packages[*]}"
    fi
fi

if ! has cargo || ! has rustc; then
    stop "Rust $rust_needed or newer is needed. This installs it for your user alone; then run make again:

    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y"
fi
rust_found=$(rustc --version | cut -d ' ' -f 2)
at_least "$rust_needed" "${rust_found%%-*}" ||
    stop "Rust $rust_needed or newer is needed, this is $rust_found. Update it, then run make again:

    rustup update stable"
if [ "$wants_tests" = yes ]; then
    { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1 ||
        stop "rustfmt and clippy are needed for the checks:

    rustup component add rustfmt clippy"
fi

node_help="This installs Node.js 22 from nodejs.org's packagers; any other way is as good:

    curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash - && sudo apt-get install -y nodejs"
has node || stop "Node.js $node_needed or newer is needed. $node_help"
node_found=$(node --version)
at_least "$node_needed" "${node_found#v}" || stop "Node.js $node_needed or newer is needed, this is $node_found. $node_help"
has npm || stop "npm is needed beside Node.js (Debian's package is called npm)"

scripts/npm-install.sh ui
if [ "$wants_tests" = yes ] && [ -f tests/e2e/package-lock.json ]; then scripts/npm-install.sh tests/e2e; fi
