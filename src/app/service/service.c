/* service.c - what the verbs of `sonde service` have in common: options, and where files of service managers lie. */
#include "app/service/service.h"

#include "app/service/steps.h"
#include "base/auto.h"
#include "base/log.h"
#include "core/config.h"
#include "core/sampler.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (1 << 20)

/* ---- options ---- */

static bool service_copy(char out[static OS_PATH_MAX], const char *from, const char *verb)
{
    if (snprintf(out, OS_PATH_MAX, "%s", from) < OS_PATH_MAX)
        return true;
    log_error(0, "%s: the path %.60s... is too long", verb, from);
    return false;
}

/* A user's units follow the XDG base directory specification, which ignores relative paths. */
static bool service_find_folder(struct service *s, const char *verb)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    auto_buf struct buf path = { 0 };
    buf_puts(&path, s->into);
    if (!s->user)
        buf_puts(&path, unit_folder(UNIT_RECORDER));
    else if (base && *base == '/')
        buf_printf(&path, "%s/systemd/user", base);
    else if (home && *home == '/')
        buf_printf(&path, "%s/.config/systemd/user", home);
    if (path.n > strlen(s->into))
        return service_copy(s->folder, path.p, verb);
    log_error(0, "%s: there is no home directory for the units of a user; set HOME", verb);
    return false;
}

static bool service_find_program(struct service *s, const char *verb)
{
    const char *given = args_has(s->args, "program") ? args_text(s->args, "program") : NULL;
    int rc = given ? 0 : os_self_path(s->program);
    char why[128];
    if (rc < 0) {
        log_error(rc, "%s: where this program lies cannot be seen; name it with --program and its absolute path", verb);
        return false;
    }
    if (given && !service_copy(s->program, given, verb))
        return false;
    if (!unit_may_run(s->program, why, sizeof why)) {
        log_error(0, "%s: %s; name it with --program", verb, why);
        return false;
    }
    return true;
}

static bool service_find_directory(struct service *s, const char *verb)
{
    char why[OS_PATH_MAX + 128];
    const char *given = args_text(s->args, "data");
    const char *configured = config_string(args_config(s->args), "storage.directory");
    if (!given)
        given = *configured ? configured : "";
    if (!*given || (!s->user && strcmp(given, SERVICE_STATE) == 0))
        return true;
    if (!unit_may_own(given, s->user, why, sizeof why)) {
        log_error(0, "%s: %s", verb, why);
        return false;
    }
    return service_copy(s->directory, given, verb);
}

static const char *service_flag_for_system(const struct args *a)
{
    static const char *const flags[] = { "bpf", "network", "into", "tmpfiles", "udev", "sysusers", "policy",
                                        "policy-socket" };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (args_has(a, flags[i]) && args_given(a, flags[i]) && strcmp(flags[i], "network") != 0)
            return flags[i];
    return NULL;
}

bool service_open(struct service *s, const struct args *a, const char *verb)
{
    const char *into = args_has(a, "into") ? args_text(a, "into") : NULL;
    *s = (struct service){ .args = a, .user = args_flag(a, "user"), .into = into ? into : "" };
    const char *system = s->user ? service_flag_for_system(a) : NULL;
    if (system) {
        log_error(0, "%s: --%s is for a service of the system; leave --user out", verb, system);
        return false;
    }
    return service_find_program(s, verb) && service_find_directory(s, verb) && service_find_folder(s, verb);
}

struct unit_options service_options(const struct service *s)
{
    return (struct unit_options){
        .user = s->user, .bpf = args_has(s->args, "bpf") && args_flag(s->args, "bpf"), .program = s->program,
        .directory = *s->directory ? s->directory : NULL,
        .interval_s = args_has(s->args, "interval") && args_given(s->args, "interval") ?
                      args_number(s->args, "interval") : 0 };
}

/* ---- the system ---- */

void service_path(const struct service *s, const char *name, char out[static OS_PATH_MAX])
{
    if (snprintf(out, OS_PATH_MAX, "%s/%s", s->folder, name) >= OS_PATH_MAX)
        out[0] = '\0'; /* no file has this name */
}

bool service_reaches(const struct service *s, const char *path, const char *verb)
{
    auto_buf struct buf below = { 0 };
    steps_below(s->into, path, &below);
    int rc = *s->into ? os_tree_look(s->into, buf_text(&below)) : 0;
    if (rc != -ELOOP)
        return true;
    log_error(0, "%s: the way to %s leads through a symbolic link, and could leave %s; nothing was changed", verb, path,
              s->into);
    return false;
}

/* Below `into` every folder counts, in this system only what stands at the end: its folders are the administrator's. */
enum service_file service_look(const struct service *s, const char *name, bool *user)
{
    char path[OS_PATH_MAX];
    auto_free char *text = NULL;
    auto_buf struct buf below = { 0 };
    size_t n;
    const char *base = *s->into ? s->into : s->folder;
    service_path(s, name, path);
    if (!*path)
        return SERVICE_ABSENT;
    steps_below(base, path, &below);
    int rc = os_tree_look(base, buf_text(&below));
    if (rc < 0)
        return rc == -ENOENT || rc == -ENOTDIR ? SERVICE_ABSENT : SERVICE_FOREIGN;
    if (rc != OS_FILE || os_tree_read(base, buf_text(&below), FILE_MAX, &text, &n) < 0)
        return SERVICE_FOREIGN;
    text[strcspn(text, "\n")] = '\0';
    if (user)
        *user = strstr(text, UNIT_MARK_USER) != NULL;
    return strstr(text, UNIT_MARK) ? SERVICE_OURS : SERVICE_FOREIGN;
}

bool service_is_packaged(const struct service *s, const char *name)
{
    static const char *const folders[] = { "/usr/lib/systemd/system", "/lib/systemd/system" };
    char path[OS_PATH_MAX];
    for (size_t i = 0; !s->user && i < sizeof folders / sizeof *folders; i++)
        if (snprintf(path, sizeof path, "%s%s/%s", s->into, folders[i], name) < (int)sizeof path && os_exists("", path))
            return true;
    return false;
}

bool service_has_user(const struct service *s)
{
    auto_free char *text = NULL;
    size_t n;
    if (os_tree_read(*s->into ? s->into : "/", "etc/passwd", FILE_MAX, &text, &n) < 0)
        return false;
    return strncmp(text, SERVICE_USER ":", strlen(SERVICE_USER ":")) == 0 || strstr(text, "\n" SERVICE_USER ":");
}

bool service_manager_runs(const struct service *s)
{
    char path[OS_PATH_MAX];
    const char *base = getenv("XDG_RUNTIME_DIR");
    if (*s->into)
        return false;
    if (!s->user)
        return os_exists("", "/run/systemd/system"); /* sd_booted(3) */
    snprintf(path, sizeof path, "%s/systemd", base ? base : "");
    return base && *base == '/' && os_exists("", path);
}

void service_systemctl(const struct service *s, struct steps *steps, bool optional, const char *const *words)
{
    char root[OS_PATH_MAX + 8];
    const char *all[STEP_WORDS + 1] = { "systemctl" };
    int n = 1;
    snprintf(root, sizeof root, "--root=%s", s->into);
    if (s->user || *s->into)
        all[n++] = s->user ? "--user" : root;
    while (n < STEP_WORDS && *words)
        all[n++] = *words++;
    steps_run(steps, optional, all);
}
