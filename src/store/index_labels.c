/* index_labels.c - what people say about sessions; retention keeps them because of it. */
#include "store/index_own.h"

#include "os/os.h"

#include <errno.h>

#define LABELS "SELECT id, name, note, at_ms FROM labels JOIN sessions ON n = session "

struct labels_change {
    const char *id, *name, *note;
};

static int labels_set(struct index *x, void *self)
{
    const struct labels_change *c = self;
    int64_t key;
    int rc = index_key(x, c->id, &key);
    return rc < 0 ? rc : index_run(x, "INSERT INTO labels VALUES (?1, ?2, ?3, ?4) ON CONFLICT (session, name) "
                                   "DO UPDATE SET note = excluded.note, at_ms = excluded.at_ms",
                                   VALUES(I(key), T(c->name), T(c->note), I(os_wall_ms())));
}

int index_label(struct index *x, const char *id, const char *name, const char *note)
{
    if (!*name || !index_is_text(name, INDEX_LABEL_MAX) || !index_is_text(note, INDEX_NOTE_MAX))
        return -EINVAL;
    int rc = index_write(x, labels_set, &(struct labels_change){ id, name, note });
    return rc < 0 ? rc : 0;
}

static int labels_remove(struct index *x, void *self)
{
    const struct labels_change *c = self;
    int64_t key;
    int rc = index_key(x, c->id, &key);
    return rc < 0 ? rc : index_run(x, "DELETE FROM labels WHERE session = ?1 AND name = ?2",
                                   VALUES(I(key), T(c->name)));
}

int index_unlabel(struct index *x, const char *id, const char *name)
{
    int rc = index_write(x, labels_remove, &(struct labels_change){ id, name, NULL });
    return rc < 0 ? rc : rc ? 0 : -ENODATA;
}

int index_labels(struct index *x, const char *id, void (*each)(void *self, const struct index_label *l), void *self)
{
    sqlite3_stmt *s;
    int n = 0, rc = id ? index_bind(x, LABELS "WHERE id = ?1 ORDER BY name", VALUES(T(id)), &s) :
                         index_bind(x, LABELS "ORDER BY start_ms, n, name", NO_VALUES, &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        each(self, &(struct index_label){ index_text(s, 0), index_text(s, 1), index_text(s, 2),
                                          sqlite3_column_int64(s, 3) });
        rc = 0;
        n++;
    }
    return rc < 0 ? rc : n;
}
