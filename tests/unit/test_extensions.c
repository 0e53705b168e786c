/* Adapters of other people: what they may call their metrics, which files are found, which are run. */
#include "test.h"

#include "adapters/extension.h"
#include "app/extensions.h"
#include "base/auto.h"
#include "os/os.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64], why[224];
static const struct adapter own = { .name = "own" };
static const struct adapter *const owns[] = { &own, NULL };

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/sonde-extensions-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    setenv("XDG_CONFIG_HOME", root, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return os_remove_dir(root);
}

static const char *at(const char *path)
{
    static char full[256];
    snprintf(full, sizeof full, "%s/%s", root, path);
    return full;
}

static void put(const char *path, mode_t mode)
{
    assert_int_equal(os_tree_write(root, path, "x", 1), 0);
    assert_int_equal(chmod(at(path), mode), 0);
}

static void names(void **state)
{
    (void)state;
    struct schema *s = schema_new();
    struct extension x = { .name = "me" };
    char text[EXTENSION_WHY];
    schema_source(s, "ext.me");
    struct extension_metric m = { .name = "queue.length", .inst = "a b", .help = "how many", .unit = "1", .max = 9 };
    int slot = extension_add(&x, s, &m, text);
    assert_string_equal(schema_id(s, slot), "ext.me.queue.length{a b}");
    assert_near(schema_at(s, slot)->max, 9, 0);
    assert_int_equal(extension_add(&x, s, &m, text), slot);
    m.counter = true;
    assert_int_equal(extension_add(&x, s, &m, text), -EINVAL);
    assert_non_null(strstr(text, "declared before"));
    m.name = "done";
    slot = extension_add(&x, s, &m, text);
    assert_int_equal(schema_find(s, "ext.me.done.rate", "a b"), slot + 1);

    char longest[EXTENSION_PART + 1], inst[EXTENSION_PART];
    memset(longest, 'a', EXTENSION_PART);
    longest[EXTENSION_PART] = '\0';
    memset(inst, 'i', EXTENSION_PART - 1);
    inst[EXTENSION_PART - 1] = '\0';
    m = (struct extension_metric){ .name = longest + 1, .inst = inst, .help = "h", .unit = "1", .counter = true };
    snprintf(x.name, sizeof x.name, "%s", "abcdefghijklmnopqrstuvw");
    slot = extension_add(&x, s, &m, text);
    assert_int_equal(schema_size(s), slot + 2); /* name and rate fit, neither is cut */
    assert_int_equal(strlen(schema_id(s, slot + 1)), 4 + 23 + 1 + 64 + 5 + 2 + 64);

#define METRIC(n, i, h, u, ...) (struct extension_metric){ .name = n, .inst = i, .help = h, .unit = u, __VA_ARGS__ }
    const struct { struct extension_metric m; const char *says; } wrong[] = {
        { METRIC(longest, NULL, "h", "1"), "a name is" }, { METRIC(NULL, NULL, "h", "1"), "a name is" },
        { METRIC("", NULL, "h", "1"), "a name is" }, { METRIC("A", NULL, "h", "1"), "a name is" },
        { METRIC("a..b", NULL, "h", "1"), "a name is" }, { METRIC(".a", NULL, "h", "1"), "a name is" },
        { METRIC("a.", NULL, "h", "1"), "a name is" }, { METRIC("a{b}", NULL, "h", "1"), "a name is" },
        { METRIC("../cpu", NULL, "h", "1"), "a name is" }, { METRIC("a.rate", NULL, "h", "1"), "'rate'" },
        { METRIC("rate", NULL, "h", "1"), "'rate'" }, { METRIC("a", "x,y", "h", "1"), "instance" },
        { METRIC("a", "\xff", "h", "1"), "instance" }, { METRIC("a", "*", "h", "1"), "instance" },
        { METRIC("a", NULL, "h", "ms"), "'ms' is no unit" }, { METRIC("a", NULL, "h", NULL), "'' is no unit" },
        { METRIC("a", NULL, "", "1"), "no help" }, { METRIC("a", NULL, NULL, "1"), "no help" },
        { METRIC("a", NULL, "h\n", "1"), "no help" }, { METRIC("a", NULL, "h", "1", .min = 2, .max = 1), "min is above" },
        { METRIC("a", NULL, "h", "1", .min = NAN), "min is above" },
        { METRIC("a", NULL, "h", "1", .max = INFINITY), "min is above" },
        { METRIC("a", NULL, "h", "1", .wrap = 5), "wrap" },
        { METRIC("a", NULL, "h", "1", .counter = true, .wrap = -5), "wrap" },
    };
    int before = schema_size(s);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(extension_add(&x, s, &wrong[i].m, text), -EINVAL);
        if (!strstr(text, wrong[i].says))
            fail_msg("case %zu says: %s", i, text);
    }
    assert_int_equal(schema_size(s), before);
    schema_free(s);
}

static void trust(void **state)
{
    (void)state;
    put("t/dir/file", 0755);
    assert_true(os_is_trusted(at("t/dir/file"), why, sizeof why)); /* though /tmp, above, is everybody's */
    static const struct { mode_t mode; bool want; } modes[] = {
        { 0700, true }, { 0755, true }, { 0775, false }, { 0757, false }, { 01777, false },
    };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        chmod(at("t/dir/file"), modes[i].mode);
        assert_int_equal(os_is_trusted(at("t/dir/file"), why, sizeof why), modes[i].want);
        chmod(at("t/dir/file"), 0755);
        chmod(at("t/dir"), modes[i].mode);
        assert_int_equal(os_is_trusted(at("t/dir"), why, sizeof why), modes[i].want);
        if (!modes[i].want)
            assert_non_null(strstr(why, "chmod go-w"));
        chmod(at("t/dir"), 0755);
        chmod(at("t"), modes[i].mode); /* far above it counts as well, but for the sticky bit */
        assert_int_equal(os_is_trusted(at("t/dir/file"), why, sizeof why), modes[i].want || modes[i].mode & 01000);
        chmod(at("t"), 0755);
    }
    assert_false(os_is_trusted(at("t/none"), why, sizeof why));
    assert_int_equal(os_tree_link(root, "t/link", "dir/file"), 0);
    assert_true(os_is_trusted(at("t/link"), why, sizeof why));
    chmod(at("t/dir"), 0777); /* where the link leads */
    assert_false(os_is_trusted(at("t/link"), why, sizeof why));
    chmod(at("t/dir"), 0755);
    if (geteuid() == 0) { /* only root may give files away */
        assert_int_equal(chown(at("t/dir/file"), 12345, 0), 0);
        assert_false(os_is_trusted(at("t/dir/file"), why, sizeof why));
        assert_non_null(strstr(why, "belongs to neither"));
        assert_int_equal(chown(at("t/dir/file"), 0, 0), 0);
        assert_int_equal(chown(at("t"), 12345, 0), 0);
        assert_false(os_is_trusted(at("t/dir/file"), why, sizeof why));
        assert_int_equal(chown(at("t"), 0, 0), 0);
    }
}

static const struct extension *find(const struct extensions *x, const char *adapter)
{
    for (const struct adapter *const *a = x->list; *a; a++)
        if (strcmp((*a)->name, adapter) == 0)
            return (*a)->of;
    fail_msg("no %s", adapter);
    return NULL;
}

static void found(void **state)
{
    (void)state;
    struct config *c = config_new();
    auto_buf struct buf yaml = { 0 }, complaints = { 0 };
    put("sonde/adapters.d/My-Thing.v2.sh", 0755); /* a point inside is none of a name */
    put("sonde/adapters.d/My-Thing.sh", 0755);
    put("sonde/adapters.d/object.so", 0644);
    put("sonde/adapters.d/notes", 0644);
    put("sonde/adapters.d/open.py", 0777);
    put("sonde/adapters.d/.hidden", 0755);
    put("sonde/adapters.d/edited~", 0755);
    put("sonde/adapters.d/folder/inner", 0755);
    put("more/my_thing", 0755);
    put("more/other", 0755);
    buf_printf(&yaml, "adapters: {directory: %s}\n", at("more"));
    assert_int_equal(config_parse(c, "made", yaml.p, yaml.n, &complaints), 0);

    struct extensions *x = extensions_find(owns, c);
    assert_ptr_equal(x->list[0], &own);
    assert_int_equal(x->n, 7);
    assert_null(x->list[8]);
    assert_string_equal(find(x, "ext.my_thing")->refused, "");
    assert_string_equal(find(x, "ext.other")->refused, "");
    assert_string_equal(find(x, "ext.object")->refused, ""); /* it is loaded, not executed */
    assert_non_null(strstr(find(x, "ext.notes")->refused, "chmod +x"));
    assert_non_null(strstr(find(x, "ext.open")->refused, "chmod go-w"));
    assert_non_null(strstr(find(x, "ext.My-Thing.v2.sh")->refused, "a name is"));
    const struct extension *twice = ((const struct adapter *)x->list[6 + 1])->of;
    assert_non_null(strstr(twice->path, "more/other"));
    twice = x->list[6]->of;
    assert_non_null(strstr(twice->refused, "my_thing: the name is taken by"));
    extensions_free(x);

    assert_int_equal(chmod(at("more"), 0777), 0);
    x = extensions_find(owns, c);
    assert_non_null(strstr(find(x, "ext.other")->refused, "chmod go-w"));
    extensions_free(x);

    x = extensions_find(owns, NULL); /* a recorded machine */
    assert_int_equal(x->n, 0);
    assert_ptr_equal(x->list[0], &own);
    assert_null(x->list[1]);
    extensions_free(x);
    config_free(c);
}

static void too_many(void **state)
{
    (void)state;
    struct config *c = config_new();
    for (int i = 0; i < EXTENSION_MAX + 3; i++) {
        char path[64];
        snprintf(path, sizeof path, "sonde/adapters.d/p%d", i);
        put(path, 0755);
    }
    struct extensions *x = extensions_find(owns, c);
    assert_int_equal(x->n, EXTENSION_MAX);
    extensions_free(x);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names), cmocka_unit_test_setup_teardown(trust, setup, teardown),
        cmocka_unit_test_setup_teardown(found, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
