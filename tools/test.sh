#!/bin/bash
# Runs the tests, all kinds or those named, and ends in a line for each kind.
#
#   tools/test.sh [lint] [unit] [fuzz] [nginx] [sanitize] [system] [container]
#
# Each kind builds what it needs and logs to build/log/test-KIND.log.  A kind
# that fails does not keep the later ones from running.  A kind in which not
# one test was run has failed.
set -uo pipefail

cd "$(dirname "$0")/.."
top=$PWD
limit=${TEST_SECONDS:-1800}     # of one kind
make=(make --no-print-directory)

# How sanitizers report: leaks and undefined behaviour end the process.
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
export LSAN_OPTIONS=suppressions=$top/tools/sanitize/lsan.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

# ok or not ok for a command, in the form of the other kinds (TAP).
check() {
    local name=$1
    shift
    if "$@"; then
        echo "ok - $name"
    else
        echo "not ok - $name"
        return 1
    fi
}

# --- the kinds --------------------------------------------------------------

run_lint() {
    local file failed=0
    local floors=(src/scim/*.c src/store/*.c src/op/*.c)
    for file in "${floors[@]}"; do
        check "clang-tidy $file" \
            clang-tidy --quiet "$file" -- -std=gnu11 -Isrc -Wall \
                -Wextra -Wconditional-uninitialized || failed=1
    done
    check "cppcheck src" cppcheck --quiet --std=c11 -Isrc -j 2 \
        --enable=warning,performance,portability --inline-suppr \
        --error-exitcode=1 src || failed=1
    return $failed
}

run_unit() {
    local build test failed=0
    for build in release sanitize; do
        if ! "${make[@]}" -s BUILD=$build unit-build; then
            echo "not ok - build of the unit tests, $build"
            failed=1
            continue
        fi
        for test in t/unit/test_*.c; do
            test=$(basename "$test" .c)
            echo "# $test, $build"
            CMOCKA_MESSAGE_OUTPUT=TAP "build/$build/t/$test" ||
                { echo "# $test, $build: exit $?"; failed=1; }
        done
    done
    return $failed
}

# Only long enough to see that each still works, by the same way each time;
# `make fuzz` looks for more.
run_fuzz() {
    local file name failed=0
    for file in t/fuzz/fuzz_*.c; do
        name=$(basename "$file" .c)
        check "$name" "${make[@]}" "fuzz-${name#fuzz_}" FUZZ_SECONDS=5 \
            FUZZ_SEED=1 || failed=1
    done
    return $failed
}

run_nginx() {
    "${make[@]}" build || return 1
    TEST_NGINX_BINARY=$(PATH=$PATH:/usr/sbin command -v nginx) \
    TEST_NGINX_LOAD_MODULES=$top/build/release/ngx_http_scim_module.so \
        prove -v -It/lib t/*.t
}

run_sanitize() {
    "${make[@]}" build BUILD=sanitize || return 1
    TEST_NGINX_BINARY=$top/build/sanitize/nginx TEST_NGINX_LOAD_MODULES="" \
        prove -v -It/lib t/*.t
}

run_system() {
    "${make[@]}" build && venv || return 1
    build/venv/bin/python -m pytest -v -p no:cacheprovider t/system
}

# Python's packages in the versions that t/system/requirements.txt pins.
venv() {
    cmp -s t/system/requirements.txt build/venv/requirements.txt && return 0
    rm -rf build/venv
    python3 -m venv build/venv &&
        build/venv/bin/pip install --quiet --disable-pip-version-check \
            -r t/system/requirements.txt &&
        cp t/system/requirements.txt build/venv/
}

run_container() { t/container/test.sh; }

# --- counting and the summary -----------------------------------------------

# Sets passed and failed from a log in TAP, or in pytest's words.
count() {
    local log=$1 last
    passed=$(grep -E '^ok +[0-9-]' "$log" | grep -civE '# *skip')
    failed=$(grep -cE '^not ok +[0-9-]' "$log")
    last=$(grep -E '^=+ .*(passed|failed|error).* in [0-9.:]+' "$log" |
           tail -n 1)
    passed=$((passed + $(of_pytest passed) ))
    failed=$((failed + $(of_pytest failed) + $(of_pytest errors?) ))
}

of_pytest() {
    grep -oE "[0-9]+ $1\b" <<< "$last" | grep -oE '^[0-9]+' || echo 0
}

run_kind() {
    local kind=$1 log=build/log/test-$1.log begin=$SECONDS status=0
    echo "=== $kind: build/log/test-$kind.log"
    timeout --kill-after=10 "$limit" "$0" --inside "$kind" > "$log" 2>&1 ||
        status=$?
    count "$log"
    if [ $((passed + failed)) -eq 0 ]; then
        echo "no test was run" >> "$log"
        failed=1
    elif [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then
        echo "ended with $status" >> "$log"
        failed=1
    fi
    if [ "$failed" -gt 0 ]; then
        grep -E '^not ok|^FAILED |^ERROR |error:|Sanitizer:|: exit [0-9]' "$log" | head -n 40
        echo "..."
        tail -n 30 "$log"
    fi
    all_passed=$((all_passed + passed))
    all_failed=$((all_failed + failed))
    summary+=$(printf '%-10s %6d passed, %d failed (%d s)' \
        "$kind" "$passed" "$failed" $((SECONDS - begin)))$'\n'
}

if [ "${1-}" = --inside ]; then
    "run_$2"
    exit
fi

kinds=("$@")
[ $# -gt 0 ] || kinds=(lint unit fuzz nginx sanitize system container)
for kind in "${kinds[@]}"; do
    declare -F "run_$kind" >/dev/null ||
        { echo "test.sh: unknown kind of test: $kind" >&2; exit 2; }
done

mkdir -p build/log
tools/deps.sh build run test || exit 1

summary="" all_passed=0 all_failed=0
for kind in "${kinds[@]}"; do
    run_kind "$kind"
done

printf '\n%s%-10s %6d passed, %d failed\n' \
    "$summary" total "$all_passed" "$all_failed"
[ "$all_failed" -eq 0 ] && [ "$all_passed" -gt 0 ]
