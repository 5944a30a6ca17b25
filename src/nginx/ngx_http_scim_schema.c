/*
 * The schemas and indexes of a configuration: those compiled in, and what
 * `scim_schema` and `scim_index` add to them.
 */

#include "ngx_http_scim.h"


/* A schema file is read as a whole. */
#define NGX_HTTP_SCIM_SCHEMA_SIZE  (1024 * 1024)


static void
ngx_http_scim_destroy_pool(void *data)
{
    scim_pool_destroy(data);
}


char *
ngx_http_scim_schemas_create(ngx_conf_t *cf, ngx_http_scim_main_conf_t *smcf)
{
    scim_rc_t            rc;
    scim_error_t         err;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    smcf->pool = scim_pool_create(0);
    if (smcf->pool == NULL) {
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_http_scim_destroy_pool;
    cln->data = smcf->pool;

    err.detail[0] = '\0';
    rc = scim_schemas_new(smcf->pool, &smcf->schemas);

    if (rc == SCIM_OK) {
        rc = scim_schemas_add_built_in(smcf->schemas, &err);
    }

    if (rc != SCIM_OK) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "scim: the built-in schemas cannot be set up: %s",
                      rc == SCIM_NOMEM ? "no memory" : err.detail);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* The text of the file in the pool of schemas, which share its strings. */
static ngx_int_t
ngx_http_scim_schema_read(ngx_conf_t *cf, scim_pool_t *pool, ngx_str_t *name,
    scim_str_t *text)
{
    char       *data;
    size_t      size;
    ssize_t     n;
    ngx_int_t   rc;
    ngx_file_t  file;

    ngx_memzero(&file, sizeof(ngx_file_t));
    file.name = *name;
    file.log = cf->log;

    file.fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (file.fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", name);
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (ngx_fd_info(file.fd, &file.info) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" failed", name);
        goto done;
    }

    if (!ngx_is_file(&file.info)
        || ngx_file_size(&file.info) > NGX_HTTP_SCIM_SCHEMA_SIZE)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is no file of at most %d bytes", name,
                           NGX_HTTP_SCIM_SCHEMA_SIZE);
        goto done;
    }

    size = (size_t) ngx_file_size(&file.info);

    data = scim_palloc(pool, size);
    n = data == NULL ? NGX_ERROR
                     : ngx_read_file(&file, (u_char *) data, size, 0);
    if (n == NGX_ERROR) {
        goto done;
    }

    text->data = data;
    text->len = (size_t) n;
    rc = NGX_OK;

done:

    (void) ngx_close_file(file.fd);

    return rc;
}


char *
ngx_http_scim_schema(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_scim_main_conf_t  *smcf = conf;

    ngx_str_t     *value, name;
    scim_rc_t      rc;
    scim_str_t     text;
    scim_error_t   err;

    (void) cmd;

    value = cf->args->elts;
    name = value[1];

    if (ngx_conf_full_name(cf->cycle, &name, 1) != NGX_OK
        || ngx_http_scim_schema_read(cf, smcf->pool, &name, &text) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    rc = scim_schemas_add(smcf->schemas, (char *) name.data, text, &err);

    if (rc == SCIM_REFUSED) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "scim_schema: %s",
                           err.detail);
    }

    return rc == SCIM_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


char *
ngx_http_scim_index(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_scim_main_conf_t  *smcf = conf;

    ngx_str_t   *value, *path;
    ngx_uint_t   i;

    (void) cmd;

    if (smcf->index_paths == NULL) {
        smcf->index_paths = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
        if (smcf->index_paths == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        path = ngx_array_push(smcf->index_paths);
        if (path == NULL) {
            return NGX_CONF_ERROR;
        }

        *path = value[i];
    }

    return NGX_CONF_OK;
}


/* The path becomes an index of each resource type that has the attribute. */
static scim_rc_t
ngx_http_scim_add_index(ngx_http_scim_main_conf_t *smcf,
    scim_indexes_t *indexes, size_t n, scim_str_t path, scim_error_t *err)
{
    size_t      i;
    scim_rc_t   rc;
    ngx_uint_t  found;

    found = 0;

    for (i = 0; i < n; i++) {
        rc = scim_store_indexes_add(smcf->pool, &indexes[i], path, err);

        if (rc != SCIM_OK && rc != SCIM_NONE) {
            return rc;
        }

        found += rc == SCIM_OK;
    }

    if (found == 0) {
        return scim_refuse(err, 500, SCIM_TYPE_NONE,
                           "no resource type has the attribute \"%.*s\"",
                           SCIM_FMT(path));
    }

    return SCIM_OK;
}


static scim_rc_t
ngx_http_scim_make_indexes(ngx_http_scim_main_conf_t *smcf,
    ngx_uint_t unique, scim_error_t *err)
{
    size_t                       i, n;
    scim_rc_t                    rc;
    ngx_str_t                   *path;
    scim_str_t                   text;
    scim_indexes_t              *indexes;
    const scim_resource_type_t  *type;

    for (n = 0; scim_schemas_type_at(smcf->schemas, n) != NULL; n++) {
        /* counts */
    }

    indexes = scim_pcalloc(smcf->pool, n * sizeof(scim_indexes_t));
    if (indexes == NULL) {
        return SCIM_NOMEM;
    }

    smcf->indexes[unique] = indexes;

    for (i = 0; i < n; i++) {
        type = scim_schemas_type_at(smcf->schemas, i);
        rc = scim_store_indexes(smcf->pool, type, unique == 1, &indexes[i]);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    if (smcf->index_paths == NULL) {
        return SCIM_OK;
    }

    path = smcf->index_paths->elts;

    for (i = 0; i < smcf->index_paths->nelts; i++) {
        text.data = (char *) path[i].data;
        text.len = path[i].len;

        rc = ngx_http_scim_add_index(smcf, indexes, n, text, err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


/* Both sets of indexes are made: which one a location takes is its matter. */
char *
ngx_http_scim_schemas_init(ngx_conf_t *cf, ngx_http_scim_main_conf_t *smcf)
{
    scim_rc_t     rc;
    ngx_uint_t    unique;
    const char   *directive;
    scim_error_t  err;

    err.detail[0] = '\0';
    directive = "scim_schema";
    rc = scim_schemas_link(smcf->schemas, &err);

    for (unique = 0; rc == SCIM_OK && unique < 2; unique++) {
        directive = "scim_index";
        rc = ngx_http_scim_make_indexes(smcf, unique, &err);
    }

    if (rc != SCIM_OK) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s: %s", directive,
                      rc == SCIM_NOMEM ? "no memory" : err.detail);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
