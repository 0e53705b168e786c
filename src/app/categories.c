/* categories.c - finds and reads the files of workload categories. */
#include "app/categories.h"

#include "analyze/workload/yaml_tree.h"
#include "app/archived.h"
#include "app/datadir.h"
#include "app/models.h"
#include "app/settings.h"
#include "app/workload_learn.h"
#include "base/auto.h"
#include "base/check.h"
#include "base/log.h"
#include "base/text.h"
#include "core/config.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SYSTEM_FOLDER "/etc/sonde/categories"

struct folder {
    struct workload_set *set;
    const char *path;
    int number, rc, files;
};

static void folder_file(void *self, const char *name)
{
    struct folder *f = self;
    const char *end = strrchr(name, '.');
    if (!end || end == name || (strcmp(end, ".yaml") != 0 && strcmp(end, ".yml") != 0))
        return;
    auto_buf struct buf path = { 0 }, complaint = { 0 };
    auto_free char *text = NULL;
    size_t n = 0;
    buf_printf(&path, "%s/%s", f->path, name);
    int rc = os_is_file(path.p) ? os_read_file(path.p, YAML_TREE_MAX, &text, &n) : -EINVAL;
    f->files++;
    if (rc < 0) {
        log_error(rc, "%s: the category cannot be read", path.p);
    } else {
        rc = workload_set_add(f->set, f->number, path.p, text, n, &complaint);
        if (rc < 0)
            log_error(0, "%s", buf_text(&complaint));
    }
    f->rc = f->rc < 0 ? f->rc : rc;
}

static int categories_folder(struct workload_set *s, int number, const char *path, bool must)
{
    struct folder f = { .set = s, .path = path, .number = number };
    int rc = os_list("", path, folder_file, &f);
    if (rc < 0 && must) {
        log_error(rc, "--categories: %s cannot be read", path);
        return rc;
    }
    if (rc >= 0 && must && !f.files) {
        log_error(0, "--categories: there is no file NAME.yaml in %s", path);
        return -ENOENT;
    }
    return f.rc;
}

/* Every name of the list must exist, in the program or a folder. */
static int categories_choose(const struct args *a, struct workload_set *s)
{
    size_t n;
    const char *const *name = config_list(args_config(a), "session_classification.categories", &n);
    const char *known[WORKLOAD_CATEGORIES];
    for (int k = 0; k < workload_set_size(s); k++)
        known[k] = workload_set_at(s, k)->name;
    for (size_t i = 0; i < n; i++) {
        if (workload_set_find(s, name[i]) >= 0)
            continue;
        auto_buf struct buf message = { 0 };
        buf_puts(&message, "session_classification.categories: there is no category ");
        check_put_quoted(&message, name[i]);
        const char *meant = text_nearest(name[i], known, (size_t)workload_set_size(s), sizeof *known);
        if (meant)
            buf_printf(&message, "; did you mean %s?", meant);
        else
            buf_puts(&message, "; one of your own is a file NAME.yaml in ~/.config/sonde/categories");
        log_error(0, "%s", message.p);
        return -EINVAL;
    }
    workload_set_keep(s, name, n);
    return 0;
}

static void categories_learnt(struct workload_set *s, const char *data)
{
    auto_buf struct buf text = { 0 }, complaint = { 0 };
    int rc = models_read(data, WORKLOAD_LEARNT, &text);
    if (rc == 0)
        rc = workload_set_learnt(s, "models/" WORKLOAD_LEARNT, buf_text(&text), text.n, &complaint);
    if (rc == 0 || rc == -ENOENT || rc == -ENOTDIR || rc == -EACCES)
        return;
    log_warn(0, "%s/models/" WORKLOAD_LEARNT "%s: what was learnt of labelled sessions is not used; %s`sonde classify "
             "--learn` makes it anew", data, rc == -ELOOP ? " is a link or no file" : "",
             rc == -ELOOP ? "move it away, and " : "");
    if (complaint.n)
        log_info("%s", complaint.p);
}

int categories_open(const struct args *a, const char *data, struct workload_set **out)
{
    struct workload_set *s = workload_set_new();
    auto_buf struct buf user = { 0 };
    const char *given = args_has(a, "categories") ? args_text(a, "categories") : NULL;
    settings_user_path("categories", &user);
    int rc = categories_folder(s, 1, SYSTEM_FOLDER, false);
    if (rc == 0 && user.n)
        rc = categories_folder(s, 2, user.p, false);
    if (rc == 0 && given)
        rc = categories_folder(s, 3, given, true);
    if (rc == 0)
        rc = categories_choose(a, s);
    if (rc == 0 && data)
        categories_learnt(s, data);
    if (rc < 0)
        workload_set_free(s);
    else
        *out = s;
    return rc;
}

void categories_for(const struct args *a, const char *data, struct analyze_options *o, struct workload_set **set)
{
    *set = NULL;
    if (!config_bool(args_config(a), "general.enable_session_classification") || categories_open(a, data, set) < 0)
        return;
    struct workload_options w = categories_options(args_config(a), NAN);
    o->workloads = *set;
    o->workload_threshold = w.threshold;
    o->workload_update_s = w.update_s;
}

void categories_for_report(const struct args *a, const struct recording *rec, struct analyze_options *o,
                           struct workload_set **set)
{
    auto_buf struct buf data = { 0 }, home = { 0 };
    if (args_has(a, "data") && datadir_find(a, &home) == 0)
        archived_put_dir(a, &data);
    categories_for(a, data.n ? data.p : NULL, o, set);
    if (*set)
        workload_set_hold_out(*set, rec->session);
}

struct workload_options categories_options(const struct config *c, double step_s)
{
    return (struct workload_options){
        .threshold = config_number(c, "session_classification.confidence_threshold"),
        .update_s = config_number(c, "session_classification.update_interval"),
        .step_s = step_s,
    };
}
