/*
 * What an import says: a line for each failure, progress now and then, the
 * totals at the end.
 */

#include "scim_op_export.h"
#include "scim_op_import.h"


/* Progress is told each time when so much is done or so long has passed. */
#define TELL_LINES  1000
#define TELL_MS     2000


/* The buffer of the next piece; NULL: no memory. */
static scim_buf_t *
out(scim_import_t *x)
{
    if (x->next == NULL) {
        x->next = scim_pool_create(0);
        if (x->next == NULL) {
            return NULL;
        }

        scim_buf_init(&x->out, x->next, 0);
    }

    return &x->out;
}


static void
write_totals(const scim_import_t *x, scim_buf_t *buf)
{
    scim_buf_lit(buf, "\"line\":");
    scim_buf_uint(buf, x->body.lines);
    scim_buf_lit(buf, ",\"created\":");
    scim_buf_uint(buf, x->created);
    scim_buf_lit(buf, ",\"replaced\":");
    scim_buf_uint(buf, x->replaced);
    scim_buf_lit(buf, ",\"skipped\":");
    scim_buf_uint(buf, x->skipped);
    scim_buf_lit(buf, ",\"failed\":");
    scim_buf_uint(buf, x->failed);
    scim_buf_lit(buf, ",\"incomplete\":");
    scim_buf_uint(buf, x->incomplete);
}


static void
write_why(scim_buf_t *buf, int status, const char *type, scim_str_t detail)
{
    scim_buf_lit(buf, ",\"status\":");
    scim_buf_uint(buf, (uint64_t) status);

    if (type != NULL) {
        scim_buf_lit(buf, ",\"scimType\":");
        scim_json_write_string(buf, scim_str_from(type));
    }

    scim_buf_lit(buf, ",\"detail\":");
    scim_json_write_string(buf, detail);
}


void
scim_import_progress(scim_import_t *x)
{
    uint64_t     now = x->env.now;
    scim_buf_t  *buf;

    if (x->body.lines / TELL_LINES == x->told_lines / TELL_LINES
        && now < x->told_at + TELL_MS)
    {
        return;
    }

    x->told_lines = x->body.lines;
    x->told_at = now;
    buf = out(x);

    if (buf != NULL) {
        scim_buf_char(buf, '{');
        write_totals(x, buf);
        scim_buf_lit(buf, "}\n");
    }
}


static void
write_line(scim_buf_t *buf, const scim_import_line_t *line)
{
    scim_buf_lit(buf, "{\"line\":");
    scim_buf_uint(buf, line->number);

    if (line->type != NULL) {
        scim_buf_lit(buf, ",\"type\":");
        scim_json_write_string(buf, line->type->name);
    }

    if (line->id.data != NULL) {
        scim_buf_lit(buf, ",\"id\":");
        scim_json_write_string(buf, line->id);
    }
}


void
scim_import_failure(scim_import_t *x, const scim_import_line_t *line,
    int status, const char *type, scim_str_t detail)
{
    scim_buf_t  *buf = out(x);

    x->failed++;

    if (buf != NULL) {
        write_line(buf, line);
        write_why(buf, status, type, detail);
        scim_buf_lit(buf, "}\n");
    }
}


void
scim_import_incomplete(scim_import_t *x, const scim_import_line_t *line)
{
    scim_buf_t  *buf = out(x);

    x->incomplete++;

    if (buf != NULL) {
        write_line(buf, line);
        scim_buf_lit(buf, ",\"missing\":");
        scim_json_write_string(buf, line->missing);
        scim_buf_lit(buf, "}\n");
    }
}


scim_rc_t
scim_import_finish(scim_import_t *x)
{
    scim_buf_t  *buf = out(x);

    if (buf == NULL) {
        return SCIM_NOMEM;
    }

    if (x->stopped) {
        scim_buf_lit(buf, "{\"end\":false,");
        write_totals(x, buf);
        write_why(buf, x->why.status, scim_error_type_name(x->why.type),
                  scim_str_from(x->why.detail));

    } else {
        scim_buf_lit(buf, "{\"end\":true,");
        write_totals(x, buf);

        if (x->complete) {
            scim_buf_lit(buf, ",\"complete\":true");
        } else {
            scim_buf_lit(buf, ",\"complete\":false");
        }
    }

    scim_buf_lit(buf, "}\n");
    x->op->result.media = SCIM_LINES_MEDIA;

    return scim_op_body(x->op, 200, buf);
}


/* What is written becomes the piece to be sent. */
scim_rc_t
scim_import_give(scim_import_t *x)
{
    scim_op_t  *op = x->op;

    if (x->next == NULL) {
        op->piece = scim_str("");
        return SCIM_AGAIN;
    }

    if (scim_buf_done(&x->out, &op->piece) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    x->sent = x->next;
    x->next = NULL;

    op->result.status = 200;
    op->result.media = SCIM_LINES_MEDIA;

    return SCIM_AGAIN;
}
