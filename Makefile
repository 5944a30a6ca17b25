# The commands a person needs:
#
#   make run          build, start a private Redis and nginx, print what to paste
#   make stop         end what `make run DETACH=1` started
#   make test         everything that CI runs
#   make fuzz         the fuzzers, for as long as FUZZ_SECONDS says, each
#   make bench        ratios, side by side in one run
#   make install      the module into nginx's modules directory
#   make clean        remove what was built
#
# BUILD=release|debug|sanitize   NGX_SRC or NGINX_SRC=nginx source tree

BUILD ?= release
B     := build/$(BUILD)
CC    ?= cc

include tools/pure.mk
