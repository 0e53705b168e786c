/* test_shape.c - a line as JSON Schema. */
#include "test.h"

#include "base/auto.h"
#include "serve/mcp/shape.h"

static void test_shapes(void **state)
{
    (void)state;
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    json_object(&j, NULL);
    shape_put(&j, "of", "a:s b:[{c:N d:T}]");
    json_end(&j);
    assert_string_equal(out.p,
        "{\"of\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"array\",\"items\":"
        "{\"type\":\"object\",\"properties\":{\"c\":{\"type\":[\"number\",\"null\"]},\"d\":{\"type\":[\"string\",\"null\"],"
        "\"format\":\"date-time\"}},\"required\":[\"c\",\"d\"],\"additionalProperties\":false}}},\"required\":[\"a\",\"b\"],"
        "\"additionalProperties\":false}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
