# `make demo` and `make test` do everything they need on Debian and its kin, and say what.

SWIFT ?= swift
PYTHON ?= python3
LFCONV = .build/release/lfconv
REAL = $(CURDIR)/.build/real-checkpoints

# Where `make install` puts the program; DESTDIR goes in front, for packagers.
PREFIX ?= /usr/local
STAGE = .build/stage

.PHONY: help demo test setup fetch build release docs stage install uninstall deb test-install check-libraries generate format lint interop guide guide-update golden-bits fuzz faults sanitize threads coverage \
  help-texts bench bench-codec bench-update bench-forward bench-forward-update bench-tokenizers bench-encode bench-encode-update clean

help:
	@echo "make demo      convert a small RoBERTa, prove it, inspect it, verify it; then a real one (7 MB, fetched)"
	@echo "make test      build everything and run all tests, also on real checkpoints (190 MB, fetched)"
	@echo "               Both run 'make setup' first. What they install or fetch they say before they do."
	@echo
	@echo "make setup     install what the build needs: Debian packages, through sudo"
	@echo "make fetch     download the real checkpoints that tests use, 190 MB"
	@echo "make build     build everything for debugging"
	@echo "make release   build $(LFCONV)"
	@echo "make docs      make the pages of the library Longformer with DocC, in .build/docs"
	@echo "make install   put the program, its manual and completions below PREFIX=$(PREFIX); make uninstall"
	@echo "make deb       make a Debian package, in .build"
	@echo "make test-install  install and use both, the package in a fresh Debian (root, debootstrap)"
	@echo "make lint      check the format of the Swift sources"
	@echo "make format    format the Swift sources"
	@echo "make help-texts  write what every command's help is now into Tests/lfconvTests/Help"
	@echo "make generate  compile Specs/lfz.proto to C again"
	@echo "make coverage  run the tests and print how many lines of each module they reach"
	@echo "make fuzz      feed damaged input to the readers for a while (FUZZ_SECONDS=60 for each fuzzer)"
	@echo "make faults    bring signals, full disks, limits and changing sources at random moments (FAULT_SECONDS=60)"
	@echo "make sanitize  run the readers' tests under address and undefined-behaviour sanitizers"
	@echo "make threads   run all tests under the thread sanitizer"
	@echo "make interop   compare results with stock Hugging Face classes (Python)"
	@echo "make guide     train a short model and a long one, as Documentation/ tells it (Python; GUIDE_SHORT=1: in minutes)"
	@echo "make golden-bits  write the bits of the outputs into the committed golden cases"
	@echo "make bench     measure the container against other tools (Python, zstd)"
	@echo "make bench-codec  measure the container's codec and hashing against libzstd and libxxhash"
	@echo "make bench-forward  measure the forward pass against other tools (Python), for an hour or two"
	@echo "make bench-tokenizers  measure the tokenizers against Hugging Face's (Python), on one thread"
	@echo "make bench-encode  measure texts to vectors against sentence-transformers (Python): cold start, long texts"
	@echo "make bench-update, bench-forward-update, bench-encode-update  the same, and write the tables into README.md"

demo:
	@$(MAKE) --no-print-directory setup
	@$(MAKE) --no-print-directory release
	@Golden/tools/demo.sh "$(LFCONV)"

# Tests with real checkpoints run when these can be fetched, and are skipped otherwise.
test:
	@$(MAKE) --no-print-directory setup
	@$(MAKE) --no-print-directory fetch || true
	LFCONV_REAL_CHECKPOINTS="$(REAL)" $(SWIFT) test

# Through apt-get where that is; elsewhere it says what to install.
setup:
	@.ci/setup libraries
	@.ci/setup python || echo "setup: without Python and pip no real checkpoints can be fetched"

fetch:
	@Golden/tools/fetch-real.sh --all "$(REAL)"

# Ordinary builds install nothing.
check-libraries:
	@.ci/setup --check libraries

build: check-libraries
	$(SWIFT) build

# The library's pages, from its documentation comments.
docs: check-libraries
	@Documentation/docs.sh "$(SWIFT)"

# With the Swift library linked in, so that it runs where there is no toolchain and can be
# installed as it is; on Apple's systems that library is the system's.
STATIC = $(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib)
release: check-libraries
	$(SWIFT) build -c release --product lfconv $(STATIC)

stage: release
	@Packaging/stage.sh "$(LFCONV)" "$(STAGE)"

# What is staged already is taken where there is no Swift, as under sudo:
#   make stage && sudo make install
install:
	@if command -v $(SWIFT) >/dev/null 2>&1; then $(MAKE) --no-print-directory stage; fi
	@test -x "$(STAGE)/bin/lfconv" || { echo "install: run 'make stage' first, where Swift is" >&2; exit 1; }
	@Packaging/install.sh install "$(STAGE)" "$(DESTDIR)$(PREFIX)"

uninstall:
	@test -x "$(STAGE)/bin/lfconv" || { echo "uninstall: run 'make stage' first, where Swift is" >&2; exit 1; }
	@Packaging/install.sh uninstall "$(STAGE)" "$(DESTDIR)$(PREFIX)"

deb: stage
	@Packaging/deb.sh "$(STAGE)" .build

# SUITES are releases of Debian, made fresh; without any the package is unpacked and used here.
SUITES ?= bookworm
test-install: deb
	@Tests/Install/run.sh "$(STAGE)" "$$(ls -t .build/lfconv_*.deb | head -n 1)" $(SUITES)

GENERATED = Sources/CContainer/index
generate:
	@.ci/setup generator
	protoc-c --proto_path=Specs --c_out=$(GENERATED) lfz.proto
	mv $(GENERATED)/lfz.pb-c.h Sources/CContainer/include/lfz.pb-c.h

# The texts that a test compares help with; look at the difference before you commit it.
help-texts: check-libraries
	LFCONV_RENEW_HELP=1 $(SWIFT) test --filter HelpTests

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Examples

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Examples

FAULT_SECONDS ?= 60
faults: release
	@$(PYTHON) Tests/Faults/campaign.py "$(LFCONV)" Golden/cases/roberta-masked-lm-three-windows/source $(FAULT_SECONDS)

interop: release
	@Golden/tools/interop.sh "$(LFCONV)" "$(PYTHON)"
	@GUIDE_SHORT=1 Examples/TrainOn/walk.sh "$(LFCONV)" "$(PYTHON)"

# The pages of Documentation/, from the first command to the last, in half an hour. GUIDE_SHORT=1, as in interop: of each
# training three updates only.
# guide-update writes what a whole walk printed into the pages.
guide: release
	@GUIDE_SHORT="$(GUIDE_SHORT)" Examples/TrainOn/walk.sh "$(LFCONV)" "$(PYTHON)"

guide-update: guide
	@"$(PYTHON)" Documentation/guide.py update .build/guide

golden-bits: release
	@$(PYTHON) Golden/tools/bits.py "$(LFCONV)"

# OPTIONS are those of Benchmarks/container.py and Benchmarks/forward.py. A quick look at the forward pass:
#   make bench-forward OPTIONS="--length 512 --rounds 1 --contenders eager"
BENCH = Benchmarks/run.sh "$(LFCONV)"
bench: release
	@.ci/setup zstd
	@$(BENCH) container $(OPTIONS)

# Needs clang, by the name in CC or on the path.
bench-codec:
	@$(MAKE) --no-print-directory fetch
	@Benchmarks/codec.sh "$(REAL)/minilm"

bench-update: release
	@.ci/setup zstd
	@$(BENCH) container --readme README.md $(OPTIONS)

bench-forward: release
	@$(BENCH) forward $(OPTIONS)

bench-forward-update: release
	@$(BENCH) forward --readme README.md $(OPTIONS)

# Needs the Python packages of Golden/tools/requirements.txt.
bench-tokenizers: check-libraries
	@$(SWIFT) build -c release --package-path Benchmarks/Tokenizers --product TokenizerBenchmark
	@"$(PYTHON)" Benchmarks/text.py Benchmarks/Tokenizers/.build/release/TokenizerBenchmark --real "$(REAL)" $(OPTIONS)

bench-encode: release
	@$(BENCH) encode $(OPTIONS)

bench-encode-update: release
	@$(BENCH) encode --readme README.md $(OPTIONS)

FUZZ_SECONDS ?= 60
fuzz: check-libraries
	@Tests/Fuzz/run.sh "$(FUZZ_SECONDS)"

# Memory is checked everywhere, undefined behaviour in the C targets. What a
# process still holds at its end is no finding.
SANITIZED = LF(Core|Files|Checkpoints|Container|Families|Tokenizers|Models|Conversion|Encoder|Verification)Tests
sanitize: check-libraries
	LFCONV_SANITIZE_C=undefined ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
	  LFCONV_REAL_CHECKPOINTS="$(REAL)" $(SWIFT) test --sanitize=address \
	  --scratch-path .build-asan --filter '$(SANITIZED)'

threads: check-libraries
	@Tests/Threads/run.sh $(OPTIONS)

coverage: check-libraries
	@LFCONV_REAL_CHECKPOINTS="$(REAL)" "$(PYTHON)" Tests/Coverage/report.py --swift "$(SWIFT)" $(OPTIONS)

clean:
	rm -rf .build .build-asan .build-tsan .build-coverage Tests/Fuzz/.build
