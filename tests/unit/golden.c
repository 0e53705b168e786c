/* golden.c - expected files. */
#include "test.h"

#include "golden.h"

#include "base/auto.h"
#include "os/os.h"

static void golden_write(const char *path, const char *text, size_t n)
{
    auto_fclose FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
}

/* By diff(1), from standard input: it says more about a difference than we could. */
static void golden_diff(const char *path, const char *text, size_t n)
{
    char command[OS_PATH_MAX + 64];
    snprintf(command, sizeof command, "diff -u '%s' - >&2", path);
    FILE *p = popen(command, "w");
    if (p) {
        fwrite(text, 1, n, p);
        pclose(p);
    }
}

void golden_check(const char *name, const char *text, size_t n)
{
    char path[OS_PATH_MAX];
    snprintf(path, sizeof path, "%s/tests/golden/%s", getenv("SONDE_SOURCE"), name);
    const char *mode = getenv("SONDE_GOLDEN");
    if (mode && strcmp(mode, "write") == 0)
        golden_write(path, text, n);
    auto_free char *want = NULL;
    size_t want_n = 0;
    if (os_read_file(path, 1 << 24, &want, &want_n) == 0 && want_n == n &&
        memcmp(want, text, n) == 0)
        return;
    golden_diff(path, text, n);
    fail_msg("%s differs from what was made: see the difference on stderr", path);
}
