#!/bin/bash
# Installs from Debian what is missing, and only that.
#
#   tools/deps.sh SET...        build, run, test, bench
#
# With nothing missing it is done in a moment, needs no root and no network.
set -euo pipefail

build="gcc libc6-dev make nginx nginx-dev libyajl-dev libhiredis-dev
       libutf8proc-dev libssl-dev libpcre2-dev zlib1g-dev"
run="nginx redis-server curl openssl"
test="clang clang-tidy libclang-rt-dev llvm cppcheck libcmocka-dev dpkg-dev
      perl libtest-base-perl libtest-longstring-perl python3 python3-venv
      jq buildah debootstrap"
bench="wrk redis-server python3"

fail() {
    printf 'deps.sh: %s\n' "$1" >&2
    exit 1
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null |
         grep -cx installed)" -gt 0 ]
}

# What is missing of the packages named, one a line.
missing() {
    local package
    for package; do
        case $package in
        # An nginx built elsewhere needs neither of Debian's.
        nginx | nginx-dev) [ -z "${NGINX_SRC-}" ] || continue ;;
        esac
        installed "$package" || echo "$package"
    done
}

# Debian starts a service when its package is installed.  Nobody who builds
# a module wants an nginx on port 80: services that come with this
# installation are not started now.  The file says no only while this process
# lives, so that nothing is left behind if it is killed.
keep_services_quiet() {
    local policy=/usr/sbin/policy-rc.d
    [ ! -e "$policy" ] || return 0
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    cat > "$policy" <<END
#!/bin/sh
# Made by nginx-scim's tools/deps.sh for as long as it installs packages.
kill -0 $$ 2>/dev/null || { rm -f "\$0"; exit 0; }
case " $1 " in *" \${1%.service} "*) exit 101 ;; esac
exit 0
END
    chmod 755 "$policy"
}

install() {
    local new=""
    for package in nginx redis-server; do
        installed "$package" || new="$new $package"
    done
    keep_services_quiet "$new"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -q --no-install-recommends "$@"
}

sets=""
for set in "$@"; do
    case $set in
    build | run | test | bench) sets="$sets ${!set}" ;;
    *) fail "unknown set: $set (build, run, test, bench)" ;;
    esac
done

# shellcheck disable=SC2086
if ! command -v dpkg-query >/dev/null; then
    echo "deps.sh: not a Debian system; needed here are the counterparts of:" \
         $sets >&2
    exit 0
fi

# shellcheck disable=SC2046,SC2086
set -- $(missing $sets | sort -u) -- "$@"
[ "$1" != -- ] || exit 0

packages=()
while [ "$1" != -- ]; do
    packages+=("$1")
    shift
done
shift

if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null; then
        echo "deps.sh: needs root to install: ${packages[*]}"
        sudo NGINX_SRC="${NGINX_SRC-}" "$0" "$@" && exit 0
    fi
    fail "these packages are missing, and this is not root:

    apt-get install ${packages[*]}

Install them as root and run this again."
fi

echo "deps.sh: to be installed: ${packages[*]}"
apt-get update -q
install "${packages[@]}"
