# Both `make demo` and `make test` do their own set-up on Debian and its kin.

SWIFT ?= swift
PYTHON ?= python3
PACKAGES = libzstd-dev libprotobuf-c-dev libxxhash-dev libssl-dev libdnnl-dev pkg-config
LFCONV = .build/release/lfconv

.PHONY: help demo test build release setup setup-tools generate format lint interop fuzz sanitize bench \
  bench-forward clean

help:
	@echo "make demo      convert a small RoBERTa, prove it, inspect it, verify it"
	@echo "make test      build everything and run all tests"
	@echo "make release   build .build/release/lfconv"
	@echo "make lint      check the format of the Swift sources"
	@echo "make format    format the Swift sources"
	@echo "make generate  compile Specs/lfz.proto to C again"
	@echo "make fuzz      feed damaged input to the readers for a while (SECONDS=60)"
	@echo "make sanitize  run the readers' tests under address and undefined-behaviour sanitizers"
	@echo "make bench     measure the container against other tools (Python, zstd)"
	@echo "make bench-forward  measure the forward pass against other tools (Python), for an hour"
	@echo "make interop   hold results against stock Hugging Face classes (Python)"

demo: release
	@Golden/tools/demo.sh $(LFCONV)

# Tests with real checkpoints run when these can be fetched, and are skipped otherwise.
REAL = $(CURDIR)/.build/real-checkpoints
test: setup
	@Golden/tools/fetch-real.sh --all $(REAL) || true
	LFCONV_REAL_CHECKPOINTS=$(REAL) $(SWIFT) test

build: setup
	$(SWIFT) build

release: setup
	$(SWIFT) build -c release --product lfconv

# System libraries; through apt when they are missing.
setup:
	@.ci/setup $(PACKAGES)

setup-tools:
	@.ci/setup protobuf-c-compiler

generate: setup-tools
	protoc-c --proto_path=Specs --c_out=Sources/CLFZIndex lfz.proto
	mv Sources/CLFZIndex/lfz.pb-c.h Sources/CLFZIndex/include/lfz.pb-c.h

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

interop: release
	@Golden/tools/interop.sh $(LFCONV) $(PYTHON)

bench: release
	@.ci/setup zstd
	@Benchmarks/run.sh $(LFCONV) container

# All of it takes about an hour. A quick look: make bench-forward OPTIONS="--length 512 --rounds 1 --contenders eager"
bench-forward: release
	@Benchmarks/run.sh $(LFCONV) forward $(OPTIONS)

SECONDS ?= 60
fuzz: setup
	@Tests/Fuzz/run.sh $(SECONDS)

# Memory is checked everywhere, undefined behaviour in the C targets. What a
# process still holds at its end is no finding.
SANITIZED = TensorCoreTests|FileIOTests|CheckpointsTests|ContainerTests|ModelFamiliesTests|ConversionTests|ReferenceModelTests
sanitize: setup
	LFCONV_SANITIZE_C=undefined ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
	  LFCONV_REAL_CHECKPOINTS=$(REAL) $(SWIFT) test --sanitize=address \
	  --scratch-path .build-asan --filter '$(SANITIZED)'

clean:
	rm -rf .build .build-asan
