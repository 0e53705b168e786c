/* recall.c - what trials of a command found, out of the archive. */
#include "app/policy/recall.h"

#include "app/datadir.h"
#include "base/auto.h"

bool recall_learned(const struct args *a, const struct machine *m, enum goal goal, const struct signature *work,
                    struct learned *out)
{
    auto_buf struct buf dir = { 0 };
    struct learned_key key;
    struct index *x;
    if (datadir_find(a, &dir) < 0 || index_open_read(buf_text(&dir), &x) < 0)
        return false;
    learned_key(m, goal, work, &key);
    int rc = learned_find(x, &key, args_text(a, "metric"), out);
    index_close(x);
    return rc == 0;
}
