/*
 * Discovery (RFC 7643 sections 5 to 7, RFC 7644 section 4): announces what
 * works, and nothing else.
 */

#ifndef SCIM_DISCOVERY_H
#define SCIM_DISCOVERY_H

#include "scim_core.h"
#include "scim_schema.h"

/* What the service provider configuration says. */
typedef struct {
    unsigned max_results;       /* filter.maxResults: the cap of `count` */
    size_t   bulk_operations;   /* bulk.maxOperations; 0: no bulks */
    size_t   bulk_payload;      /* bulk.maxPayloadSize */
    unsigned page_size;         /* without `count` */
    unsigned cursor_timeout;    /* seconds */
} scim_features_t;

/* Each appends one JSON document; base is the base URL without a slash at the
 * end.  One by id: SCIM_NONE if there is none such.  Without `groups` there
 * are neither types with members, nor what is theirs alone, nor the groups
 * that others are in. */
void scim_discovery_config(scim_buf_t *buf, scim_str_t base,
    const scim_features_t *features);
void scim_discovery_types(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, bool groups);
scim_rc_t scim_discovery_type(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, scim_str_t name, bool groups);
void scim_discovery_schemas(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, bool groups);
scim_rc_t scim_discovery_schema(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, scim_str_t urn, bool groups);

#endif /* SCIM_DISCOVERY_H */
