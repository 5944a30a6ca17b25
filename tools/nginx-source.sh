#!/bin/bash
# nginx's own source, for the sanitizer build: the original tarball of Debian's
# source package, unpacked into a folder.
#
#   tools/nginx-source.sh FOLDER
#
# Source packages are enabled in an apt configuration of its own, beside the
# folder; /etc/apt is read, never written, and root is not needed.
set -euo pipefail

folder=$1
work=$folder.apt
version=$(nginx -v 2>&1 | sed 's|.*/\([0-9.]*\).*|\1|')

mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts"
work=$(cd "$work" && pwd)
trap 'rm -rf "$work"' EXIT

own=(-q -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache"
     -o "APT::Sandbox::User=" -o "APT::Get::List-Cleanup=false")

# One line for each repository of this machine that has nginx.
repositories() {
    apt-cache "$@" policy nginx |
        sed -n 's|^ *[0-9]* \([a-z+]*:[^ ]*\) \([^ ]*\)/\([^ /]*\) .*|\1 \2 \3|p' |
        sort -u
}

sources() {
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg signed=""
    [ ! -e "$keys" ] || signed="[signed-by=$keys] "
    sed "s|^|deb-src $signed|"
}

found=$(repositories)
if [ -z "$found" ]; then
    apt-get "${own[@]}" update
    found=$(repositories "${own[@]}")
fi
sources <<< "$found" > "$work/sources.list"

own+=(-o "Dir::Etc::sourcelist=$work/sources.list"
      -o "Dir::Etc::sourceparts=$work/parts")
apt-get "${own[@]}" update
(cd "$work" &&
 apt-get "${own[@]}" source --download-only --tar-only nginx)

tarball=$work/nginx_$version.orig.tar.gz
if [ ! -e "$tarball" ]; then
    echo "nginx-source.sh: Debian's source package is not of nginx $version" \
         "but: $(cd "$work" && ls nginx_*.orig.tar.*)" >&2
    exit 1
fi

rm -rf "$folder.new" "$folder"
mkdir -p "$folder.new"
tar -xzf "$tarball" -C "$folder.new" --strip-components=1
mv "$folder.new" "$folder"
