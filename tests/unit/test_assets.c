/* test_assets.c - the page inside the program: every file of it is there, compressed, and no other. */
#include "serve/assets.h"
#include "test.h"

#include <stdbool.h>
#include <string.h>

/* A build without the page has none of it. */
static bool with_page(void)
{
    return asset_find("/") != NULL;
}

static void test_every_file(void **state)
{
    (void)state;
    if (!with_page())
        skip();
    static const struct {
        const char *path, *type;
    } files[] = {
        { "/", "text/html; charset=utf-8" }, { "/app.js", "text/javascript; charset=utf-8" },
        { "/uplot.js", "text/javascript; charset=utf-8" }, { "/style.css", "text/css; charset=utf-8" },
        { "/sw.js", "text/javascript; charset=utf-8" }, { "/icon.svg", "image/svg+xml" },
        { "/manifest.webmanifest", "application/manifest+json" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const struct asset *a = asset_find(files[i].path);
        assert_non_null(a);
        assert_string_equal(a->type, files[i].type);
        assert_true(a->n > 100 && a->gz[0] == 0x1f && a->gz[1] == 0x8b);
        size_t quoted = strlen(a->etag);
        assert_true(quoted > 3 && a->etag[0] == '"' && a->etag[quoted - 1] == '"');
    }
}

/* The page is to weigh no more than 150 KB on its way. */
static void test_weight(void **state)
{
    (void)state;
    if (!with_page())
        skip();
    size_t n = asset_find("/")->n + asset_find("/app.js")->n +
        asset_find("/uplot.js")->n +
        asset_find("/style.css")->n + asset_find("/icon.svg")->n + asset_find("/manifest.webmanifest")->n;
    assert_true(n < 150000);
}

static void test_nothing_else(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "", "/index.html", "app.js", "/app.js/", "/APP.JS", "/../app.js", "/app.js?x",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_null(asset_find(paths[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file),
        cmocka_unit_test(test_weight),
        cmocka_unit_test(test_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
