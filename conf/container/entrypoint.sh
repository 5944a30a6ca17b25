#!/bin/sh
# Renders the configuration from the environment and becomes nginx.
# docs/operations.md tells what each variable means.
set -eu

: "${SCIM_REDIS:?is the address of Redis: host:port or unix:/path}"
SCIM_LISTEN=${SCIM_LISTEN:-8080}
SCIM_RATE=${SCIM_RATE:-100r/s}
conf=/tmp/scim/conf

fail() {
    echo "scim-entrypoint: $1" >&2
    exit 1
}

# A value that ends up in nginx.conf: nothing that could end a directive.
plain() {
    [ -z "$(printf %s "$2" | tr -d 'A-Za-z0-9_.:/@%$[]-')" ] ||
        fail "$1 has a character that is not allowed: $2"
}

edit() {
    sed -i "$1" "$conf/$2"
}

case $SCIM_LISTEN in
*[!0-9]*) fail "SCIM_LISTEN is a port, not $SCIM_LISTEN" ;;
esac

mkdir -p "$conf"
cp -R /etc/nginx/nginx.conf /etc/nginx/scim "$conf"
chmod -R u+w "$conf"

for name in SCIM_REDIS SCIM_LISTEN SCIM_RATE SCIM_BASE_URL SCIM_REDIS_USER \
            SCIM_REDIS_PASSWORD_FILE SCIM_REDIS_DB SCIM_TENANT SCIM_PROFILE; do
    eval "plain $name \"\${$name-}\""
done

edit "s|^\( *listen  \)8080|\1$SCIM_LISTEN|" nginx.conf

redis="scim_redis  $SCIM_REDIS;"
[ -z "${SCIM_REDIS_USER-}" ] ||
    redis="$redis\nscim_redis_user  $SCIM_REDIS_USER;"
[ -z "${SCIM_REDIS_PASSWORD_FILE-}" ] ||
    redis="$redis\nscim_redis_password_file  $SCIM_REDIS_PASSWORD_FILE;"
[ -z "${SCIM_REDIS_DB-}" ] || redis="$redis\nscim_redis_db  $SCIM_REDIS_DB;"
edit "s|^scim_redis  .*|$redis|" scim/http.conf

if [ "$SCIM_RATE" = off ]; then
    edit '/^ *limit_req/d' scim/http.conf
    edit '/^ *limit_req/d' scim/location.conf
else
    edit "s|rate=100r/s|rate=$SCIM_RATE|" scim/http.conf
fi

if [ -n "${SCIM_PROFILE-}" ]; then
    [ -e "$conf/scim/profiles/$SCIM_PROFILE.conf" ] ||
        fail "SCIM_PROFILE is none that there is: $SCIM_PROFILE"
    edit "s|# *include  scim/profiles/.*|include  scim/profiles/$SCIM_PROFILE.conf;|" \
        nginx.conf
fi

# The gateway in front has checked the caller and names the tenant; only who
# says so gets this, as anybody could send the header.
if [ -n "${SCIM_TENANT-}" ]; then
    edit "s|^ *auth_request .*|    scim_tenant  $SCIM_TENANT;|" \
        scim/location.conf
fi
if [ -n "${SCIM_BASE_URL-}" ]; then
    edit "s|^    scim;|&\n    scim_base_url  $SCIM_BASE_URL;|" \
        scim/location.conf
fi

# Without a password there is no admin API.
if [ -n "${SCIM_ADMIN_HTPASSWD_FILE-}" ]; then
    cp "$SCIM_ADMIN_HTPASSWD_FILE" "$conf/scim/admin.htpasswd"
elif [ -n "${SCIM_ADMIN_PASSWORD_FILE-}" ]; then
    hash=$(openssl passwd -apr1 -stdin < "$SCIM_ADMIN_PASSWORD_FILE")
    echo "admin:$hash" > "$conf/scim/admin.htpasswd"
else
    edit '/admin\.conf/d' nginx.conf
fi

# Some runtimes give a standard output that only root may open by name.
if ! (: >> /dev/stdout) 2>/dev/null; then
    rm -f /tmp/scim/access
    mkfifo /tmp/scim/access
    cat < /tmp/scim/access &
    edit 's|/dev/stdout|/tmp/scim/access|' nginx.conf
fi

exec nginx -p /usr/share/nginx/ -c "$conf/nginx.conf" "$@"
