# make help tells what there is.
SHELL := /bin/bash
CACHE ?= $(HOME)/.cache/pilothouse
export CCACHE_DIR ?= $(CACHE)/ccache

.DEFAULT_GOAL := help
.PHONY: help run stop clean-demo build test test-unit test-cluster bench bench-cluster soak format lint analyze

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build the server, start the demo in .demo/ and show its traffic
	@scripts/demo.sh run

stop: ## stop the demo: portal, traffic, HAProxy, replicas
	@scripts/demo.sh stop

clean-demo: ## stop the demo and remove .demo/
	@scripts/demo.sh clean

build:
	@scripts/packages.sh run
	@cmake --preset server >build-server.log 2>&1 || { cat build-server.log; exit 1; }; rm -f build-server.log
	@cmake --build --preset server

test: ## every test: g++ release, then address and undefined-behaviour sanitizers
	@scripts/packages.sh test
	@scripts/test.sh release
	@scripts/test.sh asan

test-unit: ## the quick tests only, g++ release
	@scripts/packages.sh test
	@scripts/test.sh release --label-regex unit

test-cluster: build ## on a real Kubernetes cluster of one node; the first time builds that, too (half an hour)
	@scripts/packages.sh cluster
	@tests/cluster/run.sh

bench: ## the benchmarks, each beside a peer in the same run; results in bench/RESULTS.md
	@scripts/packages.sh bench
	@bench/run.sh

bench-cluster: build ## on a real cluster, beside Argo Rollouts and Flagger (half an hour); results in bench/RESULTS-CLUSTER.md
	@scripts/packages.sh cluster
	@bench/cluster/run.sh

soak: ## the long forms: simulation seeds and random kills (hours)
	@scripts/packages.sh test
	@scripts/soak.sh

format: ## clang-format over the tree
	@scripts/packages.sh style
	@git ls-files '*.hpp' '*.cpp' | xargs clang-format-19 -i

lint: ## is the tree formatted, and what does clang-tidy say of it
	@scripts/packages.sh style
	@git ls-files '*.hpp' '*.cpp' | xargs clang-format-19 --dry-run --Werror
	@scripts/tidy.sh

# Two of its checks find something inside Asio's coroutines.
analyze: ## what Clang's static analyzer says of the tree (an hour)
	@scripts/packages.sh style
	@scripts/tidy.sh --checks='-*,clang-analyzer-*,-clang-analyzer-core.CallAndMessage,-clang-analyzer-core.NullDereference'
