/* analyze_file.c - the report over a file: numbers of anybody, or a tape of ours. */
#include "app/analyze_file.h"

#include "analyze/import/import.h"
#include "app/analyze_changed.h"
#include "app/observer.h"
#include "app/reporting.h"
#include "base/log.h"
#include "store/tape_feed.h"

#include <string.h>

struct reading {
    const struct args *a;
    const char *path;
};

static int analyze_tape(const struct args *a, const char *path, struct recording **out)
{
    struct feed *feed;
    int rc = observer_say_tape(path, tape_feed_open(path, &(struct tape_feed_options){ 0 }, &feed));
    if (rc < 0)
        return rc;
    rc = reporting_play(a, feed, path, out);
    observer_say_lost(feed);
    feed_close(feed);
    if (rc < 0)
        log_error(rc, "%s cannot be read further", path);
    return rc;
}

int analyze_read_file(const struct args *a, const char *path, struct recording **out)
{
    char message[IMPORT_MESSAGE];
    if (tape_feed_knows(path))
        return analyze_tape(a, path, out);
    int rc = import_file(path, out, message, sizeof message);
    if (rc < 0)
        log_error(0, "%s", message);
    return rc;
}

void analyze_say_odd(const char *path, const struct recording *r)
{
    const struct event *first = NULL;
    size_t n = 0;
    for (size_t i = 0; i < r->n_events; i++) {
        if (strcmp(r->events[i].source, "file") != 0)
            continue;
        first = first ? first : &r->events[i];
        n++;
    }
    if (n > 1)
        log_warn(0, "%s: %s; and %zu more such place%s", path, first->text, n - 1, n == 2 ? "" : "s");
    else if (n)
        log_warn(0, "%s: %s", path, first->text);
}

static int analyze_read(void *self, struct recording **out)
{
    const struct reading *r = self;
    return analyze_read_file(r->a, r->path, out);
}

int analyze_file(const struct args *a, const char *path)
{
    return reporting_on(a, path, NULL, analyze_read, NULL, &(struct reading){ a, path });
}

int analyze_file_changed(const struct args *a, const char *path)
{
    struct recording *r;
    if (analyze_read(&(struct reading){ a, path }, &r) < 0)
        return EXIT_FAILED;
    int64_t to_ms = args_given(a, "to") ? args_time(a, "to") : r->n ? r->wall_ms[r->n - 1] : 0;
    int status = analyze_changed(a, r, args_time(a, "from"), to_ms);
    recording_free(r);
    return status;
}
