#!/bin/bash
# Runs nginx's configure for the module.
#
#   tools/nginx-configure.sh dynamic|static SOURCE FOLDER
#
# SOURCE is a plain nginx source tree or Debian's /usr/share/nginx/src.  It is
# not written to: FOLDER/src gets a link to each of its parts, and configure
# runs there, with relative paths only, as nginx's build does not bear paths
# with spaces.  The result is FOLDER/objs/Makefile.  Flags of the compiler and
# the linker come from NGX_CC, NGX_CFLAGS and NGX_LDFLAGS.
set -euo pipefail

kind=$1
source=$(cd "$2" && pwd)
folder=$3

rm -rf "$folder"
mkdir -p "$folder/src" "$folder/objs"
for part in auto src man conf html contrib configure conf_flags; do
    [ ! -e "$source/$part" ] || ln -s "$source/$part" "$folder/src/$part"
done

top=$PWD
cd "$folder/src"
top=$(realpath --relative-to=. "$top")

# What Debian's nginx was configured with; else what an nginx that serves SCIM
# has use for.
NGX_CONF_FLAGS=(--with-compat --with-debug --with-threads
    --with-http_ssl_module --with-http_v2_module --with-http_realip_module
    --with-http_auth_request_module --with-http_stub_status_module)
if [ "$kind" = dynamic ] && [ -e conf_flags ]; then
    # shellcheck disable=SC1091
    . ./conf_flags
fi

case $kind in
dynamic) add=--add-dynamic-module=$top ;;
static)  add=--add-module=$top ;;
esac

# A tarball has it at its top, a clone of nginx's repository below auto/.
configure=./configure
[ -e configure ] || configure=auto/configure

"$configure" "${NGX_CONF_FLAGS[@]}" --builddir=../objs "$add" \
    --with-cc="${NGX_CC:-cc}" --with-cc-opt="${NGX_CFLAGS-}" \
    --with-ld-opt="${NGX_LDFLAGS-}"
