/*
 * remove.c - `sonde service remove`: undoes what install did, and no more. Units of a package are only disabled; what
 * was recorded stays unless --purge --yes ask for more.
 */
#include "app/service/service.h"

#include "app/datadir.h"
#include "app/service/steps.h"
#include "base/auto.h"
#include "base/log.h"
#include "core/config.h"
#include "core/sampler.h"

#include <stdio.h>
#include <string.h>

static const enum unit_file removable[] = { UNIT_NETWORK, UNIT_WEB, UNIT_POLICY_SOCKET, UNIT_POLICY, UNIT_RECORDER };
enum { REMOVABLE = sizeof removable / sizeof *removable };

struct removal {
    struct service s;
    struct steps steps;
    bool purge, made_user;
    bool there[REMOVABLE];           /* a unit that we or a package brought */
    char data[OS_PATH_MAX + 8];      /* below `into` */
};

/* The usual one for a service, whoever asks. */
static bool remove_find_data(struct removal *r)
{
    auto_buf struct buf dir = { 0 };
    if (*r->s.directory)
        buf_puts(&dir, r->s.directory);
    else if (!r->s.user)
        buf_puts(&dir, SERVICE_STATE);
    else if (datadir_put(r->s.args, &dir) < 0)
        return false;
    return snprintf(r->data, sizeof r->data, "%s%s", r->s.into, dir.p) < (int)sizeof r->data;
}

/* What is behind a link is not purged through it: the link alone would go. */
static bool remove_is_link(const struct removal *r)
{
    char dir[sizeof r->data + 1], *name;
    auto_buf struct buf below = { 0 };
    steps_below(r->s.into, r->data, &below);
    if (*r->s.into)
        return os_tree_look(r->s.into, buf_text(&below)) == OS_LINK;
    snprintf(dir, sizeof dir, "/%s", buf_text(&below));
    name = strrchr(dir, '/') + 1; /* at least two deep: unit_may_own() */
    name[-1] = '\0';
    return os_tree_look(dir, name) == OS_LINK; /* the folders above are the administrator's */
}

/* Only what looks like a data directory is removed with all that is in it. */
static bool remove_may_purge(const struct removal *r)
{
    static const char *const parts[] = { "segments", "journal" };
    char why[OS_PATH_MAX + 128], path[OS_PATH_MAX + 32];
    if (!unit_may_own(r->data + strlen(r->s.into), r->s.user, why, sizeof why)) {
        log_error(0, "service remove: --purge: %s", why);
        return false;
    }
    if (!service_reaches(&r->s, r->data, "service remove"))
        return false;
    if (remove_is_link(r)) {
        log_error(0, "service remove: --purge: %s is a symbolic link; it stays, and so does what it leads to: name "
                  "that with --data", r->data);
        return false;
    }
    for (size_t i = 0; os_exists("", r->data) && i < sizeof parts / sizeof *parts; i++) {
        snprintf(path, sizeof path, "%s/%s", r->data, parts[i]);
        if (!os_exists("", path)) {
            log_error(0, "service remove: --purge: %s is no data directory of Sonde (it has no %s/), so it stays",
                      r->data, parts[i]);
            return false;
        }
    }
    return true;
}

static bool remove_may(struct removal *r)
{
    const struct args *a = r->s.args;
    bool dry = args_flag(a, "dry-run");
    if (!r->s.user && !*r->s.into && !os_is_root() && !dry) {
        log_error(0, "service remove: a service of the system is for the administrator: use sudo, or --user");
        return false;
    }
    char path[OS_PATH_MAX];
    service_path(&r->s, unit_name(UNIT_NETWORK), path);
    if (!service_reaches(&r->s, path, "service remove"))
        return false;
    if (!r->purge)
        return true;
    if (!args_flag(a, "yes") && !dry) {
        log_error(0, "service remove: --purge would remove everything in %s for good; say so with --yes", r->data);
        return false;
    }
    return remove_may_purge(r);
}

static void remove_units(struct removal *r)
{
    const char *words[8] = { "disable" };
    int n = 1;
    bool manager = service_manager_runs(&r->s); /* without one, systemctl may be missing too */
    if (manager)
        words[n++] = "--now";
    for (int i = 0; i < REMOVABLE; i++)
        if (r->there[i] && removable[i] != UNIT_NETWORK)
            words[n++] = unit_name(removable[i]);
    if (n > 1 + manager)
        service_systemctl(&r->s, &r->steps, !manager, words);
}

/* What the helper of this system kept: a journal, of which nothing stands any more when it has ended. */
static void remove_policy_state(struct removal *r)
{
    auto_buf struct buf below = { 0 };
    char path[OS_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s" SERVICE_POLICY_STATE, r->s.into);
    steps_below(r->s.into, path, &below);
    if (!r->s.user && os_tree_look(*r->s.into ? r->s.into : "/", buf_text(&below)) == OS_DIR)
        steps_purge(&r->steps, path);
}

static void remove_plan(struct removal *r)
{
    char path[OS_PATH_MAX];
    bool wrote = false;
    remove_units(r);
    for (int i = 0; i < REMOVABLE; i++) {
        if (service_look(&r->s, unit_name(removable[i]), NULL) != SERVICE_OURS)
            continue;
        wrote = true;
        service_path(&r->s, unit_name(removable[i]), path);
        steps_delete(&r->steps, path);
        service_path(&r->s, "sonde.service.d", path);
        if (removable[i] == UNIT_NETWORK)
            steps_delete(&r->steps, path);
    }
    if (wrote && service_manager_runs(&r->s))
        service_systemctl(&r->s, &r->steps, false, (const char *const[]){ "daemon-reload", NULL });
    if (r->purge && os_exists("", r->data))
        steps_purge(&r->steps, r->data);
    if (r->purge)
        remove_policy_state(r);
    if (r->purge && r->made_user) {
        const char *here[] = { "userdel", SERVICE_USER, NULL };
        const char *there[] = { "userdel", "--prefix", r->s.into, SERVICE_USER, NULL };
        steps_run(&r->steps, true, *r->s.into ? there : here);
    }
}

static void remove_json(const struct removal *r, bool dry)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    j.indent = true;
    json_object(&j, NULL);
    json_bool(&j, "dry_run", dry);
    steps_put_json(&r->steps, &j);
    json_string(&j, "data", os_exists("", r->data) ? r->data : NULL);
    json_end(&j);
    buf_putc(&out, '\n');
    fwrite(out.p, 1, out.n, stdout);
}

static void remove_tell(const struct removal *r)
{
    if (!r->steps.n)
        printf("No service of Sonde is installed here.\n");
    if (service_is_packaged(&r->s, unit_name(UNIT_RECORDER)))
        printf("The unit itself belongs to the package sonde and stays.\n");
    if (!r->purge && os_exists("", r->data))
        printf("What was recorded stays in %s; sonde service remove --purge --yes removes it, too.\n", r->data);
    if (!r->purge && r->made_user)
        printf("The user " SERVICE_USER ", whom install made, stays as the owner of it: userdel " SERVICE_USER "\n");
}

static int remove_do(struct removal *r)
{
    const struct args *a = r->s.args;
    bool dry = args_flag(a, "dry-run"), json = args_flag(a, "json"), quiet = json || args_flag(a, "quiet");
    int status = EXIT_DONE;
    remove_plan(r);
    if (dry && !json) {
        auto_buf struct buf out = { 0 };
        steps_put_plan(&r->steps, &out);
        fwrite(buf_text(&out), 1, out.n, stdout);
    } else if (!dry) {
        status = steps_do(&r->steps, quiet) < 0 ? EXIT_FAILED : EXIT_DONE;
    }
    if (json)
        remove_json(r, dry);
    else if (status == EXIT_DONE && !quiet && !dry)
        remove_tell(r);
    return status;
}

static int remove_run(const struct args *a)
{
    struct removal r = { .purge = args_flag(a, "purge") };
    if (!service_open(&r.s, a, "service remove") || !remove_find_data(&r))
        return EXIT_USAGE;
    r.steps.into = r.s.into;
    for (int i = 0; i < REMOVABLE; i++)
        r.there[i] = service_look(&r.s, unit_name(removable[i]), removable[i] == UNIT_RECORDER ? &r.made_user : NULL) ==
                         SERVICE_OURS ||
                     service_is_packaged(&r.s, unit_name(removable[i]));
    int status = remove_may(&r) ? remove_do(&r) : EXIT_USAGE;
    steps_done(&r.steps);
    return status;
}

static const struct option options[] = {
    { "user", 0, OPTION_FLAG, .help = "the service of this user" },
    { "data", 0, OPTION_DIR, "DIR", .help = "the data directory that --purge removes, if install was given another" },
    { "purge", 0, OPTION_FLAG, .help = "what was recorded goes, too, and the user that install made" },
    { "yes", 0, OPTION_FLAG, .help = "yes, --purge is meant" },
    { "dry-run", 0, OPTION_FLAG, .help = "say what would be done, and do nothing" },
    SERVICE_INTO,
    { 0 },
};

static const struct example examples[] = {
    { "sudo sonde service remove", "stop it, and take away what install wrote" },
    { "sudo sonde service remove --purge --yes", "with everything that was recorded" },
    { 0 },
};

const struct command service_remove = {
    .name = "service remove", .summary = "undo install; what was recorded stays", .usage = "",
    .text = "Stops and disables the service and removes the files that install wrote, known by their first line. Units "
            "of the distribution's package are only disabled. Data stays unless --purge --yes.",
    .options = options, .examples = examples, .run = remove_run,
};
