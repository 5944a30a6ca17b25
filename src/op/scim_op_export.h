/*
 * The lines of an export, as far as export and import must agree about them
 * (docs/admin-api.md).
 */

#ifndef SCIM_OP_EXPORT_H
#define SCIM_OP_EXPORT_H

#define SCIM_LINES_MEDIA     "application/x-ndjson"

/* Of the form of the lines: another one is refused by an import. */
#define SCIM_EXPORT_VERSION  1

#endif /* SCIM_OP_EXPORT_H */
