/* fuzz_config.c - configuration files. */
#include "core/config.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Whatever a file says, values stay within what the table allows. */
static void check_values(const struct config *c)
{
    size_t n, items;
    const struct config_key *keys = config_keys(&n);
    for (size_t i = 0; i < n; i++)
        if (keys[i].type == CONFIG_NUMBER) {
            double v = config_number(c, keys[i].name);
            assert(v >= keys[i].min && v <= keys[i].max && (!keys[i].whole || v == floor(v)));
        } else if (keys[i].type == CONFIG_BOOL && keys[i].fixed) {
            assert(config_bool(c, keys[i].name) == (strcmp(keys[i].fixed, "true") == 0));
        } else if (keys[i].type == CONFIG_LIST) {
            const char *const *list = config_list(c, keys[i].name, &items);
            for (size_t k = 0; k < items; k++)
                assert(list[k]);
        } else if (keys[i].type == CONFIG_CHOICE) {
            assert(strstr(keys[i].choices, config_string(c, keys[i].name)));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf complaints = { 0 };
    struct config *c = config_new();
    int rc = config_parse(c, "f", (const char *)data, n, &complaints);
    assert(rc == 0 || rc == -EINVAL);
    assert((rc == 0) == (complaints.n == 0)); /* an error has its reason, and only an error has */
    check_values(c);
    config_free(c);
    buf_done(&complaints);
    return 0;
}
