/* shown.c - one archive to be shown, a private one for a file. */
#include "app/shown.h"

#include "app/categories.h"
#include "app/findings.h"
#include "app/intake.h"
#include "base/log.h"
#include "base/text.h"
#include "core/config.h"
#include "look/judged.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>

/* Its findings go into the index, as those of a session that was recorded do. */
static void shown_judge(const struct shown *s, const char *session)
{
    struct look l;
    struct judged j;
    int64_t first_ms, last_ms;
    if (look_open(&l, s->dir.p, false) == 0 && look_span(&l, session, &first_ms, &last_ms) &&
        judged_range(&l, session, first_ms, last_ms, &s->how, JUDGED_BYTES, &j) == 0) {
        findings_keep(s->dir.p, session, j.report);
        judged_done(&j);
    }
    look_close(&l);
}

static int shown_take(struct shown *s, const struct args *a, const char *file)
{
    struct intake k;
    struct index_session session = { 0 };
    int rc = intake_open(&k, a, s->dir.p);
    text_copy(session.origin, sizeof session.origin, s->name);
    rc = rc < 0 ? rc : intake_keep_file(&k, file, &session, NULL, NULL);
    intake_close(&k);
    if (rc == 0)
        shown_judge(s, session.id);
    return rc;
}

static int shown_file(struct shown *s, const struct args *a, const char *file)
{
    char dir[OS_PATH_MAX];
    const char *name = strrchr(file, '/');
    if (args_given(a, "root") || args_given(a, "data")) {
        log_error(0, "%s is a file, and --%s names something else to look at; give one of them", file,
                  args_given(a, "root") ? "root" : "data");
        return -EINVAL;
    }
    text_copy(s->name, sizeof s->name, name ? name + 1 : file);
    int rc = os_make_temp_dir(true, dir, sizeof dir);
    if (rc < 0) {
        log_error(rc, "no temporary folder for what is in %s can be made", file);
        return rc;
    }
    buf_puts(&s->dir, dir);
    return shown_take(s, a, file);
}

int shown_open(struct shown *s, const struct args *a, const char *file)
{
    double budget = config_number(args_config(a), "analysis.budget_per_day");
    *s = (struct shown){ .how = { .seed = 1, .budget_per_day = budget } };
    if (file) {
        categories_for(a, NULL, &s->how, &s->workloads);
        return shown_file(s, a, file) < 0 ? EXIT_FAILED : EXIT_DONE;
    }
    if (archived_put_dir(a, &s->dir) < 0)
        return EXIT_USAGE;
    categories_for(a, s->dir.p, &s->how, &s->workloads);
    return EXIT_DONE;
}

void shown_close(struct shown *s)
{
    if (*s->name && s->dir.n)
        os_remove_dir(s->dir.p);
    workload_set_free(s->workloads);
    buf_done(&s->dir);
    *s = (struct shown){ 0 };
}
