/*
 * Configuration of the Redis connection: address, password file, defaults.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_scim_redis.h"


#define NGX_HTTP_SCIM_REDIS_PASSWORD_MAX  4096


static ngx_int_t ngx_http_scim_redis_url(ngx_conf_t *cf, ngx_url_t *url,
    ngx_str_t *value);
static ngx_int_t ngx_http_scim_redis_addresses(ngx_conf_t *cf,
    ngx_http_scim_redis_conf_t *conf);
static ngx_int_t ngx_http_scim_redis_read_file(ngx_conf_t *cf,
    ngx_str_t *name, ngx_str_t *out);


void
ngx_http_scim_redis_conf_create(ngx_http_scim_redis_conf_t *conf)
{
    ngx_memzero(conf, sizeof(ngx_http_scim_redis_conf_t));

    conf->db = NGX_CONF_UNSET_UINT;
    conf->connect_timeout = NGX_CONF_UNSET_MSEC;
    conf->timeout = NGX_CONF_UNSET_MSEC;
    conf->queue = NGX_CONF_UNSET_UINT;
}


char *
ngx_http_scim_redis_conf_init(ngx_conf_t *cf,
    ngx_http_scim_redis_conf_t *conf)
{
    ngx_str_t  address;

    ngx_conf_init_uint_value(conf->db, 0);
    ngx_conf_init_msec_value(conf->connect_timeout, 1000);
    ngx_conf_init_msec_value(conf->timeout, 2000);
    ngx_conf_init_uint_value(conf->queue, 4096);

    if (conf->connect_timeout == 0 || conf->timeout == 0 || conf->queue == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"scim_redis_connect_timeout\", "
                           "\"scim_redis_timeout\" and \"scim_redis_queue\" "
                           "must not be 0");
        return NGX_CONF_ERROR;
    }

    if (conf->user.len != 0 && conf->password.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"scim_redis_user\" needs "
                           "\"scim_redis_password_file\"");
        return NGX_CONF_ERROR;
    }

    if (conf->url.url.len == 0) {
        ngx_str_set(&address, "127.0.0.1:6379");

        if (ngx_http_scim_redis_url(cf, &conf->url, &address) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_http_scim_redis_addresses(cf, conf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_scim_redis_address(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                   *value;
    ngx_http_scim_redis_conf_t  *rcf;

    rcf = (ngx_http_scim_redis_conf_t *) ((u_char *) conf + cmd->offset);

    if (rcf->url.url.len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_http_scim_redis_url(cf, &rcf->url, &value[1]) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_scim_redis_password_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_str_t                   *value;
    ngx_http_scim_redis_conf_t  *rcf;

    rcf = (ngx_http_scim_redis_conf_t *) ((u_char *) conf + cmd->offset);

    if (rcf->password.len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_conf_full_name(cf->cycle, &value[1], 1) != NGX_OK
        || ngx_http_scim_redis_read_file(cf, &value[1], &rcf->password)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* Only takes the address apart: whether a name may remain one is known when
 * the whole of http{} has been read. */
static ngx_int_t
ngx_http_scim_redis_url(ngx_conf_t *cf, ngx_url_t *url, ngx_str_t *value)
{
    ngx_memzero(url, sizeof(ngx_url_t));

    url->url = *value;
    url->default_port = 6379;
    url->no_resolve = 1;

    if (ngx_parse_url(cf->pool, url) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s in the address \"%V\" of redis",
                           url->err != NULL ? url->err : "an error",
                           &url->url);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_scim_redis_addresses(ngx_conf_t *cf,
    ngx_http_scim_redis_conf_t *conf)
{
    ngx_url_t                  url;
    ngx_http_core_loc_conf_t  *clcf;

    if (conf->url.naddrs != 0) {
        return NGX_OK;      /* an IP address or a socket */
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->resolver != NULL && clcf->resolver->connections.nelts != 0) {
        conf->resolver = clcf->resolver;
        conf->resolver_timeout = ngx_min(clcf->resolver_timeout,
                                         conf->connect_timeout / 2);
    }

    url = conf->url;
    url.no_resolve = 0;

    if (ngx_inet_resolve_host(cf->pool, &url) == NGX_OK) {
        conf->url = url;
        return NGX_OK;
    }

    if (conf->resolver != NULL) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "%s: redis at \"%V\" (with a \"resolver\" in http{} "
                       "it would be looked up when needed)",
                       url.err != NULL ? url.err : "an error", &url.url);

    return NGX_ERROR;
}


/* The first line of the file. */
static ngx_int_t
ngx_http_scim_redis_read_file(ngx_conf_t *cf, ngx_str_t *name, ngx_str_t *out)
{
    u_char    *buf, *end;
    ssize_t    n;
    ngx_fd_t   fd;

    buf = ngx_pnalloc(cf->pool, NGX_HTTP_SCIM_REDIS_PASSWORD_MAX);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", name);
        return NGX_ERROR;
    }

    n = ngx_read_fd(fd, buf, NGX_HTTP_SCIM_REDIS_PASSWORD_MAX);

    if (n == -1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_read_fd_n " \"%V\" failed", name);
    }

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                           ngx_close_file_n " \"%V\" failed", name);
    }

    if (n == -1) {
        return NGX_ERROR;
    }

    if (n == NGX_HTTP_SCIM_REDIS_PASSWORD_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is too long for a password", name);
        return NGX_ERROR;
    }

    end = ngx_strlchr(buf, buf + n, LF);
    n = (end != NULL) ? end - buf : n;

    if (n > 0 && buf[n - 1] == CR) {
        n--;
    }

    if (n == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" holds no password", name);
        return NGX_ERROR;
    }

    out->data = buf;
    out->len = (size_t) n;

    return NGX_OK;
}
