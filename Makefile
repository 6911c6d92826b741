# Two commands do everything on a Debian 12 machine with Swift 6.2 or newer: `make run` and `make test`.

SWIFTFLAGS ?=#  for every build and test, e.g. --sanitize=thread
ARGS ?=#        for the program (make run) or for `swift test` (make test)
FILTER ?=#      only the tests whose name matches this regular expression
sources := Sources Tests Benchmarks Package.swift

.DEFAULT_GOAL := help
.PHONY: help run test pictures soak fuzz breaks chaos bench peers release deb deb-check check format clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing, build, and start a demo service with a misbehaving partner beside it
	@scripts/prepare run
	swift build --product amends $(SWIFTFLAGS)
	@exec .build/debug/amends demo $(ARGS)

soak: ## Live through any number of simulated lives: make soak [ARGS="--minutes 60"]
	@scripts/prepare run
	swift build --product amends $(SWIFTFLAGS)
	@exec .build/debug/amends simulate --seeds 100000000 $(or $(ARGS),--minutes 60)

fuzz: export AMENDS_FUZZ ?= 4000
fuzz: ## Try more broken input than `make test` does: make fuzz [AMENDS_FUZZ=40000] [AMENDS_FUZZ_SEED=17] [FILTER=HTTPFuzz]
	@scripts/prepare run test
	swift build --build-tests $(SWIFTFLAGS)
	@exec scripts/with-postgres scripts/run-tests $(SWIFTFLAGS) --filter 'Fuzz\.$(FILTER)' $(ARGS)

breaks: ## Break the engine on purpose and see which breaks are found: make breaks [ARGS=keepsSurplus]
	@scripts/prepare run breaks
	@exec scripts/breaks $(ARGS)

release: ## Build the program for production: .build/release/amends
	@scripts/prepare run
	swift build -c release --product amends $(SWIFTFLAGS)

deb: ## Build the Debian package: .build-deb/amends_VERSION_ARCHITECTURE.deb
	@scripts/prepare run deb
	@exec scripts/deb

deb-check: ## Install that package on a bare Debian (debootstrap), run it there, take it off again; needs root
	@scripts/prepare deb
	@exec scripts/deb-check $(ARGS)

bench: ## Measure every part beside what bounds it: make bench [ARGS="renewals --count 40000"]
	@scripts/prepare run test
	swift build -c release --product amends $(SWIFTFLAGS)
	swift build -c release --product Bench $(SWIFTFLAGS)
	@exec scripts/with-postgres .build/release/Bench $(ARGS)

peers: ## Do the same renewals with Celery, Procrastinate and DBOS: make peers [ARGS="--only celery --rounds 5"]
	@exec scripts/peers $(ARGS)

test: export AMENDS_TEST_LOCALSTRIPE := $(CURDIR)/.build-venv/bin/localstripe
test: export AMENDS_TEST_PYTHON := $(CURDIR)/.build-venv/bin/python
test: export FILTER := $(FILTER)
test: ## Run every suite on SQLite and on a private PostgreSQL: make test [FILTER=StoreTests] [ARGS=--no-parallel]
	@scripts/prepare run test
	@scripts/python-tools
	swift build --build-tests $(SWIFTFLAGS)
	@exec scripts/with-postgres scripts/run-tests $(SWIFTFLAGS) $${FILTER:+--filter "$$FILTER"} $(ARGS)

pictures: export AMENDS_TEST_PYTHON := $(CURDIR)/.build-venv/bin/python
pictures: export AMENDS_PICTURES = $(abspath $(or $(INTO),.build/pictures))
pictures: ## Look at every page in a browser, and keep pictures of them: make pictures [INTO=FOLDER]
	@scripts/prepare run test
	@scripts/python-tools
	swift build --build-tests $(SWIFTFLAGS)
	@scripts/run-tests $(SWIFTFLAGS) --filter '^Scenarios\.BrowserTests' $(ARGS)
	@echo "The pictures are in $(AMENDS_PICTURES)"

chaos: ## Break real processes, disks and databases under load, and print what was survived: make chaos [ARGS="--rounds 10"]
	@scripts/prepare run test
	swift build --build-tests $(SWIFTFLAGS)
	@exec scripts/with-postgres scripts/chaos $(ARGS)

check: ## Complain about every line that `make format` would write otherwise
	@scripts/prepare run
	swift format lint --strict --parallel --recursive $(sources)

format: ## Format the Swift sources in place
	@scripts/prepare run
	swift format format --in-place --parallel --recursive $(sources)

clean: ## Remove what was built
	rm -rf .build .build-venv .build-peers-venv .build-breaks .build-deb
