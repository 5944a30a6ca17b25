/*
 * A tenant's settings: from JSON to a policy.
 */

#include <stddef.h>
#include <string.h>

#include "scim_policy.h"


/* The largest number: keeps sums of milliseconds in 64 bits. */
#define NUMBER_MAX  1000000000

#define DAY  86400

typedef struct {
    scim_pool_t          *pool;
    const scim_schemas_t *schemas;
    scim_policy_t        *policy;
    scim_error_t         *err;
} parse_t;

typedef struct setting_s  setting_t;

typedef scim_rc_t (*setter_pt)(parse_t *parse, const setting_t *setting,
    const scim_json_t *value);

struct setting_s {
    scim_str_t        name;
    setter_pt         set;      /* NULL ends a table */
    size_t            field;    /* of the policy */
    const char       *words;    /* of a word, separated by '|'; or what an
                                   object is of */
    uint64_t          min;      /* of a number, or what the first word counts
                                   as */
    uint64_t          max;
    uint64_t          unit;     /* of a number, in the field's */
    const setting_t  *members;  /* of an object */
};


static void *
field_of(const parse_t *parse, const setting_t *setting)
{
    return (char *) parse->policy + setting->field;
}


static scim_rc_t
refuse(const parse_t *parse, const setting_t *setting, const char *wanted)
{
    return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                       "\"%.*s\" must be %s, or null for what nginx's "
                       "configuration says", SCIM_FMT(setting->name), wanted);
}


/* --- one value ------------------------------------------------------------ */

static scim_rc_t
set_on(parse_t *parse, const setting_t *setting, const scim_json_t *value)
{
    bool  *on = field_of(parse, setting);

    if (value->type != SCIM_JSON_BOOL) {
        return refuse(parse, setting, "true or false");
    }

    *on = value->boolean;

    return SCIM_OK;
}


/* For a field that is true where the setting is false. */
static scim_rc_t
set_off(parse_t *parse, const setting_t *setting, const scim_json_t *value)
{
    bool       *off = field_of(parse, setting);
    scim_rc_t   rc;

    rc = set_on(parse, setting, value);

    if (rc == SCIM_OK) {
        *off = !*off;
    }

    return rc;
}


/* The empty one stands for none; one that nobody can see is a mistake. */
static scim_rc_t
set_name(parse_t *parse, const setting_t *setting, const scim_json_t *value)
{
    size_t  i;

    if (value->type != SCIM_JSON_STRING) {
        return refuse(parse, setting, "a string");
    }

    for (i = 0; i < value->text.len && value->text.data[i] == ' '; i++) {
        /* to the first letter */
    }

    return (i != 0 && i == value->text.len)
           ? refuse(parse, setting, "a name, not of blanks alone, or \"\" for "
                                    "none")
           : scim_str_dup(parse->pool, value->text, field_of(parse, setting));
}


static scim_rc_t
set_number(parse_t *parse, const setting_t *setting, const scim_json_t *value)
{
    size_t       i;
    uint64_t     n, *number = field_of(parse, setting);
    scim_str_t   text = value->text;

    n = 0;

    for (i = 0; value->type == SCIM_JSON_NUMBER && i < text.len; i++) {

        if (text.data[i] < '0' || text.data[i] > '9' || n > setting->max) {
            break;
        }

        n = n * 10 + (uint64_t) (text.data[i] - '0');
    }

    if (value->type != SCIM_JSON_NUMBER || i < text.len || n < setting->min
        || n > setting->max)
    {
        return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                           "\"%.*s\" must be a whole number from %llu to %llu",
                           SCIM_FMT(setting->name),
                           (unsigned long long) setting->min,
                           (unsigned long long) setting->max);
    }

    *number = n * setting->unit;

    return SCIM_OK;
}


/* Which of its words it is. */
static scim_rc_t
read_word(const parse_t *parse, const setting_t *setting,
    const scim_json_t *value, unsigned *out)
{
    size_t      len;
    unsigned    n;
    scim_str_t  rest = scim_str_from(setting->words);

    for (n = 0; value->type == SCIM_JSON_STRING && rest.len != 0; n++) {

        for (len = 0; len < rest.len && rest.data[len] != '|'; len++) {
            /* to its end */
        }

        if (scim_str_eq(value->text, (scim_str_t) { rest.data, len })) {
            *out = n;
            return SCIM_OK;
        }

        rest = scim_str_skip(rest, (len < rest.len) ? len + 1 : len);
    }

    return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                       "\"%.*s\" must be one of %s", SCIM_FMT(setting->name),
                       setting->words);
}


static scim_rc_t
set_word(parse_t *parse, const setting_t *setting, const scim_json_t *value)
{
    unsigned   n = 0;
    scim_rc_t  rc;

    _Static_assert(sizeof(scim_unknown_e) == sizeof(n)
                   && sizeof(scim_display_e) == sizeof(n)
                   && sizeof(scim_missing_e) == sizeof(n)
                   && sizeof(scim_media_e) == sizeof(n)
                   && sizeof(scim_no_target_e) == sizeof(n),
                   "enums are written as unsigned numbers");

    rc = read_word(parse, setting, value, &n);

    if (rc == SCIM_OK) {
        n += (unsigned) setting->min;
        memcpy(field_of(parse, setting), &n, sizeof(n));
    }

    return rc;
}


/* One of two words, the second being true. */
static scim_rc_t
set_choice(parse_t *parse, const setting_t *setting, const scim_json_t *value)
{
    bool       *second = field_of(parse, setting);
    unsigned    n = 0;
    scim_rc_t   rc;

    rc = read_word(parse, setting, value, &n);

    if (rc == SCIM_OK) {
        *second = n == 1;
    }

    return rc;
}


/* --- rules ---------------------------------------------------------------- */

static scim_rc_t
read_rule(parse_t *parse, const setting_t *setting, const scim_json_t *value,
    scim_rule_t *out)
{
    size_t              i;
    scim_str_t          part[4] = { SCIM_STR("User") };
    const scim_json_t  *member;

    static const char *const  names[] = {
        "type", "attribute", "pattern", "message"
    };

    if (value->type != SCIM_JSON_OBJECT) {
        return refuse(parse, setting, "a list of objects");
    }

    for (member = value->first; member != NULL; member = member->next) {

        for (i = 0; i < 4; i++) {
            if (scim_str_eq(member->name, scim_str_from(names[i]))) {
                break;
            }
        }

        if (i == 4 || member->type != SCIM_JSON_STRING) {
            return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                               "A rule of \"require\" has type, attribute, "
                               "pattern and message, all strings, and no "
                               "\"%.*s\"", SCIM_FMT(member->name));
        }

        if (scim_str_dup(parse->pool, member->text, &part[i]) != SCIM_OK) {
            return SCIM_NOMEM;
        }
    }

    return scim_policy_rule(parse->pool, parse->schemas, part[0], part[1],
                            part[2], part[3], out, parse->err);
}


static scim_rc_t
set_rules(parse_t *parse, const setting_t *setting, const scim_json_t *value)
{
    size_t              n;
    scim_rc_t           rc;
    scim_rule_t        *rules;
    const scim_json_t  *element;

    if (value->type != SCIM_JSON_ARRAY) {
        return refuse(parse, setting, "a list of rules");
    }

    if (value->count > SCIM_POLICY_RULES) {
        return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                           "\"require\" may have %d rules, and has %zu",
                           SCIM_POLICY_RULES, value->count);
    }

    rules = scim_palloc(parse->pool, value->count * sizeof(scim_rule_t));
    if (rules == NULL) {
        return SCIM_NOMEM;
    }

    n = 0;

    for (element = value->first; element != NULL; element = element->next) {
        rc = read_rule(parse, setting, element, &rules[n++]);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    parse->policy->rules = rules;
    parse->policy->nrules = n;

    return SCIM_OK;
}


/* --- all of them ---------------------------------------------------------- */

/* NULL: there is none of that name. */
static const setting_t *
find(const setting_t *settings, scim_str_t name)
{
    while (settings->set != NULL && !scim_str_eq(settings->name, name)) {
        settings++;
    }

    return (settings->set != NULL) ? settings : NULL;
}


static scim_rc_t
no_setting(scim_str_t name, scim_error_t *err)
{
    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "\"%.*s\" is no setting of a tenant (see "
                       "docs/admin-api.md)", SCIM_FMT(name));
}


/* As deep as the tables are. */
static scim_rc_t
read_members(parse_t *parse, const scim_json_t *object,
    const setting_t *settings)
{
    scim_rc_t           rc;
    const setting_t    *setting;
    const scim_json_t  *member;

    for (member = object->first; member != NULL; member = member->next) {

        setting = find(settings, member->name);

        if (setting == NULL) {
            return no_setting(member->name, parse->err);
        }

        if (member->type == SCIM_JSON_NULL) {
            continue;
        }

        rc = setting->set(parse, setting, member);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


static scim_rc_t
set_object(parse_t *parse, const setting_t *setting, const scim_json_t *value)
{
    return (value->type != SCIM_JSON_OBJECT)
           ? refuse(parse, setting, setting->words)
           : read_members(parse, value, setting->members);
}


#define FIELD(name)  .field = offsetof(scim_policy_t, name)

static const setting_t  history[] = {
    { SCIM_STR("enabled"), set_off, FIELD(history_off) },
    { SCIM_STR("count"), set_number, FIELD(history_count),
      .max = NUMBER_MAX, .unit = 1 },
    { SCIM_STR("days"), set_number, FIELD(history_age),
      .max = NUMBER_MAX / DAY, .unit = DAY },
    { .set = NULL }
};

static const setting_t  breaker[] = {
    { SCIM_STR("count"), set_number, FIELD(breaker_count),
      .max = NUMBER_MAX, .unit = 1 },
    { SCIM_STR("percent"), set_number, FIELD(breaker_percent),
      .max = 100, .unit = 1 },
    { SCIM_STR("seconds"), set_number, FIELD(breaker_window),
      .min = 1, .max = 366 * DAY, .unit = 1 },
    { .set = NULL }
};

static const setting_t  all[] = {
    { SCIM_STR("unknownAttributes"), set_word, FIELD(unknown),
      .words = "ignore|keep|refuse" },
    { SCIM_STR("groups"), set_off, FIELD(groups_off) },
    { SCIM_STR("defaultGroup"), set_name, FIELD(default_group) },
    { SCIM_STR("displayName"), set_word, FIELD(display),
      .words = "sent|derived" },
    { SCIM_STR("delete"), set_choice, FIELD(delete_deactivates),
      .words = "remove|deactivate" },
    { SCIM_STR("unknownMembers"), set_word, FIELD(unknown_members),
      .words = "refuse|park" },
    { SCIM_STR("responseType"), set_word, FIELD(media),
      .words = "auto|scim|json", .min = SCIM_MEDIA_AUTO },
    { SCIM_STR("patchNoTarget"), set_word, FIELD(no_target),
      .words = "auto|create|error" },
    { SCIM_STR("singleToken"), set_on, FIELD(single_token) },
    { SCIM_STR("require"), .set = set_rules },
    { SCIM_STR("history"), set_object,
      .words = "an object of enabled, count and days", .members = history },
    { SCIM_STR("breaker"), set_object,
      .words = "an object of count, percent and seconds",
      .members = breaker },
    { SCIM_STR("dryRun"), set_on, FIELD(dry_run) },
    { .set = NULL }
};


static scim_rc_t
read_object(scim_pool_t *pool, scim_str_t settings, scim_json_t **out,
    scim_error_t *err)
{
    scim_rc_t  rc;

    rc = scim_json_parse(pool, settings, NULL, out, err);
    if (rc == SCIM_NOMEM || rc == SCIM_REFUSED) {
        return rc;
    }

    return (rc == SCIM_OK && (*out)->type == SCIM_JSON_OBJECT)
           ? SCIM_OK
           : scim_refuse(err, 400, SCIM_INVALID_VALUE,
                         "\"settings\" must be a JSON object");
}


scim_rc_t
scim_policy_parse(scim_pool_t *pool, const scim_schemas_t *schemas,
    scim_str_t settings, const scim_policy_t *base, scim_policy_t *out,
    scim_error_t *err)
{
    parse_t       parse;
    scim_rc_t     rc;
    scim_json_t  *root;

    *out = *base;
    parse = (parse_t) { pool, schemas, out, err };

    if (settings.len == 0 || scim_str_eq(settings, scim_str("{}"))) {
        return SCIM_OK;
    }

    rc = read_object(pool, settings, &root, err);

    return (rc == SCIM_OK) ? read_members(&parse, root, all) : rc;
}


/* The members of change over those of object, as deep as the tables are.  What
 * is not known may be taken away, where it is there. */
static scim_rc_t
merge(scim_pool_t *pool, scim_json_t *object, const scim_json_t *change,
    const setting_t *settings, scim_error_t *err)
{
    scim_rc_t           rc;
    scim_json_t        *there;
    const setting_t    *setting;
    const scim_json_t  *member;

    for (member = change->first; member != NULL; member = member->next) {
        there = scim_json_get(object, member->name);
        setting = find(settings, member->name);

        if (setting == NULL && there == NULL) {
            return no_setting(member->name, err);
        }

        if (member->type == SCIM_JSON_NULL) {
            if (there != NULL) {
                scim_json_remove(object, there);
            }

        } else if (member->type == SCIM_JSON_OBJECT && setting != NULL
                   && setting->members != NULL)
        {
            if (there == NULL || there->type != SCIM_JSON_OBJECT) {
                there = scim_json_object(pool);
                if (scim_json_set(object, member->name, there) != SCIM_OK) {
                    return SCIM_NOMEM;
                }
            }

            rc = merge(pool, there, member, setting->members, err);
            if (rc != SCIM_OK) {
                return rc;
            }

            if (there->first == NULL) {
                scim_json_remove(object, there);
            }

        } else if (scim_json_set(object, member->name,
                                 scim_json_copy(pool, member)) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_policy_merge(scim_pool_t *pool, scim_str_t settings,
    const scim_json_t *change, scim_str_t *out, scim_error_t *err)
{
    scim_rc_t     rc;
    scim_buf_t    buf;
    scim_json_t  *root;

    rc = read_object(pool, (settings.len == 0) ? scim_str("{}") : settings,
                     &root, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    scim_buf_init(&buf, pool, settings.len + 256);

    rc = merge(pool, root, change, all, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    scim_json_write(&buf, root);

    if (scim_buf_done(&buf, out) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return (out->len <= SCIM_POLICY_SETTINGS)
           ? SCIM_OK
           : scim_refuse(err, 400, SCIM_INVALID_VALUE,
                         "The settings of a tenant may have %d bytes, and "
                         "these are %zu", SCIM_POLICY_SETTINGS, out->len);
}
