# The three lower floors as libraries, their unit tests and fuzzers.

CFLAGS_release  := -O2 -g
CFLAGS_debug    := -O0 -g3
CFLAGS_sanitize := -O1 -g3 -fsanitize=address,undefined \
                   -fno-sanitize-recover=undefined -fno-omit-frame-pointer
WARNINGS        := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
                   -Wmissing-prototypes -Wpointer-arith -Werror
PURE_CFLAGS     := -std=gnu11 -fPIC -D_FORTIFY_SOURCE=0 $(CFLAGS_$(BUILD)) \
                   $(WARNINGS) -Isrc
PURE_LIBS       := -lhiredis -lyajl -lutf8proc -lpcre2-8 -lcrypto -lz

PURE_SRC := $(wildcard src/scim/*.c src/store/*.c src/op/*.c)
PURE_OBJ := $(PURE_SRC:src/%.c=$(B)/%.o) $(B)/schemas.o $(B)/scripts.o
UNIT_BIN := $(patsubst t/unit/%.c,$(B)/t/%,$(wildcard t/unit/test_*.c))
UNIT_LIB := $(patsubst t/unit/%.c,$(B)/t/%.o, \
              $(filter-out $(wildcard t/unit/test_*.c),$(wildcard t/unit/*.c)))

$(B)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(PURE_CFLAGS) -MMD -c -o $@ $<

$(B)/schemas.c: tools/embed.sh $(wildcard src/scim/schemas/*.json)
	@mkdir -p $(@D)
	tools/embed.sh schemas src/scim/schemas > $@
$(B)/scripts.c: tools/embed.sh \
		$(wildcard src/store/scripts/*.lua src/store/scripts/parts/*.lua)
	@mkdir -p $(@D)
	tools/embed.sh scripts src/store/scripts > $@
$(B)/schemas.o $(B)/scripts.o: %.o: %.c
	$(CC) $(PURE_CFLAGS) -MMD -c -o $@ $<

$(B)/libscim.a: $(PURE_OBJ)
	rm -f $@
	ar rcs $@ $^

$(B)/t/%.o: t/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(PURE_CFLAGS) -MMD -c -o $@ $<

$(B)/t/test_%: $(B)/t/test_%.o $(UNIT_LIB) $(B)/libscim.a
	$(CC) $(PURE_CFLAGS) -o $@ $^ -lcmocka $(PURE_LIBS)

.PRECIOUS: $(B)/t/%.o $(B)/%.o

# One unit test: make unit-json
unit-%: $(B)/t/test_%
	$<

.PHONY: unit unit-build
unit-build: $(UNIT_BIN)

unit: unit-build
	@for test in $(UNIT_BIN); do $$test || exit 1; done

-include $(wildcard $(B)/*/*.d $(B)/*.d)
