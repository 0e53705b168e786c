/*
 * config_read.c - YAML files over the configuration, by the events of libyaml.
 *
 * A file is two or three levels of sections and values, and every complaint has its line and
 * column; the events give both without a tree. Values are staged, and taken only when the whole
 * file is right. Anchors, aliases and tags are refused: nothing here needs them, and aliases let a
 * small file mean a huge one.
 */
#include "core/config.h"

#include "base/auto.h"
#include "core/config_value.h"
#include "os/os.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <yaml.h>

enum {
    FILE_MAX = 1 << 20,   /* bytes */
    COMPLAINTS_MAX = 100, /* a file with more of them is something else than a configuration */
    DEPTH_MAX = 16,
    NAME_SIZE = 128,
};

struct staged {
    struct config_value value;
    size_t line; /* 0: not in this file */
};

struct section {
    char name[NAME_SIZE];
    size_t line;
};

struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the one at hand */
    const char *path, *text;
    size_t size; /* of text */
    struct buf *complaints;
    int n_complaints;
    bool broken; /* no further events */
    const struct config_key *keys;
    size_t n_keys;
    struct staged *staged;    /* one for each key */
    struct section *sections; /* seen so far, at most one for each key */
    size_t n_sections;
};

/* What is wrong at a place of the file, as a line of its own. */
__attribute__((format(printf, 3, 4)))
static void read_complain(struct reader *r, const yaml_mark_t *at, const char *fmt, ...)
{
    if (r->n_complaints++ >= COMPLAINTS_MAX) {
        if (!r->broken)
            buf_printf(r->complaints, "%s: and more; mend these first\n", r->path);
        r->broken = true;
        return;
    }
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_printf(r->complaints, "%s:%zu:%zu: %s\n", r->path, at->line + 1, at->column + 1, text);
}

/* Is there a tab in the indentation of this line, counted from 0? */
static bool read_tab(const struct reader *r, size_t line)
{
    const char *p = r->text, *end = r->text + r->size;
    for (; line > 0 && p < end; p++)
        line -= *p == '\n';
    while (p < end && *p == ' ')
        p++;
    return p < end && *p == '\t';
}

/* The place of a byte, where the parser itself says no more than that. */
static yaml_mark_t read_mark(const struct reader *r, size_t index)
{
    yaml_mark_t at = { .index = index };
    for (size_t i = 0; i < index && i < r->size; i++) {
        at.column = r->text[i] == '\n' ? 0 : at.column + 1;
        at.line += r->text[i] == '\n';
    }
    return at;
}

static void read_syntax(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    yaml_mark_t at = p->error == YAML_READER_ERROR ? read_mark(r, p->problem_offset)
                                                   : p->problem_mark;
    read_complain(r, &at, "%s%s", p->problem ? p->problem : "this is not YAML",
                  read_tab(r, at.line) ? "; YAML forbids tabs for indentation, use blanks" : "");
    r->broken = true;
}

/* The next event; YAML_NO_EVENT for ever once the file cannot be read on. */
static yaml_event_type_t read_next(struct reader *r)
{
    yaml_event_delete(&r->event);
    if (!r->broken && !yaml_parser_parse(&r->parser, &r->event)) {
        memset(&r->event, 0, sizeof r->event);
        read_syntax(r);
    }
    return r->event.type;
}

/* Leaves the node at hand, whose first event this is. */
static void read_skip(struct reader *r)
{
    int depth = 0;
    for (;; read_next(r)) {
        yaml_event_type_t type = r->event.type;
        depth += type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT;
        depth -= type == YAML_MAPPING_END_EVENT || type == YAML_SEQUENCE_END_EVENT;
        if (depth == 0 || type == YAML_NO_EVENT)
            return;
        if (depth > DEPTH_MAX) {
            read_complain(r, &r->event.start_mark, "nested too deeply");
            r->broken = true;
        }
    }
}

/* The text of the scalar at hand, NULL after a complaint where it has a zero inside. */
static const char *read_scalar(struct reader *r)
{
    const char *text = (const char *)r->event.data.scalar.value;
    if (strlen(text) == r->event.data.scalar.length)
        return text;
    read_complain(r, &r->event.start_mark, "a zero byte in a text");
    return NULL;
}

/* False, after a complaint, for a node at hand that has an anchor or a tag, or is an alias. */
static bool read_plain(struct reader *r)
{
    const yaml_event_t *e = &r->event;
    bool plain = e->type == YAML_SCALAR_EVENT ? !e->data.scalar.anchor && !e->data.scalar.tag
                 : e->type == YAML_SEQUENCE_START_EVENT
                     ? !e->data.sequence_start.anchor && !e->data.sequence_start.tag
                 : e->type == YAML_MAPPING_START_EVENT
                     ? !e->data.mapping_start.anchor && !e->data.mapping_start.tag
                     : e->type != YAML_ALIAS_EVENT;
    if (!plain)
        read_complain(r, &e->start_mark, "anchors, aliases and tags are not used here; "
                      "write the value itself");
    return plain;
}

static bool read_null(const struct reader *r)
{
    static const char *const none[] = { "", "~", "null", "Null", "NULL" };
    if (r->event.type != YAML_SCALAR_EVENT || r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (strcmp((const char *)r->event.data.scalar.value, none[i]) == 0)
            return true;
    return false;
}

static void read_list(struct reader *r, const struct config_key *key, struct config_value *out)
{
    while (read_next(r) != YAML_SEQUENCE_END_EVENT && r->event.type != YAML_NO_EVENT) {
        yaml_mark_t at = r->event.start_mark;
        if (!read_plain(r)) {
            read_skip(r);
        } else if (r->event.type != YAML_SCALAR_EVENT) {
            read_complain(r, &at, "%s: an item of the list is a list or section itself", key->name);
            read_skip(r);
        } else {
            auto_buf struct buf why = { 0 };
            const char *text = read_scalar(r);
            if (text && config_value_item(key, text, out, &why) < 0)
                read_complain(r, &at, "%s: %s", key->name, why.p);
        }
    }
}

/* The value at hand, for a key whose name stood at `at`. */
static void read_value(struct reader *r, int index, const yaml_mark_t *at)
{
    const struct config_key *key = &r->keys[index];
    struct staged *s = &r->staged[index];
    auto_buf struct buf why = { 0 };
    bool list = key->type == CONFIG_LIST;
    yaml_mark_t here = r->event.start_mark;
    if (s->line) {
        read_complain(r, at, "%s stands here again; it is in line %zu already", key->name, s->line);
    } else if (read_plain(r)) {
        s->line = at->line + 1;
        if (read_null(r)) {
            read_complain(r, at, "%s has no value; give one, or remove the line", key->name);
        } else if (list && r->event.type == YAML_SEQUENCE_START_EVENT) {
            read_list(r, key, &s->value);
            return;
        } else if (list || r->event.type != YAML_SCALAR_EVENT) {
            read_complain(r, &here,
                          list ? "%s is a list: [a, b]" : "%s is one value, no list and no section",
                          key->name);
        } else {
            const char *text = read_scalar(r);
            if (text && config_value_scalar(key, text, &s->value, &why) < 0)
                read_complain(r, &here, "%s: %s", key->name, why.p);
        }
    }
    read_skip(r);
}

static void read_section(struct reader *r, const char *section);

static void read_subsection(struct reader *r, const char *name, const yaml_mark_t *at)
{
    size_t i = 0;
    while (i < r->n_sections && strcmp(r->sections[i].name, name) != 0)
        i++;
    if (i < r->n_sections) {
        read_complain(r, at, "the section %s stands here again; it begins in line %zu already",
                      name, r->sections[i].line);
    } else {
        snprintf(r->sections[i].name, NAME_SIZE, "%s", name);
        r->sections[r->n_sections++].line = at->line + 1;
    }
    if (read_plain(r) && r->event.type == YAML_MAPPING_START_EVENT) {
        read_section(r, name);
        return;
    }
    if (r->event.type != YAML_MAPPING_START_EVENT && r->event.type != YAML_ALIAS_EVENT &&
        !read_null(r))
        read_complain(r, &r->event.start_mark,
                      "%s is a section; its keys go below it, indented by two blanks", name);
    read_skip(r);
}

/* One name and what follows it; the name is at hand. */
static void read_entry(struct reader *r, const char *section)
{
    yaml_mark_t at = r->event.start_mark;
    const char *text = NULL;
    if (r->event.type != YAML_SCALAR_EVENT)
        read_complain(r, &at, "the name of a key is expected here");
    else if (read_plain(r))
        text = read_scalar(r);
    auto_free char *name = mem_dup(text);
    read_skip(r);
    read_next(r);
    char full[NAME_SIZE];
    int n = snprintf(full, sizeof full, "%s%s%s", section, *section ? "." : "", name ? name : "");
    int key = n < NAME_SIZE ? config_find(full) : -1;
    if (r->event.type == YAML_NO_EVENT)
        return;
    if (key >= 0) {
        read_value(r, key, &at);
    } else if (name && n < NAME_SIZE && config_section_help(full)) {
        read_subsection(r, full, &at);
    } else {
        auto_buf struct buf why = { 0 };
        config_put_unknown(section, name ? name : "", &why);
        if (name)
            read_complain(r, &at, "%s", why.p);
        read_skip(r);
    }
}

static void read_section(struct reader *r, const char *section)
{
    while (read_next(r) != YAML_MAPPING_END_EVENT && r->event.type != YAML_NO_EVENT)
        read_entry(r, section);
}

static void read_document(struct reader *r)
{
    if (read_next(r) == YAML_MAPPING_START_EVENT && read_plain(r)) {
        read_section(r, "");
    } else if (r->event.type != YAML_NO_EVENT) {
        if (r->event.type != YAML_MAPPING_START_EVENT && !read_null(r))
            read_complain(r, &r->event.start_mark, "sections are expected here, like `general:`");
        read_skip(r);
    }
    read_next(r); /* the end of the document */
}

static void read_stream(struct reader *r)
{
    read_next(r); /* the start of the stream */
    if (read_next(r) != YAML_DOCUMENT_START_EVENT)
        return; /* nothing but comments */
    read_document(r);
    if (!r->broken && read_next(r) == YAML_DOCUMENT_START_EVENT)
        read_complain(r, &r->event.start_mark, "a second document begins; a configuration is one");
}

static void read_take(struct reader *r, struct config *c)
{
    auto_buf struct buf where = { 0 };
    for (size_t i = 0; i < r->n_keys; i++) {
        struct staged *s = &r->staged[i];
        buf_clear(&where);
        buf_printf(&where, "%s:%zu", r->path, s->line);
        if (s->line && r->n_complaints == 0)
            config_take(c, (int)i, &s->value, where.p);
        config_value_done(&s->value);
    }
}

static int read_too_long(const char *path, struct buf *complaints)
{
    buf_printf(complaints, "%s: longer than 1 MiB; that is no configuration\n", path);
    return -EINVAL;
}

int config_parse(struct config *c, const char *path, const char *text, size_t n, struct buf *complaints)
{
    if (n > FILE_MAX)
        return read_too_long(path, complaints);
    struct reader r = { .path = path, .text = text, .size = n, .complaints = complaints };
    if (!yaml_parser_initialize(&r.parser))
        return -ENOMEM;
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, n);
    r.keys = config_keys(&r.n_keys);
    r.staged = mem_new(r.n_keys * sizeof *r.staged);
    r.sections = mem_new(r.n_keys * sizeof *r.sections);
    read_stream(&r);
    read_take(&r, c);
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    mem_free(r.staged);
    mem_free(r.sections);
    return r.n_complaints ? -EINVAL : 0;
}

int config_read(struct config *c, const char *path, struct buf *complaints)
{
    auto_free char *text = NULL;
    size_t n = 0;
    int rc = os_read_file(path, FILE_MAX, &text, &n);
    if (rc == -EFBIG)
        return read_too_long(path, complaints);
    return rc < 0 ? rc : config_parse(c, path, text, n, complaints);
}
