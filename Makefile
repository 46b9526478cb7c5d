# Everything a person or a machine does with this repository. `make` alone explains.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# A Rust installed a moment ago by rustup is found without opening a new terminal.
export PATH := $(HOME)/.cargo/bin:$(PATH)

UI_SOURCES := $(shell find ui \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.PHONY: help setup ui run test check format fuzz simulation bench bench-window demo demo-async package

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## Install what this machine lacks to build and run Skein
	@scripts/setup.sh

run: setup ui ## Build the app and open it; without a display, serve it to a browser on this machine
	@scripts/run.sh

test: ## Everything that continuous integration runs: checks, Rust, interface, end to end
	@scripts/test.sh

check: ui ## Format, lints, types and the rules of the architecture
	@scripts/check.sh

format: ## Bring Rust and TypeScript into shape
	cargo fmt --all
	npm --prefix ui run format

fuzz: ## Make hostile bytes of true ones, so many seconds for each decoder, or for those named; ARGS="60 envelope"
	@fuzz/run.sh $(or $(ARGS),60)

simulation: ## Tell many stories of the simulation, ARGS="FIRST ROUNDS": rounds of a thousand from this seed on
	@scripts/simulation.sh $(or $(ARGS),100000 1)

bench: ## Measure Skein beside its peers (release build); ARGS="..." is handed on
	cargo run --release -p skein-bench -- $(ARGS)

bench-window: setup ui ## Measure key presses, opening, dragging and start in Chromium and in the desktop's webview
	@scripts/bench-window.sh

demo: ## Two members on this machine work apart, meet, and prove that both hold the same
	@scripts/setup.sh
	@scripts/demo.sh

demo-async: ## People who are never online together: by a relay that reads nothing, and on a stick
	@scripts/setup.sh
	@scripts/demo.sh demo_async

package: setup ui ## Build the .deb and .rpm packages
	@scripts/package.sh

ui: ui/dist/index.html

ui/dist/index.html: $(UI_SOURCES)
	@scripts/npm-install.sh ui
	npm --prefix ui run build
	@touch $@
