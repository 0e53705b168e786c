/*
 * test_openapi.c - web/openapi.json against the server: every route is described and every description has its route,
 * and every answer is as its schema says. What of JSON Schema the file uses is understood here, nothing else.
 */
#include "test.h"

#include "api_sample.h"
#include "os/disk.h"
#include "os/os.h"
#include "policy/undo/journal.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *doc_load(void)
{
    char path[512];
    json_error_t e;
    snprintf(path, sizeof path, "%s/web/openapi.json", getenv("SONDE_SOURCE"));
    json_t *doc = json_load_file(path, JSON_REJECT_DUPLICATES, &e);
    if (!doc)
        fail_msg("%s:%d: %s", path, e.line, e.text);
    return doc;
}

/* "/a/{id}/b" as the routes have it: "/a/{}/b"; {*} of theirs is {}. */
static void doc_pattern(const char *path, char *out)
{
    bool in = false;
    for (; *path; path++) {
        in &= *path != '}';
        if (!in)
            *out++ = *path;
        in |= *path == '{';
    }
    *out = '\0';
}

static const char *method_name(enum http_method m)
{
    return m == HTTP_GET ? "get" : m == HTTP_POST ? "post" : m == HTTP_DELETE ? "delete" : "?";
}

/* The description of a route, or NULL. */
static json_t *doc_find(json_t *doc, const struct route *r)
{
    const char *path;
    char pattern[256], route[256];
    json_t *methods;
    json_object_foreach(json_object_get(doc, "paths"), path, methods) {
        doc_pattern(path, pattern);
        doc_pattern(r->path, route);
        if (strcmp(pattern, route) == 0)
            return json_object_get(methods, method_name(r->method));
    }
    return NULL;
}

static void test_every_route_is_described(void **state)
{
    (void)state;
    json_t *doc = doc_load(), *methods;
    const char *path;
    size_t routes = 0, described = 0;
    for (const struct route *r = api_routes; r->path; r++, routes++)
        if (!doc_find(doc, r))
            fail_msg("%s %s is not in openapi.json", method_name(r->method), r->path);
    json_object_foreach(json_object_get(doc, "paths"), path, methods)
        described += json_object_size(methods);
    assert_non_null(json_object_get(json_object_get(doc, "paths"), "/api/v1/live")); /* a route of sonde serve itself */
    assert_int_equal(routes + 1, described);
    json_decref(doc);
}

/* ---- answers ---- */

static json_t *schema_follow(json_t *doc, json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    if (!ref)
        return schema;
    const char *name = strrchr(ref, '/') + 1;
    json_t *found = json_object_get(json_object_get(json_object_get(doc, "components"), "schemas"), name);
    assert_non_null(found);
    return found;
}

static bool type_is(const json_t *v, const char *type)
{
    return strcmp(type, "null") == 0 ? json_is_null(v) : strcmp(type, "string") == 0 ? json_is_string(v) :
           strcmp(type, "integer") == 0 ? json_is_integer(v) : strcmp(type, "number") == 0 ? json_is_number(v) :
           strcmp(type, "boolean") == 0 ? json_is_boolean(v) : strcmp(type, "array") == 0 ? json_is_array(v) :
           strcmp(type, "object") == 0 && json_is_object(v);
}

static bool type_fits(const json_t *v, json_t *type)
{
    size_t i;
    json_t *one;
    if (json_is_string(type))
        return type_is(v, json_string_value(type));
    json_array_foreach(type, i, one)
        if (type_is(v, json_string_value(one)))
            return true;
    return false;
}

static void check(json_t *doc, json_t *schema, json_t *v, const char *where);

static void check_object(json_t *doc, json_t *schema, json_t *v, const char *where)
{
    json_t *properties = json_object_get(schema, "properties"), *one, *name;
    const char *key;
    size_t i;
    char at[300];
    json_array_foreach(json_object_get(schema, "required"), i, name)
        if (!json_object_get(v, json_string_value(name)))
            fail_msg("%s lacks %s", where, json_string_value(name));
    json_object_foreach(v, key, one) {
        json_t *of = json_object_get(properties, key);
        snprintf(at, sizeof at, "%s.%s", where, key);
        if (!of && json_is_false(json_object_get(schema, "additionalProperties")))
            fail_msg("%s is not described", at);
        if (of)
            check(doc, of, one, at);
    }
}

static void check(json_t *doc, json_t *schema, json_t *v, const char *where)
{
    size_t i;
    json_t *one, *items;
    bool listed = false;
    schema = schema_follow(doc, schema);
    if (!type_fits(v, json_object_get(schema, "type")))
        fail_msg("%s is of another type", where);
    json_array_foreach(json_object_get(schema, "enum"), i, one)
        listed |= json_equal(one, v);
    if (json_object_get(schema, "enum") && !listed)
        fail_msg("%s has a value that is not listed", where);
    if (json_is_object(v))
        check_object(doc, schema, v, where);
    items = json_object_get(schema, "items");
    if (json_is_array(v) && items)
        json_array_foreach(v, i, one)
            check(doc, items, one, where);
}

static json_t *doc_answer(json_t *described, const char *status)
{
    json_t *content = json_object_get(json_object_get(json_object_get(described, "responses"), status), "content");
    return json_object_get(json_object_get(content, "application/json"), "schema");
}

/* Something that is set: of our own task, which takes no right. */
struct deed {
    struct journal *j;
    struct transaction *t;
    char id[JOURNAL_ID_MAX];
};

static void set_something(const char *dir, struct deed *d)
{
    struct step s = { .knob = knob_find("timer.slack"), .place = { .root = "", .pid = os_pid() }, .value = "61000" };
    struct transaction_about about = { .command = "run", .what = "work", .goal = GOAL_LATENCY };
    assert_int_equal(journal_open(dir, "", &d->j), 0);
    assert_int_equal(transaction_begin(d->j, &about, &d->t), 0);
    assert_int_equal(transaction_apply(d->t, &s), 0);
    snprintf(d->id, sizeof d->id, "%s", transaction_id(d->t));
    assert_int_equal(transaction_tell(d->t, "5 ms before, 1 ms after"), 0);
}

/* Its owner ends it, too, after somebody else set it back. */
static void end_something(struct deed *d)
{
    assert_int_equal(transaction_end(d->t, NULL), 0);
    journal_close(d->j);
}

static void test_every_answer_is_as_described(void **state)
{
    struct deed deed;
    (void)state;
    struct api_sample f;
    json_t *doc = doc_load(), *answer;
    int checked = 0;
    api_sample_init(&f);
    api_sample_index(&f);
    const char *label = "{\"name\":\"coding\",\"note\":\"\"}", *post = "/api/v1/sessions/{}/labels";
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", label, API_SAMPLE_SESSION, "", NULL), 204);
    set_something(f.m.dir, &deed);
    for (const struct route *r = api_routes; r->path; r++) {
        json_t *schema = doc_answer(doc_find(doc, r), "200");
        if (!schema)
            continue;
        const char *body = r->method == HTTP_POST ? "{\"question\":\"how is the disk?\"}" : "";
        int status = api_sample_ask(&f, r->method, r->path, "from=2026-11-22T00:10&to=2026-11-22T00:20", body,
                                    r->method == HTTP_DELETE ? deed.id : "", "", &answer);
        if (status != 200)
            fail_msg("%s gave %d", r->path, status);
        check(doc, schema, answer, r->path);
        json_decref(answer);
        checked++;
    }
    assert_true(checked >= 15);
    json_decref(doc);
    end_something(&deed);
    api_sample_done(&f);
}

/* What is wrong is told as described, too. */
static void test_errors_are_as_described(void **state)
{
    (void)state;
    struct api_sample f;
    json_t *doc = doc_load(), *answer;
    json_t *schema = json_object_get(json_object_get(json_object_get(doc, "components"), "schemas"), "Error");
    api_sample_init(&f);
    assert_int_equal(api_sample_ask(&f, HTTP_GET, "/api/v1/frames", "points=0", "", "", "", &answer), 400);
    check(doc, schema, answer, "error");
    json_decref(answer);
    json_decref(doc);
    api_sample_done(&f);
}

/* As another process does while it undoes something; until it is closed. */
static int hold_journal(const char *dir)
{
    char path[512];
    snprintf(path, sizeof path, "%s/policy/journal", dir);
    int fd = os_disk_open(path, OS_DISK_WRITE);
    assert_int_equal(os_disk_hold(fd, 0), 0);
    return fd;
}

/* What is set is shown as such, and once: it is set back, and stands among what was set before. */
static void test_what_is_set_is_set_back_once(void **state)
{
    (void)state;
    struct api_sample f;
    struct deed deed;
    json_t *answer;
    api_sample_init(&f);
    set_something(f.m.dir, &deed);
    assert_int_equal(api_sample_ask(&f, HTTP_GET, "/api/v1/policy", "", "", "", "", &answer), 200);
    json_t *open = json_array_get(json_object_get(answer, "open"), 0);
    assert_string_equal(json_string_value(json_object_get(open, "id")), deed.id);
    assert_string_equal(json_string_value(json_object_get(open, "intent")), "latency");
    assert_string_equal(json_string_value(json_object_get(open, "effect")), "5 ms before, 1 ms after");
    json_decref(answer);
    int held = hold_journal(f.m.dir);
    assert_int_equal(api_sample_ask(&f, HTTP_DELETE, "/api/v1/policy/{}", "", "", deed.id, "", NULL), 503);
    os_close(held);
    assert_int_equal(api_sample_ask(&f, HTTP_DELETE, "/api/v1/policy/{}", "", "", deed.id, "", &answer), 200);
    assert_int_equal(json_integer_value(json_object_get(answer, "restored")), 1);
    json_decref(answer);
    assert_int_equal(api_sample_ask(&f, HTTP_DELETE, "/api/v1/policy/{}", "", "", deed.id, "", &answer), 404);
    json_decref(answer);
    assert_int_equal(api_sample_ask(&f, HTTP_GET, "/api/v1/policy", "", "", "", "", &answer), 200);
    assert_int_equal(json_array_size(json_object_get(answer, "open")), 0);
    assert_int_equal(json_array_size(json_object_get(answer, "past")), 1);
    json_decref(answer);
    end_something(&deed);
    api_sample_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_route_is_described),
        cmocka_unit_test(test_every_answer_is_as_described),
        cmocka_unit_test(test_errors_are_as_described),
        cmocka_unit_test(test_what_is_set_is_set_back_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
