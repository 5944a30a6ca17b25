/*
 * The JSON files of src/scim/schemas/, compiled in by tools/embed.sh.
 */

#ifndef SCIM_SCHEMA_FILES_H
#define SCIM_SCHEMA_FILES_H

#include "scim_core.h"

typedef struct {
    const char *name;       /* file name; NULL ends the list */
    scim_str_t  text;
} scim_schema_file_t;

extern const scim_schema_file_t scim_schema_files[];

#endif /* SCIM_SCHEMA_FILES_H */
