/*
 * Policies: what a deployment, or one tenant, asks for beyond the RFCs.  Each
 * has a directive for a location and a setting of a tenant of the same
 * meaning; a tenant's setting goes before the location's directive.
 */

#ifndef SCIM_POLICY_H
#define SCIM_POLICY_H

#include "scim_core.h"
#include "scim_filter.h"
#include "scim_patch.h"
#include "scim_pattern.h"
#include "scim_schema.h"
#include "scim_unknown.h"

/* Where a user's displayName comes from. */
typedef enum {
    SCIM_DISPLAY_SENT = 0,  /* as the client sends it */
    SCIM_DISPLAY_DERIVED    /* from the name when the user is made; later only
                               an administrator changes it */
} scim_display_e;

/* What becomes of a member that does not exist. */
typedef enum {
    SCIM_MISSING_REFUSE = 0,
    SCIM_MISSING_PARK,      /* it becomes one when it appears */
    SCIM_MISSING_DROP       /* left out: restoring only, no policy */
} scim_missing_e;

/* Content-Type of answers. */
typedef enum {
    SCIM_MEDIA_UNSET = 0,   /* no policy: somebody else decides */
    SCIM_MEDIA_AUTO,        /* by Accept */
    SCIM_MEDIA_SCIM,
    SCIM_MEDIA_JSON
} scim_media_e;

/* An attribute that a resource must have, and the form of its value. */
typedef struct {
    const scim_resource_type_t *type;
    scim_attr_path_t            path;
    scim_str_t                  name;       /* as it was given */
    scim_str_t                  text;       /* of the pattern; absent: any */
    const scim_pattern_t       *pattern;    /* of the whole value; NULL: any */
    scim_str_t                  message;    /* absent: made of the above */
} scim_rule_t;

typedef struct {
    scim_unknown_e   unknown;
    scim_display_e   display;
    scim_missing_e   unknown_members;
    scim_media_e     media;
    scim_no_target_e no_target;
    bool             groups_off;         /* no /Groups, no `groups` of users */
    bool             delete_deactivates; /* DELETE of a user */
    bool             single_token;       /* a new one ends the others */
    scim_str_t       default_group;      /* displayName; absent: none */
    scim_rule_t     *rules;
    size_t           nrules;

    bool             history_off;
    uint64_t         history_count;      /* entries kept; 0: any number */
    uint64_t         history_age;        /* seconds they are; 0: for good */

    uint64_t         breaker_count;      /* deprovisionings let pass within */
    uint64_t         breaker_percent;    /* the window, and as a share of all */
    uint64_t         breaker_window;     /* users; seconds; 0: no limit */
    bool             dry_run;
} scim_policy_t;

#define SCIM_HISTORY_COUNT  100000

/* What applies when nothing is said. */
void scim_policy_init(scim_policy_t *policy);

/* Rules that a policy may have. */
#define SCIM_POLICY_RULES  32

/*
 * A rule: resources of the type must have the attribute ("externalId",
 * "emails.value"), and each of its values, whole, match the pattern (absent:
 * any).  The strings are not copied.
 *
 * Refused, 400 invalidValue: a type or attribute that is not known, an
 * attribute that clients do not set or that is not in the document (members,
 * password), a pattern for one that has no text, or that does not compile.
 */
scim_rc_t scim_policy_rule(scim_pool_t *pool, const scim_schemas_t *schemas,
    scim_str_t type, scim_str_t attribute, scim_str_t pattern,
    scim_str_t message, scim_rule_t *out, scim_error_t *err);

/*
 * Whether the document that is to be stored keeps the policy's rules.  old is
 * what it replaces, or NULL: then a rule counts only if its attribute is
 * another one than before, so that resources from before the rule can still be
 * changed otherwise, suspended say.
 *
 * Refused, 400 invalidValue: the detail is the rule's message.
 */
scim_rc_t scim_policy_check(const scim_policy_t *policy,
    const scim_resource_type_t *type, const scim_json_t *old,
    const scim_json_t *doc, scim_error_t *err);

/* Bytes of a tenant's settings as they are kept. */
#define SCIM_POLICY_SETTINGS  16384

/*
 * A tenant's settings, a JSON object (docs/admin-api.md), over those of a
 * location.  What is not there or null is as the location has it.  out refers
 * to base's strings and rules, and to the pool.
 *
 * Refused, 400 invalidValue, with the setting's name in the detail: one that
 * is not known, of another type or out of bounds, and what a rule cannot be
 * made of.
 */
scim_rc_t scim_policy_parse(scim_pool_t *pool, const scim_schemas_t *schemas,
    scim_str_t settings, const scim_policy_t *base, scim_policy_t *out,
    scim_error_t *err);

/*
 * The settings after a change (JSON merge patch, RFC 7396): its members in the
 * place of those there are, an object's one by one; null takes one away.
 * Refused, 400: more than SCIM_POLICY_SETTINGS bytes; a member of the change
 * that is neither known nor there.  Values are scim_policy_parse()'s to check.
 */
scim_rc_t scim_policy_merge(scim_pool_t *pool, scim_str_t settings,
    const scim_json_t *change, scim_str_t *out, scim_error_t *err);

#endif /* SCIM_POLICY_H */
