/* recall.c - what trials of a command found, out of the archive. */
#include "app/policy/recall.h"

#include "app/datadir.h"
#include "base/auto.h"

bool recall_learned(const struct args *a, const struct machine *m, enum goal goal, const char *const *words,
                    struct learned *out)
{
    auto_buf struct buf dir = { 0 };
    struct learned_key key;
    struct index *x;
    if (learned_key(m, goal, words, &key) < 0 || datadir_find(a, &dir) < 0 || index_open_read(buf_text(&dir), &x) < 0)
        return false;
    int rc = learned_find(x, &key, args_text(a, "metric"), out);
    index_close(x);
    return rc == 0;
}
