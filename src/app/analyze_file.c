/* analyze_file.c - the report over a file: numbers of anybody, or a tape of ours. */
#include "app/analyze_file.h"

#include "analyze/import.h"
#include "app/observer.h"
#include "app/reporting.h"
#include "base/log.h"
#include "store/tape_feed.h"

struct reading {
    const struct args *a;
    const char *path;
};

static int analyze_tape(const struct reading *r, struct recording **out)
{
    struct feed *feed;
    int rc = observer_say_tape(r->path, tape_feed_open(r->path, &(struct tape_feed_options){ 0 }, &feed));
    if (rc < 0)
        return rc;
    rc = reporting_play(r->a, feed, r->path, out);
    observer_say_lost(feed);
    feed_close(feed);
    if (rc < 0)
        log_error(rc, "%s cannot be read further", r->path);
    return rc;
}

static int analyze_read(void *self, struct recording **out)
{
    const struct reading *r = self;
    return analyze_file_read(r->a, r->path, out);
}

int analyze_file_read(const struct args *a, const char *path, struct recording **out)
{
    char message[IMPORT_MESSAGE];
    if (tape_feed_knows(path))
        return analyze_tape(&(struct reading){ a, path }, out);
    int rc = import_file(path, out, message, sizeof message);
    if (rc < 0)
        log_error(0, "%s", message);
    return rc;
}

int analyze_file(const struct args *a, const char *path)
{
    return reporting_on(a, path, analyze_read, NULL, &(struct reading){ a, path });
}
