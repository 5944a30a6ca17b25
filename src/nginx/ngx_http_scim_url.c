/*
 * Where a location lies: the path of a request after it, and its base URL.
 */

#include "ngx_http_scim.h"
#include "../scim/scim_text.h"


/* No slash at the end. */
static ngx_int_t
ngx_http_scim_prefix(ngx_http_request_t *r, ngx_str_t *prefix)
{
    ngx_http_scim_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_scim_module);

    if (slcf->prefix == NULL) {
        *prefix = slcf->name;
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, slcf->prefix, prefix) != NGX_OK) {
        return NGX_ERROR;
    }

    while (prefix->len != 0 && prefix->data[prefix->len - 1] == '/') {
        prefix->len--;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_scim_after(const ngx_str_t *uri, const ngx_str_t *prefix,
    ngx_str_t *rest)
{
    if (uri->len < prefix->len
        || ngx_strncmp(uri->data, prefix->data, prefix->len) != 0)
    {
        return NGX_DECLINED;
    }

    rest->data = uri->data + prefix->len;
    rest->len = uri->len - prefix->len;

    return (rest->len == 0 || rest->data[0] == '/') ? NGX_OK : NGX_DECLINED;
}


const ngx_http_scim_place_t *
ngx_http_scim_find_place(ngx_http_request_t *r)
{
    ngx_str_t                     rest;
    ngx_uint_t                    i;
    ngx_http_core_srv_conf_t     *cscf;
    ngx_http_scim_main_conf_t    *smcf;
    const ngx_http_scim_place_t  *place, *found;

    smcf = ngx_http_get_module_main_conf(r, ngx_http_scim_module);
    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    place = smcf->places.elts;
    found = NULL;

    for (i = 0; i < smcf->places.nelts; i++) {

        if (place[i].server == cscf
            && place[i].conf->name.data != NULL
            && ngx_http_scim_after(&r->uri, &place[i].conf->name, &rest)
               == NGX_OK
            && (found == NULL
                || place[i].conf->name.len > found->conf->name.len))
        {
            found = &place[i];
        }
    }

    return found;
}


/* The URI as it was sent, less query and fragment. */
static ngx_str_t
ngx_http_scim_sent_uri(ngx_http_request_t *r)
{
    size_t     i;
    ngx_str_t  uri;

    uri = r->unparsed_uri;

    for (i = 0; i < uri.len; i++) {
        if (uri.data[i] == '?' || uri.data[i] == '#') {
            uri.len = i;
        }
    }

    return uri;
}


/*
 * The URI as sent is what tells an id with an encoded slash from two segments.
 * Where it does not begin like the location (encoded, dotted or rewritten)
 * the normalised URI, on which nginx has matched, takes its place.  What the
 * two disagree about otherwise is no path of SCIM, and so 404.
 */
ngx_int_t
ngx_http_scim_path(ngx_http_request_t *r, scim_pool_t *pool, scim_str_t *path)
{
    char       *p;
    size_t      len;
    ngx_int_t   rc;
    ngx_str_t   prefix, uri, rest;

    if (ngx_http_scim_prefix(r, &prefix) != NGX_OK) {
        return NGX_ERROR;
    }

    if (r->valid_unparsed_uri) {
        uri = ngx_http_scim_sent_uri(r);

        if (ngx_http_scim_after(&uri, &prefix, &rest) == NGX_OK) {
            return ngx_http_scim_copy(pool, &rest, path);
        }
    }

    rc = ngx_http_scim_after(&r->uri, &prefix, &rest);
    if (rc != NGX_OK) {
        return rc;
    }

    len = rest.len + 2 * ngx_escape_uri(NULL, rest.data, rest.len,
                                        NGX_ESCAPE_URI);
    p = scim_palloc(pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_escape_uri((u_char *) p, rest.data, rest.len, NGX_ESCAPE_URI);

    path->data = p;
    path->len = len;

    return NGX_OK;
}


/* nginx lets bytes pass in Host that belong into no URL: quotes, brackets,
 * what is no UTF-8.  Names, addresses and a port need none of them. */
static ngx_flag_t
ngx_http_scim_host_usable(ngx_http_request_t *r)
{
    size_t         i;
    u_char         c;
    ngx_str_t     *host;
    static u_char  marks[] = "-._~:[]%";

    if (r->headers_in.host == NULL) {
        return 0;
    }

    host = &r->headers_in.host->value;

    for (i = 0; i < host->len; i++) {
        c = host->data[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')
            && !(c >= '0' && c <= '9')
            && ngx_strlchr(marks, marks + sizeof(marks) - 1, c) == NULL)
        {
            return 0;
        }
    }

    return host->len != 0;
}


/* A request of HTTP/1.0 need not say which host it means. */
static ngx_int_t
ngx_http_scim_server_name(ngx_http_request_t *r, ngx_flag_t https,
    ngx_str_t *host)
{
    u_char                    *p;
    in_port_t                  port;
    ngx_str_t                  name;
    ngx_http_core_srv_conf_t  *cscf;

    if (ngx_connection_local_sockaddr(r->connection, NULL, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);
    name = cscf->server_name;

    if (name.len == 0) {
        ngx_str_set(&name, "localhost");
    }

    p = ngx_pnalloc(r->pool, name.len + sizeof(":65535") - 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    host->data = p;
    p = ngx_cpymem(p, name.data, name.len);

    port = ngx_inet_get_port(r->connection->local_sockaddr);

    if (port != 0 && port != (https ? 443 : 80)) {
        p = ngx_sprintf(p, ":%d", (int) port);
    }

    host->len = (size_t) (p - host->data);

    return NGX_OK;
}


/* A prefix or base URL may hold any bytes, by a variable: those that no URL has
 * are encoded.  Others stay, '%' too, as it may be encoded already. */
static void
ngx_http_scim_add_url(scim_buf_t *buf, const ngx_str_t *url)
{
    size_t         i;
    u_char         c;
    static u_char  marks[] = "\"<>\\^`{|}";
    static char    hex[] = "0123456789ABCDEF";

    for (i = 0; i < url->len; i++) {
        c = url->data[i];

        if (c > 0x20 && c < 0x7f
            && ngx_strlchr(marks, marks + sizeof(marks) - 1, c) == NULL)
        {
            scim_buf_char(buf, (char) c);
            continue;
        }

        scim_buf_char(buf, '%');
        scim_buf_char(buf, hex[c >> 4]);
        scim_buf_char(buf, hex[c & 0xf]);
    }
}


static ngx_int_t
ngx_http_scim_request_base(ngx_http_request_t *r, scim_pool_t *pool,
    scim_str_t *base)
{
    ngx_str_t   host, prefix;
    ngx_flag_t  https;
    scim_buf_t  buf;

#if (NGX_HTTP_SSL)
    https = (r->connection->ssl != NULL);
#else
    https = 0;
#endif

    if (ngx_http_scim_prefix(r, &prefix) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_scim_host_usable(r)) {
        host = r->headers_in.host->value;

    } else if (ngx_http_scim_server_name(r, https, &host) != NGX_OK) {
        return NGX_ERROR;
    }

    scim_buf_init(&buf, pool, sizeof("https://") + host.len + prefix.len);

    if (https) {
        scim_buf_lit(&buf, "https://");

    } else {
        scim_buf_lit(&buf, "http://");
    }

    scim_buf_add(&buf, (char *) host.data, host.len);
    ngx_http_scim_add_url(&buf, &prefix);

    return scim_buf_done(&buf, base) == SCIM_OK ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_scim_base_url(ngx_http_request_t *r, scim_pool_t *pool,
    scim_str_t *base)
{
    ngx_str_t                  url;
    scim_buf_t                 buf;
    ngx_http_scim_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_scim_module);

    if (slcf->base_url == NULL) {
        return ngx_http_scim_request_base(r, pool, base);
    }

    if (ngx_http_complex_value(r, slcf->base_url, &url) != NGX_OK) {
        return NGX_ERROR;
    }

    while (url.len != 0 && url.data[url.len - 1] == '/') {
        url.len--;
    }

    scim_buf_init(&buf, pool, url.len);
    ngx_http_scim_add_url(&buf, &url);

    return scim_buf_done(&buf, base) == SCIM_OK ? NGX_OK : NGX_ERROR;
}
