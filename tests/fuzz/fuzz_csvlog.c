/* fuzz_csvlog.c - a file that a CSV log finds at its start, perhaps half written or not its own. */
#include "base/mem.h"
#include "store/csv_table.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

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
