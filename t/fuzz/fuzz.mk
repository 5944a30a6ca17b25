# The fuzzers: t/fuzz/fuzz_NAME.c, seeds and regressions in
# t/fuzz/corpus/NAME/, a dictionary in t/fuzz/NAME.dict where there is one.
#
#   make fuzz         each for FUZZ_SECONDS
#   make fuzz-short   each for five seconds
#   make fuzz-NAME    one of them
#
# FUZZ_SEED=1 goes the same way each time, as far as the seconds let it.
#
# What they find that is new goes to build/fuzz/NAME/, what fails to
# build/fuzz/crash-NAME-*; a failure that is fixed moves to the corpus.

FUZZ_SECONDS ?= 60
FUZZ_SEED    ?= 0
FUZZ_CC      ?= clang
FUZZ         := build/fuzz
FUZZ_B       := build/fuzzers
FUZZ_CFLAGS  := -std=gnu11 -O1 -g -fno-omit-frame-pointer -D_FORTIFY_SOURCE=0 \
                -fsanitize=fuzzer-no-link,address,undefined \
                -fno-sanitize-recover=undefined -Wall -Wextra -Isrc
FUZZ_NAMES   := $(patsubst t/fuzz/fuzz_%.c,%,$(wildcard t/fuzz/fuzz_*.c))
FUZZ_OBJ     := $(PURE_SRC:src/%.c=$(FUZZ_B)/%.o) \
                $(FUZZ_B)/schemas.o $(FUZZ_B)/scripts.o

$(FUZZ_B)/%.o: src/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -MMD -c -o $@ $<
$(FUZZ_B)/%.o: t/fuzz/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -MMD -c -o $@ $<
$(FUZZ_B)/schemas.o $(FUZZ_B)/scripts.o: $(FUZZ_B)/%.o: $(B)/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -c -o $@ $<

$(FUZZ_B)/libscim.a: $(FUZZ_OBJ)
	rm -f $@
	ar rcs $@ $^

$(FUZZ_B)/fuzz_%: $(FUZZ_B)/fuzz_%.o $(FUZZ_B)/libscim.a
	$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(PURE_LIBS)

.PRECIOUS: $(FUZZ_B)/%.o $(FUZZ_B)/fuzz_%

# The first folder takes what is new, the second is only read.
$(FUZZ_NAMES:%=fuzz-%): fuzz-%: $(FUZZ_B)/fuzz_%
	@mkdir -p $(FUZZ)/$* t/fuzz/corpus/$*
	$< -max_total_time=$(FUZZ_SECONDS) -seed=$(FUZZ_SEED) -timeout=30 \
	    -rss_limit_mb=2048 \
	    -print_final_stats=1 -verbosity=0 \
	    -artifact_prefix=$(FUZZ)/crash-$*- \
	    $(addprefix -dict=,$(wildcard t/fuzz/$*.dict)) \
	    $(FUZZ)/$* t/fuzz/corpus/$*

fuzz: $(FUZZ_NAMES:%=fuzz-%)

fuzz-short:
	$(MAKE) fuzz FUZZ_SECONDS=5

.PHONY: fuzz fuzz-short $(FUZZ_NAMES:%=fuzz-%)

-include $(wildcard $(FUZZ_B)/*/*.d $(FUZZ_B)/*.d)
