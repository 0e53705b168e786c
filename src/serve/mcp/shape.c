/* shape.c - a walk down a line, twice over each object: its members, and their names again as those that are needed. */
#include "serve/mcp/shape.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define SHAPE_NAME 32

static const char *shape_value(struct json *j, const char *key, const char *p);

/* Behind what closes what begins at p. */
static const char *shape_skip(const char *p)
{
    int depth = 0;
    do {
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
    } while (*p++ && depth);
    return p;
}

static const char *shape_name(const char *p, char name[static SHAPE_NAME])
{
    size_t n = strcspn(p, ":");
    assert(n && n < SHAPE_NAME && p[n] == ':');
    memcpy(name, p, n);
    name[n] = '\0';
    return p + n + 1;
}

/* To the end of the line, or of the braces. */
static const char *shape_members(struct json *j, const char *key, const char *from)
{
    char name[SHAPE_NAME];
    const char *p = from;
    json_object(j, key);
    json_string(j, "type", "object");
    json_object(j, "properties");
    while (*p && *p != '}') {
        p = shape_name(p, name);
        p = shape_value(j, name, p);
        p += strspn(p, " ");
    }
    json_end(j);
    json_array(j, "required");
    for (const char *q = from; q < p; q += strspn(q, " ")) {
        q = shape_name(q, name);
        json_string(j, NULL, name);
        q = shape_skip(q);
    }
    json_end(j);
    json_bool(j, "additionalProperties", false);
    json_end(j);
    return p;
}

static void shape_plain(struct json *j, char c)
{
    const char *type = strchr("sStT", c) ? "string" : strchr("iI", c) ? "integer" :
                       strchr("bB", c) ? "boolean" : "number";
    if (c != 'n' && islower((unsigned char)c)) {
        json_string(j, "type", type);
    } else {
        json_array(j, "type");
        json_string(j, NULL, type);
        json_string(j, NULL, "null");
        json_end(j);
    }
    if (c == 't' || c == 'T')
        json_string(j, "format", "date-time");
}

/* One of them; returns what stands behind it. */
static const char *shape_value(struct json *j, const char *key, const char *p)
{
    if (*p == '{') {
        p = shape_members(j, key, p + 1);
        assert(*p == '}');
        return p + 1;
    }
    json_object(j, key);
    if (*p == '[') {
        json_string(j, "type", "array");
        p = shape_value(j, "items", p + 1);
        assert(*p == ']');
    } else {
        assert(*p && strchr("sSnNiIbBtT", *p));
        shape_plain(j, *p);
    }
    json_end(j);
    return p + 1;
}

void shape_put(struct json *j, const char *key, const char *shape)
{
    const char *end = shape_members(j, key, shape);
    assert(!*end);
    (void)end;
}
