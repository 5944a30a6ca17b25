/*
 * Policies and their defaults.
 */

#include "scim_policy.h"


void
scim_policy_init(scim_policy_t *policy)
{
    *policy = (scim_policy_t) {
        .media = SCIM_MEDIA_AUTO,
        .history_count = SCIM_HISTORY_COUNT,
        .breaker_window = 3600
    };
}
