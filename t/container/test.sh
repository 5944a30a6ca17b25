#!/bin/bash
# Builds the image as the Dockerfile says, from a Debian of our own making, and
# runs it against a Redis with a password.  Prints TAP.
#
# Everything lies below build/container; the Debian stays there for next time.
set -uo pipefail

cd "$(dirname "$0")/../.."
top=$PWD
work=$top/build/container
base=localhost/nginx-scim-base
image=localhost/nginx-scim
failed=0

result() {
    if [ "$1" -eq 0 ]; then
        echo "ok - $2"
    else
        echo "not ok - $2"
        failed=1
    fi
}

give_up() {
    result 1 "$1"
    exit 1
}

b() {
    buildah --root "$work/storage" --runroot "$work/run" "$@"
}

# --- the base: what debian:bookworm-slim is, near enough --------------------

repositories() {
    apt-get indextargets --format \
        '$(ORIGIN) deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' | sed -n 's/^Debian //p' | sort -u
}

make_base() {
    local suite mirror tar=$work/base.tar
    b inspect --type image "$base" >/dev/null 2>&1 && return 0
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=$(repositories | sed -n "s/^deb \([^ ]*\) $suite main/\1/p")
    if [ ! -e "$tar" ]; then
        rm -rf "$work/base"
        debootstrap --variant=minbase "$suite" "$work/base" "$mirror" ||
            return 1
        repositories > "$work/base/etc/apt/sources.list"
        # As Debian's own images have it: a build starts no services.
        printf '#!/bin/sh\nexit 101\n' > "$work/base/usr/sbin/policy-rc.d"
        chmod 755 "$work/base/usr/sbin/policy-rc.d"
        rm -rf "$work/base/var/cache/apt/archives"/*.deb
        tar -C "$work/base" --exclude='./dev/*' -cf "$tar.new" . &&
            mv "$tar.new" "$tar" && rm -rf "$work/base"
    fi
    container=$(b from scratch) && b add -q "$container" "$tar" / &&
        b commit -q --rm "$container" "$base"
}

# --- what the running container is asked ------------------------------------

# Below those that the kernel gives to connections.
free_port() {
    local port
    while port=$((10000 + RANDOM % 22000)); do
        (exec 3<> "/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

redis_port=$(free_port)
port=$(free_port)
url=http://127.0.0.1:$port
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

start_redis() {
    mkdir -p "$work/redis"
    redis-server --port "$redis_port" --bind 127.0.0.1 --save "" \
        --dir "$work/redis" --requirepass "$password" \
        > "$work/redis.log" 2>&1 &
    redis_pid=$!
}

make_container() {
    b rm nginx-scim-test >/dev/null 2>&1
    b from --pull-never --name nginx-scim-test "$image" >/dev/null || return 1
    echo "$password" > "$work/secrets/redis"
    echo "$password" > "$work/secrets/admin"
    chmod 755 "$work/secrets"
    chmod 644 "$work/secrets"/*
}

# With a profile, or "", and arguments for nginx.
entrypoint() {
    local profile=$1
    shift
    b run --isolation chroot --volume "$work/secrets:/run/secrets:ro" \
        --env SCIM_REDIS="127.0.0.1:$redis_port" \
        --env SCIM_REDIS_PASSWORD_FILE=/run/secrets/redis \
        --env SCIM_ADMIN_PASSWORD_FILE=/run/secrets/admin \
        --env SCIM_LISTEN="$port" --env SCIM_PROFILE="$profile" \
        nginx-scim-test -- scim-entrypoint "$@"
}

# One profile is served below; of the others nginx says whether it takes them.
profiles() {
    local profile
    for profile in "" $(basename -as .conf conf/profiles/*.conf); do
        entrypoint "$profile" -t > "$work/profile.log" 2>&1
        result $? "nginx accepts ${profile:-no} profile"
    done
    ! entrypoint truefoundry.conf -t > "$work/profile.log" 2>&1 &&
        grep -q 'SCIM_PROFILE is none that there is' "$work/profile.log"
    result $? "a profile that there is not is refused"
}

start_container() {
    entrypoint truefoundry > "$work/container.log" 2>&1 &
    run_pid=$!
}

status() { curl -s -m 5 -o "$work/answer" -w '%{http_code}' "$@"; }

wait_for() {
    local i
    for ((i = 0; i < 200; i++)); do
        [ "$(status "$url/healthz")" = "$1" ] && return 0
        sleep 0.1
    done
    return 1
}

expect() {
    local name=$1 wanted=$2 got
    shift 2
    got=$(status "$@")
    [ "$got" = "$wanted" ]
    result $? "$name"
    [ "$got" = "$wanted" ] || sed "s/^/# $got /" "$work/answer"
}

master() { cat "$(b mount nginx-scim-test)/tmp/scim/nginx.pid"; }

questions() {
    local admin=(-u "admin:$password" -H 'Content-Type: application/json')
    local scim=(-H 'Content-Type: application/scim+json') token

    expect "administration wants a password" 401 "$url/admin/tenants"
    expect "a tenant is made" 201 "${admin[@]}" \
        -d '{"name":"default"}' "$url/admin/tenants"
    expect "a token is made" 201 "${admin[@]}" \
        -d '{"name":"test"}' "$url/admin/tenants/default/tokens"
    token=$(sed -n 's/.*"token" *: *"\([^"]*\)".*/\1/p' "$work/answer")

    expect "no token: 401" 401 "$url/scim/v2/Users"
    grep -q urn:ietf:params:scim:api:messages:2.0:Error "$work/answer"
    result $? "the 401 is a SCIM error"
    expect "a user is made" 201 "${scim[@]}" \
        -H "Authorization: Bearer $token" \
        -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen"}' \
        "$url/scim/v2/Users"
    expect "and found" 200 -H "Authorization: Bearer $token" \
        "$url/scim/v2/Users?filter=userName+eq+%22BJENSEN%22"
    grep -q '"totalResults":1' "$work/answer"
    result $? "once"

    # Of the profile.
    expect "a group's name is not one of a team" 400 "${scim[@]}" \
        -H "Authorization: Bearer $token" \
        -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"two words"}' \
        "$url/scim/v2/Groups"
    grep -q 'A group becomes a team here' "$work/answer"
    result $? "which the profile explains"

    [ "$(stat -c %u "/proc/$(master)")" -eq 33 ]
    result $? "nginx is not root"
    grep -q '"POST /scim/v2/Users' "$work/container.log"
    result $? "the access log is on standard output"
}

clean_up() {
    [ -z "${run_pid-}" ] || kill "$run_pid" 2>/dev/null
    [ -z "${redis_pid-}" ] || kill "$redis_pid" 2>/dev/null
    b rm nginx-scim-test >/dev/null 2>&1
}

[ "$(id -u)" -eq 0 ] || give_up "the container test needs root"
mkdir -p "$work/secrets"

make_base || give_up "a base image is made"
b bud --isolation chroot --pull-never --build-arg BASE="$base" \
    -t "$image" . || give_up "the image is built"
result 0 "the image is built"

trap clean_up EXIT
start_redis
make_container || give_up "a container is made"
profiles
start_container
if ! wait_for 200; then
    sed 's/^/# /' "$work/container.log"
    give_up "the container is healthy"
fi
result 0 "the container is healthy"

questions

kill -QUIT "$(master)"
wait "$run_pid"
result $? "it ends cleanly"
run_pid=""
! grep -E '\[(alert|crit|emerg)\]' "$work/container.log"
result $? "no alert in its log"
exit $failed
