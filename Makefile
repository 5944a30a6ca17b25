# The commands a person needs:
#
#   make              build the module: build/release/ngx_http_scim_module.so
#   make run          build, start a private Redis and nginx, print what to paste
#   make stop         end what `make run DETACH=1` started
#   make test         everything that CI runs; one kind alone:
#                     test-lint, test-unit, test-fuzz, test-nginx,
#                     test-sanitize, test-system, test-container
#   make fuzz         the fuzzers, for as long as FUZZ_SECONDS says, each
#   make bench        ratios, side by side in one run
#   make install      the module into nginx's modules directory
#   make clean        remove what was built
#
# BUILD=release|debug|sanitize   NGINX_SRC=a plain nginx source tree
# run and stop: SCIM_PORT, SCIM_VAR, SCIM_RATE, SCIM_PROFILE, DETACH=1
#
# What is missing on the machine is installed from Debian (tools/deps.sh).

BUILD ?= release
B     := build/$(BUILD)
CC    ?= cc

build:

include tools/pure.mk
include tools/module.mk
-include t/fuzz/fuzz.mk

.PHONY: build deps run stop test lint format install clean bench
.DEFAULT_GOAL := build

build: deps
	@$(MAKE) --no-print-directory $(MODULE)
	@echo "built $(MODULE)"

deps:
	@NGINX_SRC='$(NGINX_SRC)' tools/deps.sh build

run: build
	@NGINX_SRC='$(NGINX_SRC)' tools/deps.sh run
	@SCIM_BUILD='$(B)' exec tools/run.sh start $(if $(DETACH),--detach)

stop:
	@tools/run.sh stop

test:
	@exec tools/test.sh

test-%:
	@exec tools/test.sh $*

lint: test-lint

format:
	clang-format -i $(wildcard src/*/*.[ch] t/unit/*.[ch] t/fuzz/*.[ch])

bench: build
	@tools/deps.sh bench
	@exec bench/run.py

install: build
	@exec tools/install.sh $(MODULE)

clean:
	rm -rf build
