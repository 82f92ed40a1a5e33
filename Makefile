# The commands of this project. `make` alone lists them.

CARGO ?= cargo
# Random programs of `test-all`; `test` takes what the tests themselves take.
RANDOM_PROGRAMS ?= 200000
# As the tests are built, so that nothing is compiled twice; long campaigns are optimised.
FUZZ = $(CARGO) run --locked --example fuzz --
FUZZ_LONG = $(CARGO) run --locked --profile fuzz --example fuzz --

.PHONY: help demo setup build lint test browser fuzz test-all bench

help:
	@echo "make demo      build, then one program from its text to a verdict that is replayed (about a minute)"
	@echo "make test      all tests"
	@echo "make browser   pages in a headless Chromium, which it installs where it may"
	@echo "make fuzz      10,000 mutated inputs through each part that reads what users give (minutes)"
	@echo "make test-all  the same with $(RANDOM_PROGRAMS) random programs, and long fuzzing (hours)"
	@echo "make lint      formatting and lints, warnings denied"
	@echo "make bench     Watershed beside other model checkers; writes the tables of benchmarks/README.md (20 minutes)"
	@echo "make setup     what is missing to build, Z3, and the solver that some tests compare with"

setup:
	@.ci/setup --answer-sets

demo:
	@.ci/setup
	@echo "building …"
	@$(CARGO) build --locked --release --quiet
	@docs/demo.sh

build:
	@.ci/setup
	$(CARGO) build --locked --release

lint:
	@.ci/setup
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	@$(CARGO) metadata --locked --format-version 1 --manifest-path benchmarks/peers/Cargo.toml > /dev/null

test:
	@.ci/setup
	$(CARGO) test --locked --no-fail-fast

browser:
	@.ci/setup --browser
	WATERSHED_REQUIRE_BROWSER=1 $(CARGO) test --locked --test browser -- --nocapture

fuzz:
	@.ci/setup
	$(FUZZ) classify --inputs 10000
	$(FUZZ) check --inputs 10000
	$(FUZZ) replay --inputs 10000

test-all: lint
	@.ci/setup --answer-sets --browser
	WATERSHED_RANDOM=$(RANDOM_PROGRAMS) $(CARGO) test --locked --release --no-fail-fast
	$(FUZZ_LONG) classify --inputs 1000000
	$(FUZZ_LONG) check --inputs 100000
	$(FUZZ_LONG) replay --inputs 100000

bench: build
	$(CARGO) build --locked --release --manifest-path benchmarks/peers/Cargo.toml
	cd benchmarks/peers && $(CARGO) run --locked --release --bin compare
	cd benchmarks/peers && $(CARGO) run --locked --release --bin garbage
	cd benchmarks/peers && $(CARGO) run --locked --release --bin families
