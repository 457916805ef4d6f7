# SPDX-License-Identifier: Apache-2.0
# The project's commands. `make` alone lists them.
PRESET ?= release
BUILD := $(if $(filter release,$(PRESET)),build,build-$(PRESET))
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
export FUZZ_SECONDS

.DEFAULT_GOAL := help
.PHONY: help setup build test demo bench check check-format tidy test-asan test-tsan fuzz format install clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup:  ## Install everything the build needs (Debian 12; root or sudo)
	@scripts/setup

build: setup  ## Build build/tidemark (PRESET=debug, asan or tsan for the other builds)
	@cmake --preset $(PRESET) --log-level=NOTICE
	@ninja -C $(BUILD) -j $(JOBS)

test: build  ## Build and run every test
	@ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure --no-tests=error

demo: setup  ## A year of real flights through Kafka with a crash on the way, in about a minute (the first time: ten)
	@cmake --preset release --log-level=NOTICE
	@ninja -C build -j $(JOBS) tidemark
	@examples/flights/demo

bench: build  ## Measure queries beside the machine's limits (and Flink, if scripts/install_flink was run)
	@bench/run

check:  ## Everything: format, clang-tidy, sanitizers, longer fuzzing (slow)
	@scripts/setup --check
	@$(MAKE) --no-print-directory check-format tidy test-asan test-tsan fuzz

check-format:  ## Fail where `make format` would change something
	@git ls-files 'src/*.h' 'src/*.cc' 'tests/*.h' 'tests/*.cc' 'bench/*.h' 'bench/*.cc' | xargs -r clang-format-19 --dry-run -Werror

format:  ## Format all C++ files
	@scripts/setup --check
	@git ls-files 'src/*.h' 'src/*.cc' 'tests/*.h' 'tests/*.cc' 'bench/*.h' 'bench/*.cc' | xargs -r clang-format-19 -i

tidy: build  ## clang-tidy over the files changed since BASE (default: the upstream main)
	@scripts/setup --check
	@scripts/tidy $(BUILD) $(BASE)

test-asan:  ## All tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory test PRESET=asan

test-tsan:  ## All tests under ThreadSanitizer
	@$(MAKE) --no-print-directory test PRESET=tsan

fuzz:  ## Every fuzzer for FUZZ_SECONDS (default 60) with libFuzzer
	@scripts/setup --check
	@cmake --preset fuzz --log-level=NOTICE
	@ninja -C build-fuzz -j $(JOBS) fuzzers
	@ctest --test-dir build-fuzz -L fuzz -j $(JOBS) --output-on-failure --no-tests=error

install: build  ## Install into PREFIX (default /usr/local); the result needs no Python
	@cmake --install $(BUILD) --prefix $(PREFIX)

clean:  ## Remove build output (what setup installed stays)
	@rm -rf build build-*/
