# Every target sets up what it needs first; 'make' alone tells what there is.

RECIPE ?= default
OUT ?= out
JOBS ?= $(shell nproc)
# What `build` makes: the tools. The guest's programs take as long again, and are made for those who need them.
PROGRAMS ?= all

BUILD := build/release
HALLMARK := $(BUILD)/tools/hallmark/hallmark
CCACHE := $(if $(shell command -v ccache),-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
# What ccache asks for where headers are compiled once.
export CCACHE_SLOPPINESS = pch_defines,time_macros
# What builds the programs of a guest architecture is a build of its own.
export CMAKE_BUILD_PARALLEL_LEVEL = $(JOBS)

.PHONY: help setup build unit tests image check sanitized-tests check-sanitizers fuzz bench boot-test install format check-format tidy clean

help:
	@echo 'make image        a signed, verified image bundle in $(OUT)/'
	@echo 'make check        every test'
	@echo 'make unit         the tests that need no guest, root, network or emulation'
	@echo 'make build        the tools, in $(BUILD)/'
	@echo 'make install      the tools, their man pages and completions (PREFIX, DESTDIR)'
	@echo 'make bench        Hallmark and its peers side by side'
	@echo 'make boot-test    the default image in QEMU'
	@echo 'make check-sanitizers, fuzz, tidy, format, check-format    for those who change the code'

setup:
	@tools/setup

build: setup
	@[ -e $(BUILD)/build.ninja ] || cmake --preset release $(CCACHE)
	@cmake --build $(BUILD) -j $(JOBS) --target $(PROGRAMS)

# The image that the tools of this checkout make, under a key of this machine. A release has keys of its own: see the README.
image: setup
	@chosen=$$(tools/choose-recipe $(RECIPE)) && set -- $$chosen && \
	  $(MAKE) --no-print-directory build PROGRAMS="all guest_$$2" && tools/make-image $(HALLMARK) $$1 $$2 $(OUT)

tests: PROGRAMS = all guests tests
tests: build

# What a change is tried in while it is made: no guest, no root, no network, no emulation.
unit: PROGRAMS = unit_tests
unit: build
	@ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS) -L unit

check: tests
	@ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)

# clang, AddressSanitizer, UndefinedBehaviorSanitizer and libFuzzer's instrumentation in one build.
build/fuzz/build.ninja: | setup
	@cmake --preset fuzz $(CCACHE)

sanitized-tests: build/fuzz/build.ninja
	@cmake --build build/fuzz -j $(JOBS) --target tests

check-sanitizers: sanitized-tests
	@ctest --test-dir build/fuzz --output-on-failure -j $(JOBS) -L unit

FUZZ_SECONDS ?= 30
fuzz: sanitized-tests
	@tests/fuzz/run build/fuzz/tests/fuzz $(FUZZ_SECONDS) $(JOBS)

bench: PROGRAMS = all guests
bench: build
	@tests/bench/run $(HALLMARK)

boot-test: tests
	@ctest --test-dir $(BUILD) --output-on-failure -L boot

install: PROGRAMS = all guests
install: build
	@cmake --install $(BUILD) $(if $(PREFIX),--prefix $(PREFIX))

SOURCES = $(shell git ls-files '*.cc' '*.h')
format: setup
	@clang-format -i $(SOURCES)

check-format: setup
	@clang-format --dry-run -Werror $(SOURCES)

tidy: setup
	@[ -e build/clang/build.ninja ] || cmake --preset clang
	@tools/tidy build/clang $(JOBS)

clean:
	@rm -rf build
