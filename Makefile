# Every target installs what it needs. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
NPM_CI := npm ci --no-audit --no-fund --loglevel=error

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

node_modules/.package-lock.json: package.json package-lock.json
	$(NPM_CI)
	@touch $@

demo: node_modules/.package-lock.json ## Bring the sample fleet up on a real Mosquitto and walk through it
	@scripts/brokers.sh 2.0 >/dev/null
	@bin/node scripts/demo.ts

test: node_modules/.package-lock.json ## Run all tests; the last line adds up all tiers
	@scripts/brokers.sh 2.0 2.1 >/dev/null
	@bin/node scripts/test.ts $(TIER)

cluster: node_modules/.package-lock.json ## Keep a control plane with cert-manager up until Ctrl-C; OPERATOR=1: the operator too (needs Go)
	@bin/node scripts/cluster.ts $(if $(OPERATOR),--operator)

e2e: node_modules/.package-lock.json ## Keep a cluster with two nodes and the operator in pods up until Ctrl-C (needs root and Go)
	@scripts/pods.sh >/dev/null
	@scripts/namespaces.sh bin/node scripts/e2e.ts

soak: node_modules/.package-lock.json ## The long forms of random tests: 200 runs with faults, 300 steps under fire, a kill at every write, 100,000 verdicts
	@scripts/brokers.sh 2.0 2.1 >/dev/null
	@scripts/control-plane.sh >/dev/null
	MQTTSEC_FAULT_RUNS=200 bin/node node_modules/mocha/bin/mocha.js test/cluster/faults.test.ts
	MQTTSEC_CHAOS_STEPS=300 bin/node node_modules/mocha/bin/mocha.js test/cluster/chaos.test.ts
	MQTTSEC_CRASHES=all bin/node node_modules/mocha/bin/mocha.js test/cluster/crash.test.ts
	MQTTSEC_FLEETS=500 bin/node node_modules/mocha/bin/mocha.js test/broker/verdicts.test.ts
	MQTTSEC_HISTORIES=3000 bin/node node_modules/mocha/bin/mocha.js test/controllers/histories.test.ts test/local/histories.test.ts

check: node_modules/.package-lock.json ## Generated files fresh, no kind broken since its release, types, lint and import contracts, format, dead code, alert rules, chart, bundle
	bin/node scripts/gen.ts --check
	bin/node scripts/chart.ts --check
	bin/node scripts/compat.ts
	node_modules/.bin/tsc --noEmit
	node_modules/.bin/eslint .
	node_modules/.bin/prettier --check --log-level warn .
	node_modules/.bin/knip
	bin/node scripts/rules.ts
	bin/node scripts/build.ts

gen: node_modules/.package-lock.json ## Regenerate types, schemas and reference pages from crds/, and deploy/ from the chart (needs Go)
	bin/node scripts/gen.ts
	bin/node scripts/chart.ts

build: node_modules/.package-lock.json ## Bundle the program into dist/
	bin/node scripts/build.ts

image: node_modules/.package-lock.json ## Build the image with docker or buildah; NAME: its name, LOCAL=1: on a base made here, no registry is asked
	@scripts/image.sh $(NAME) $(if $(LOCAL),--local-base)

release-dry-run: node_modules/.package-lock.json ## Make all files of a release in dist-release/ and publish none; LOCAL=1: the image on a base made here
	@LOCAL=$(LOCAL) bin/node scripts/release.ts $(if $(BASE_URL),--base-url $(BASE_URL))

bench: node_modules/.package-lock.json ## Measure against floors taken in the same run
	@scripts/brokers.sh 2.0 >/dev/null
	@bin/node bench/run.ts $(BENCH)

format: node_modules/.package-lock.json ## Format the sources
	node_modules/.bin/prettier --write --log-level warn .

clean: ## Remove what the other targets made
	rm -rf node_modules dist dist-release .cache

.PHONY: help demo test cluster e2e check gen build image bench format clean release-dry-run
