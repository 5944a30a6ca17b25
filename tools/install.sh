#!/bin/bash
# Puts the module where nginx looks for modules, and the snippets of conf/scim
# where an nginx.conf can include them.
#
#   tools/install.sh MODULE.so
#
#   DESTDIR      put before every path
#   NGINX        the nginx program (nginx)
#   SCIM_CONF    folder of the snippets (scim/ beside nginx.conf)
set -euo pipefail

module=$1
top=$(cd "$(dirname "$0")/.." && pwd)
PATH=$PATH:/usr/sbin:/sbin
built_with=$("${NGINX:-nginx}" -V 2>&1)

# The value of an argument of nginx's configure, else $2.
configured() {
    local value
    value=$(sed -n "s/.*--$1=\([^ ]*\).*/\1/p" <<< "$built_with")
    echo "${value:-$2}"
}

prefix=$(configured prefix /usr/local/nginx)
modules=$(configured modules-path "$prefix/modules")
nginx_conf=$(configured conf-path "$prefix/conf/nginx.conf")
snippets=${SCIM_CONF:-$(dirname "$nginx_conf")/scim}

install -d "${DESTDIR-}$modules" "${DESTDIR-}$snippets/profiles"
install -m 644 "$module" "${DESTDIR-}$modules/"
echo "installed $modules/$(basename "$module")"

# A file that somebody has changed stays as it is; the new one lies beside it.
for file in "$top"/conf/scim/*.conf "$top"/conf/profiles/*; do
    to=${file#"$top/conf/"}
    to=$snippets/${to#scim/}
    if [ -e "${DESTDIR-}$to" ] && ! cmp -s "$file" "${DESTDIR-}$to"; then
        to=$to.new
    fi
    install -m 644 "$file" "${DESTDIR-}$to"
    echo "installed $to"
done

cat <<END

Add to $nginx_conf, at the top:

    load_module $modules/$(basename "$module");

in http { }:

    include $snippets/http.conf;

in server { }:

    include $snippets/location.conf;
    include $snippets/token.conf;
    include $snippets/admin.conf;

Then say in $snippets/http.conf where Redis is, make a password for
the administrator ($snippets/admin.conf tells how), and check:

    nginx -t
END
