#!/bin/sh
# Turns the files the module carries inside itself into C: schemas, resource
# types and Lua scripts.  Usage: embed.sh schemas|scripts DIR > OUT.c
#
# A line "-- include NAME" of a script stands for DIR/parts/NAME.
# embed.sh script FILE prints a script with its parts.
set -eu

# A string literal limit of C compilers is no concern of an array of bytes.
bytes() {
    od -An -v -td1 | sed 's/ *\(-\{0,1\}[0-9][0-9]*\)/\1,/g; s/^/    /'
}

ident() {
    basename "$1" | sed 's/\.[a-z]*$//; s/[^A-Za-z0-9]/_/g'
}

whole() {
    awk -v parts="$(dirname "$1")/parts/" '
        $1 == "--" && $2 == "include" && NF == 3 {
            while ((got = getline line < (parts $3)) > 0) print line
            if (got < 0) exit 1
            next
        }
        { print }' "$1"
}

kind=$1
dir=$2

if [ "$kind" = script ]; then
    whole "$dir"
    exit
fi

echo "/* Made by tools/embed.sh from $kind; do not edit. */"

case $kind in
schemas)
    echo '#include "scim/scim_schema_files.h"'
    for file in "$dir"/*.json; do
        printf '\nstatic const char %s[] = {\n' "$(ident "$file")"
        bytes < "$file"
        echo '};'
    done
    printf '\nconst scim_schema_file_t scim_schema_files[] = {\n'
    for file in "$dir"/*.json; do
        name=$(ident "$file")
        printf '    { "%s", { %s, sizeof(%s) } },\n' \
            "$(basename "$file")" "$name" "$name"
    done
    printf '    { NULL, { NULL, 0 } }\n};\n'
    ;;
scripts)
    echo '#include "store/scim_store_scripts.h"'
    for file in "$dir"/*.lua; do
        name=$(ident "$file")
        text=$(whole "$file")
        printf '\nstatic const char %s_lua[] = {\n' "$name"
        printf '%s\n' "$text" | bytes
        echo '};'
        printf '\nconst scim_script_t scim_script_%s = {\n' "$name"
        printf '    "%s", { %s_lua, sizeof(%s_lua) },\n    "%s"\n};\n' \
            "$name" "$name" "$name" \
            "$(printf '%s\n' "$text" | sha1sum | cut -d' ' -f1)"
    done
    ;;
*)
    echo "embed.sh: schemas or scripts" >&2
    exit 2
    ;;
esac
