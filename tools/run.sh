#!/bin/bash
# A private Redis and an nginx that serves SCIM, with all their files below one
# folder.
#
#   tools/run.sh start [--detach]
#   tools/run.sh stop
#
#   SCIM_PORT    port on 127.0.0.1 (8080)
#   SCIM_VAR     the folder (var)
#   SCIM_PROFILE a file of conf/profiles, without .conf: included in the server
#   SCIM_RATE    requests a second of one client (100r/s); off: no limit
#   SCIM_BUILD   folder of the module, or of an nginx that has it inside
#                (build/release)
#   NGINX        the nginx program (nginx)
#
# Both programs run in that folder and know only relative paths: it may lie
# where only root gets to, its path may be long or hold spaces.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
port=${SCIM_PORT:-8080}
var=${SCIM_VAR:-var}
rate=${SCIM_RATE:-100r/s}
profile=${SCIM_PROFILE-}
build=$top/${SCIM_BUILD:-build/release}
url=http://127.0.0.1:$port
PATH=$PATH:/usr/sbin:/sbin

fail() {
    printf 'nginx-scim: %s\n' "$1" >&2
    exit 1
}

# --- processes --------------------------------------------------------------

# The process of a pid file, if it is alive and one of this folder.
running() {
    local pid
    pid=$(cat "run/$1.pid" 2>/dev/null) || return 1
    [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$(pwd -P)$2" ] &&
        echo "$pid"
}

workers() {
    local process
    for process in /proc/[0-9]*; do
        [ "$(readlink "$process/cwd")" != "$(pwd -P)" ] ||
            ! grep -qsx nginx "$process/comm" || echo "${process#/proc/}"
    done
}

nginx_pid() { running nginx ""; }
redis_pid() { running redis /redis; }

# One that has ended but that nobody has waited for has no folder any more.
alive() { readlink "/proc/$1/cwd" > /dev/null; }

wait_gone() {
    local i
    for ((i = 0; i < $2 * 20; i++)); do
        alive "$1" || return 0
        sleep 0.05
    done
    return 1
}

# nginx finishes what is in flight before Redis goes.
stop_all() {
    local pid
    if pid=$(nginx_pid); then
        kill -QUIT "$pid" 2>/dev/null || true
        wait_gone "$pid" 10 || kill -TERM "$pid" 2>/dev/null || true
        wait_gone "$pid" 5 || echo "nginx-scim: nginx ($pid) does not end" >&2
    fi
    # Workers outlive a master that was killed, and keep the port.
    for pid in $(workers); do
        kill -TERM "$pid" 2>/dev/null || true
    done
    if pid=$(redis_pid); then
        kill -TERM "$pid" 2>/dev/null || true
        wait_gone "$pid" 30 || echo "nginx-scim: Redis ($pid) does not end" >&2
    fi
}

# --- files ------------------------------------------------------------------

random() {
    od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

profiles() {
    basename -as .conf "$top"/conf/profiles/*.conf | paste -sd ' '
}

# conf/ with what is particular to this run.  Workers are www-data when root
# starts nginx: they get what they need by group.
render() {
    local edits=(
        -e "s/127\.0\.0\.1:8080/127.0.0.1:$port/"
        -e "s|^scim_redis  .*|scim_redis  unix:run/redis.sock;|")

    if [ "$rate" = off ]; then
        edits+=(-e '/^ *limit_req/d')
    else
        edits+=(-e "s|rate=100r/s|rate=$rate|")
    fi
    [ "$(id -u)" -eq 0 ] || edits+=(-e '/^user /d')
    [ -x "$build/nginx" ] && edits+=(-e '/^load_module /d')

    [ -z "$profile" ] ||
        edits+=(-e "s|# *include  scim/profiles/.*|include  scim/profiles/$profile.conf;|")

    mkdir -p conf/scim/profiles modules logs temp redis run
    for file in nginx.conf scim/http.conf scim/location.conf scim/token.conf \
                scim/admin.conf; do
        sed "${edits[@]}" "$top/conf/$file" > "conf/$file"
    done
    cp "$top"/conf/profiles/*.conf conf/scim/profiles/
    cp "$top/conf/redis.conf" conf/redis.conf
    if [ ! -x "$build/nginx" ]; then
        rm -f modules/ngx_http_scim_module.so
        cp "$build/ngx_http_scim_module.so" modules/
    fi
}

permissions() {
    chmod 750 run logs
    chmod 700 redis
    (umask 027; printf '%s:%s\n' "$SCIM_ADMIN_USER" \
        "$(openssl passwd -apr1 -stdin <<< "$SCIM_ADMIN_PASSWORD")" \
        > conf/scim/admin.htpasswd)
    if [ "$(id -u)" -eq 0 ]; then
        chmod o+x . conf conf/scim conf/scim/profiles temp
        chgrp www-data run logs conf/scim/admin.htpasswd
        chmod 2750 run
    fi
}

# Shell assignments; the token is stored hashed in Redis, so this is the only
# place where it can be read again.
write_env() {
    local name
    (umask 077
     for name in SCIM_BASE_URL SCIM_TOKEN SCIM_ADMIN_URL SCIM_ADMIN_USER \
                 SCIM_ADMIN_PASSWORD SCIM_REDIS NGINX_PID REDIS_PID; do
         printf '%s=%q\n' "$name" "${!name}"
     done > scim.env.new
     mv scim.env.new scim.env)
}

read_env() {
    SCIM_TOKEN="" SCIM_ADMIN_PASSWORD=""
    # shellcheck disable=SC1091
    [ ! -e scim.env ] || . ./scim.env
    SCIM_BASE_URL=$url/scim/v2
    SCIM_ADMIN_URL=$url/admin
    SCIM_ADMIN_USER=admin
    SCIM_ADMIN_PASSWORD=${SCIM_ADMIN_PASSWORD:-$(random)}
    SCIM_REDIS=$(pwd -P)/run/redis.sock
}

# --- start ------------------------------------------------------------------

start_redis() {
    local i
    (cd redis && exec setsid redis-server ../conf/redis.conf \
        >> ../logs/redis.log 2>&1 < /dev/null) &
    for ((i = 0; i < 600; i++)); do
        [ "$(redis_ping)" = PONG ] && break
        kill -0 $! 2>/dev/null ||
            fail "Redis does not start: $(tail -n 5 logs/redis.log)"
        sleep 0.05
    done
    REDIS_PID=$(redis_pid) ||
        fail "Redis does not answer: see $(pwd)/logs/redis.log"
    mend_redis
}

# Of a transaction that was being written when Redis was killed, Redis cuts off
# the last command only.  What is left waits in the file for the EXEC of the
# next transaction, and would be carried out at the start after this one:
# written anew, the file is rid of it.
mend_redis() {
    grep -q "^$REDIS_PID:M .*Truncating the AOF" logs/redis.log || return 0
    redis-cli -s run/redis.sock bgrewriteaof > /dev/null
    while redis-cli -s run/redis.sock info persistence |
            grep '^aof_rewrite_\(in_progress\|scheduled\):1' > /dev/null; do
        sleep 0.05
    done
}

redis_ping() {
    redis-cli -s run/redis.sock ping 2>/dev/null || true
}

start_nginx() {
    local i program=${NGINX:-nginx}
    if [ -x "$build/nginx" ]; then
        program=$build/nginx
        export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$top/tools/sanitize/lsan.supp:print_suppressions=0}
    fi
    # nginx takes a variable of that name for sockets that it inherits.
    env -u NGINX setsid "$program" -p ./ -c conf/nginx.conf \
        > logs/start.log 2>&1 < /dev/null ||
        { tail -n 5 logs/start.log >&2; nginx_failed; }
    for ((i = 0; i < 200; i++)); do
        [ "$(status "$url/healthz")" = 200 ] && break
        sleep 0.05
    done
    NGINX_PID=$(nginx_pid) || nginx_failed
    [ "$i" -lt 200 ] ||
        fail "nginx does not serve: see $(pwd)/logs/error.log"
}

nginx_failed() {
    ! grep -q 'Address already in use' logs/start.log ||
        port_in_use
    fail "nginx does not start: see $(pwd)/logs/error.log"
}

port_in_use() {
    fail "port $port of 127.0.0.1 is in use; another one: SCIM_PORT=$((port + 1)) make run"
}

status() {
    curl -s -o /dev/null -w '%{http_code}' -m 5 "$@" || true
}

# Credentials go to curl by a file, where `ps` does not show them.
admin() {
    curl -sS -m 10 -K <(printf 'user = "%s:%s"\n' "$SCIM_ADMIN_USER" \
        "$SCIM_ADMIN_PASSWORD") -H 'Content-Type: application/json' "$@"
}

token_works() {
    [ -n "$SCIM_TOKEN" ] &&
        [ "$(status -K <(printf 'header = "Authorization: Bearer %s"\n' \
            "$SCIM_TOKEN") "$SCIM_BASE_URL/Users?count=0")" = 200 ]
}

# The first tenant and its token, unless they are there from an earlier run.
first_tenant() {
    local answer
    token_works && return 0
    answer=$(admin -o /dev/null -w '%{http_code}' -X POST \
        -d '{"name":"default"}' "$SCIM_ADMIN_URL/tenants")
    case $answer in
    201 | 409) ;;
    *) fail "cannot make the tenant \"default\" ($answer): see $(pwd)/logs" ;;
    esac
    answer=$(admin -X POST -d '{"name":"first token"}' \
        "$SCIM_ADMIN_URL/tenants/default/tokens")
    SCIM_TOKEN=$(sed -n 's/.*"token" *: *"\([^"]*\)".*/\1/p' <<< "$answer")
    [ -n "$SCIM_TOKEN" ] || fail "cannot make a token: $answer"
}

say() {
    cat <<END

  Tenant URL        $SCIM_BASE_URL
  Secret token      $SCIM_TOKEN
  Console           $SCIM_ADMIN_URL/tenants
  Administrator     $SCIM_ADMIN_USER
  Password          $SCIM_ADMIN_PASSWORD

  All of it is in $(pwd)/scim.env; logs are in $(pwd)/logs.
  To try it:

  curl -H 'Authorization: Bearer $SCIM_TOKEN' $SCIM_BASE_URL/Users

END
}

# Shows errors as they come; ends with Ctrl-C or with either program.
foreground() {
    local tail=""
    trap 'trap "" INT TERM HUP; kill $tail 2>/dev/null || true; exit 0' \
        INT TERM HUP
    # It ends with this shell, however that ends.
    tail -q -n 0 -F --pid=$$ logs/error.log 2>/dev/null &
    tail=$!
    echo "Ctrl-C stops it."
    while alive "$NGINX_PID" && alive "$REDIS_PID"; do
        sleep 0.5
    done
    kill "$tail"
    alive "$REDIS_PID" ||
        fail "Redis has ended: see $(pwd)/logs/redis.log"
    fail "nginx has ended: see $(pwd)/logs/error.log"
}

start() {
    case $port in
    "" | *[!0-9]*) fail "SCIM_PORT is a number, not \"$port\"" ;;
    esac
    [[ $rate =~ ^([0-9]+r/[sm]|off)$ ]] ||
        fail "SCIM_RATE is like 500r/s or 3000r/m, or off, not \"$rate\""
    [ -z "$profile" ] || [ -e "$top/conf/profiles/$profile.conf" ] ||
        fail "SCIM_PROFILE is one of $(profiles), not \"$profile\""
    mkdir -p "$var"
    cd "$var"
    exec 9> .lock
    flock -n 9 || fail "another start is at work in $(pwd)"
    ! nginx_pid > /dev/null || fail "it runs already in $(pwd); \`make stop\` ends it, SCIM_VAR=folder SCIM_PORT=$((port + 1)) starts another"

    trap stop_all EXIT
    stop_all
    ! (exec 3<> "/dev/tcp/127.0.0.1/$port") 2>/dev/null || port_in_use
    read_env
    render
    permissions
    start_redis 9>&-
    start_nginx 9>&-
    first_tenant
    write_env
    exec 9>&-
    say
    if [ "${1-}" = --detach ]; then
        trap - EXIT
    else
        foreground
    fi
}

stop() {
    cd "$var" 2>/dev/null || fail "nothing runs in $var"
    [ -n "$(workers)" ] || redis_pid > /dev/null ||
        { echo "nothing runs in $(pwd)"; return 0; }
    stop_all
    [ -z "$(workers)" ] && ! redis_pid > /dev/null
}

case ${1-} in
start) start "${2-}" ;;
stop) stop ;;
*) fail "usage: tools/run.sh start [--detach] | stop" ;;
esac
