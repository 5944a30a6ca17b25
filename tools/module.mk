# The module in nginx's own build: dynamic, for the nginx at hand; or, with
# BUILD=sanitize, a whole nginx with the module inside.

# Debian puts nginx where an ordinary user does not look.
export PATH := $(PATH):/usr/sbin:/sbin

NGX_CFLAGS_release  := -O2 -g -fPIC -fstack-protector-strong \
                       -D_FORTIFY_SOURCE=2 -Wformat -Werror=format-security
NGX_CFLAGS_debug    := -O0 -g3 -fPIC
NGX_LDFLAGS_release := -Wl,-z,relro -Wl,-z,now
NGX_LDFLAGS_debug   :=

# Every allocation from a pool becomes one of malloc's, so that AddressSanitizer
# sees what happens inside pools too.
SANITIZE_CC         := clang
NGX_CFLAGS_sanitize := -O1 -g -fno-omit-frame-pointer -DNGX_DEBUG_PALLOC=1
# For the compiler and the linker, but not for the hundred programs with which
# configure looks at the system: they would take half a minute.
SANITIZE            := -fsanitize=address,undefined \
                       -fno-sanitize-recover=undefined \
                       -fsanitize-ignorelist=../../../../tools/sanitize/ignorelist.txt

ifeq ($(BUILD),sanitize)
NGX_SOURCE := $(or $(NGINX_SRC),build/src/nginx)
NGX_CC     := $(SANITIZE_CC)
NGX_KIND   := static
NGX_RESULT := nginx
else
NGX_SOURCE := $(or $(NGINX_SRC),/usr/share/nginx/src)
NGX_CC     := $(CC)
NGX_KIND   := dynamic
NGX_RESULT := ngx_http_scim_module.so
endif

NGX_DIR    := $(B)/ngx
MODULE     := $(B)/$(NGX_RESULT)
NGX_JOBS   := $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
NGX_GOAL   := $(if $(filter static,$(NGX_KIND)),binary,modules)

build/src/nginx:
	@mkdir -p $(@D)
	tools/nginx-source.sh $@

# nginx's configure names each source and header: a new file, another nginx or another
# compiler mean to configure again.
NGX_INPUT  := $(sort $(wildcard src/*/*.[ch])) $(NGX_SOURCE) $(NGX_CC) \
              $(NGX_CFLAGS_$(BUILD)) $(shell PATH="$$PATH:/usr/sbin" nginx -v 2>&1)

$(B)/ngx.input: FORCE
	@mkdir -p $(@D)
	@echo '$(NGX_INPUT)' | cmp -s - $@ || echo '$(NGX_INPUT)' > $@

$(NGX_DIR)/objs/Makefile: $(B)/ngx.input config config.make \
                          tools/nginx-configure.sh | $(NGX_SOURCE)
	@mkdir -p build/log
	@echo "configuring nginx (build/log/configure-$(BUILD).log)"
	@NGX_CC='$(NGX_CC)' NGX_CFLAGS='$(NGX_CFLAGS_$(BUILD))' \
	 NGX_LDFLAGS='$(NGX_LDFLAGS_$(BUILD))' \
	 tools/nginx-configure.sh $(NGX_KIND) '$(NGX_SOURCE)' $(NGX_DIR) \
	     > build/log/configure-$(BUILD).log 2>&1 || \
	 { tail -n 20 build/log/configure-$(BUILD).log; rm -f $@; exit 1; }

# What changed is known to nginx's makefile only.  A file that is in use (an
# nginx that runs) is replaced, not written over.
$(MODULE): $(NGX_DIR)/objs/Makefile FORCE
	@$(MAKE) -s --no-print-directory -C $(NGX_DIR)/src \
	     -f ../objs/Makefile $(NGX_JOBS) $(NGX_GOAL) \
	     CC='$(NGX_CC)$(if $(filter sanitize,$(BUILD)), $(SANITIZE))'
	@cmp -s $(NGX_DIR)/objs/$(NGX_RESULT) $@ || \
	    { cp $(NGX_DIR)/objs/$(NGX_RESULT) $@.new && mv $@.new $@; }

.PHONY: FORCE
FORCE:
