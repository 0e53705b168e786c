/* fuzz_csvlog.c - a file that a CSV log finds at its start, perhaps half written or not its own. */
#include "base/mem.h"
#include "store/csv_table.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* No cap. */
int space_resize(struct space *s, int64_t before, int64_t after)
{
    (void)s, (void)before, (void)after;
    return 0;
}

int space_remove(struct space *s, const char *path)
{
    (void)s, (void)path;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *line = mem_new(n + 1), **names = NULL;
    memcpy(line, data, n);
    int count = csv_table_names(line, n, &names);
    for (int i = 0; i < count; i++)
        assert(names[i] >= line && names[i] + strlen(names[i]) <= line + n);
    mem_free(names);
    mem_free(line);
    return 0;
}
