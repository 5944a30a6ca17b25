# Sourced by nginx's auto/make: how the schemas and the Lua scripts become C.

mkdir -p $NGX_OBJS/scim_embedded

cat << END                                                    >> $NGX_MAKEFILE

$NGX_OBJS/scim_embedded/scim_schema_files.c: $ngx_addon_dir/tools/embed.sh \\
		\$(wildcard $ngx_addon_dir/src/scim/schemas/*.json)
	$ngx_addon_dir/tools/embed.sh schemas $ngx_addon_dir/src/scim/schemas \\
		> \$@.tmp && mv \$@.tmp \$@

$NGX_OBJS/scim_embedded/scim_store_scripts.c: $ngx_addon_dir/tools/embed.sh \\
		\$(wildcard $ngx_addon_dir/src/store/scripts/*.lua) \\
		\$(wildcard $ngx_addon_dir/src/store/scripts/parts/*.lua)
	$ngx_addon_dir/tools/embed.sh scripts $ngx_addon_dir/src/store/scripts \\
		> \$@.tmp && mv \$@.tmp \$@

END
