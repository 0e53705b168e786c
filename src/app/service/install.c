/*
 * install.c - `sonde service install`: the user, the files, and the service manager told to use them.
 *
 * What it writes begins with a line that says so, by which `remove` knows what to take away. Where a package brought
 * the units and nothing else is asked for, they are used as they are.
 */
#include "app/service/service.h"

#include "app/attach.h"
#include "app/service/steps.h"
#include "app/service/tool.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "core/config.h"
#include "core/sampler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_NS 20000000000 /* until the recorder must have a sample */
#define USER_LINE "u " SERVICE_USER " - \"Sonde, the hardware recorder\" " SERVICE_STATE

struct install {
    struct service s;
    struct steps steps;
    bool web, network, policy;
    bool manager;           /* it can be asked to start something */
    bool makes_user;
    bool active;            /* as it says, at the end */
    char session[64];       /* "": the recorder did not answer */
};

/* ---- may it? ---- */

/* A service runs the program with rights that others must not get by replacing it. */
static bool install_trusts(const struct install *in)
{
    char why[OS_PATH_MAX + 64];
    const char *program = in->s.program;
    if (*in->s.into)
        return true; /* it is not in this system */
    if (!in->s.user && (strncmp(program, "/tmp/", 5) == 0 || strncmp(program, "/var/tmp/", 9) == 0))
        log_error(0, "service install: %s is not kept, and the service has a /tmp of its own; install the program, or "
                  "name another with --program", program);
    else if (!os_is_trusted(program, why, sizeof why))
        log_error(0, "service install: %s may not be run as a service: %s", program, why);
    else
        return true;
    return false;
}

/* A file that somebody else wrote is not replaced. */
static bool install_may_write(const struct service *s, enum unit_file file)
{
    if (service_look(s, unit_name(file), NULL) != SERVICE_FOREIGN)
        return true;
    log_error(0, "service install: %s/%s is not of `sonde service install`; put it away first", s->folder,
              unit_name(file));
    return false;
}

static bool install_reaches(const struct service *s)
{
    char path[OS_PATH_MAX];
    auto_buf struct buf data = { 0 };
    buf_printf(&data, "%s%s/segments", s->into, *s->directory ? s->directory : SERVICE_STATE);
    service_path(s, unit_name(UNIT_NETWORK), path);
    return service_reaches(s, path, "service install") &&
           (!*s->directory || service_reaches(s, data.p, "service install"));
}

static bool install_may(const struct install *in)
{
    const struct service *s = &in->s;
    if (!s->user && !*s->into && !os_is_root() && !args_flag(s->args, "dry-run")) {
        log_error(0, "service install: a service of the system is for the administrator: use sudo, or --user");
        return false;
    }
    return install_reaches(s) && install_trusts(in) && install_may_write(s, UNIT_RECORDER) &&
           install_may_write(s, UNIT_WEB) && install_may_write(s, UNIT_NETWORK) &&
           install_may_write(s, UNIT_POLICY) && install_may_write(s, UNIT_POLICY_SOCKET);
}

/* ---- what is to be done ---- */

static bool install_wants_usual(const struct service *s)
{
    static const char *const changes[] = { "bpf", "data", "interval", "program" };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        if (args_given(s->args, changes[i]))
            return false;
    return !*s->directory;
}

static void install_write(struct install *in, enum unit_file file)
{
    char path[OS_PATH_MAX];
    struct unit_options o = service_options(&in->s);
    o.origin = in->makes_user ? UNIT_MARK " install`, which " UNIT_MARK_USER "; `sonde service remove` takes it away." :
                                UNIT_MARK " install`; `sonde service remove` takes it away.";
    service_path(&in->s, unit_name(file), path);
    unit_put(file, &o, steps_write(&in->steps, path));
}

/* Writes a unit unless the package's is what is wanted; one of ours from before goes then. */
static void install_unit(struct install *in, enum unit_file file, bool wanted)
{
    char path[OS_PATH_MAX];
    bool packaged = service_is_packaged(&in->s, unit_name(file)) && install_wants_usual(&in->s);
    service_path(&in->s, unit_name(file), path);
    if (wanted && !packaged)
        install_write(in, file);
    else if (service_look(&in->s, unit_name(file), NULL) == SERVICE_OURS)
        steps_delete(&in->steps, path);
}

static void install_files(struct install *in)
{
    struct service *s = &in->s;
    char path[OS_PATH_MAX];
    bool made = false; /* by an install before this one */
    service_look(s, unit_name(UNIT_RECORDER), &made);
    in->makes_user = !s->user && (made || !service_has_user(s));
    if (!s->user && !service_has_user(s)) {
        char root[OS_PATH_MAX + 8];
        snprintf(root, sizeof root, "--root=%s", s->into);
        const char *words[] = { "systemd-sysusers", *s->into ? root : "--inline", *s->into ? "--inline" : USER_LINE,
                                *s->into ? USER_LINE : NULL, NULL };
        steps_run(&in->steps, false, words);
    }
    if (*s->directory) {
        auto_buf struct buf data = { 0 };
        buf_printf(&data, "%s%s", s->into, s->directory);
        steps_folder(&in->steps, data.p, true);
    }
    steps_folder(&in->steps, s->folder, false);
    install_unit(in, UNIT_RECORDER, true);
    install_unit(in, UNIT_WEB, in->web);
    install_unit(in, UNIT_POLICY, in->policy);
    install_unit(in, UNIT_POLICY_SOCKET, in->policy);
    service_path(s, "sonde.service.d", path);
    if (in->network) {
        steps_folder(&in->steps, path, false);
        install_write(in, UNIT_NETWORK);
    } else {
        install_unit(in, UNIT_NETWORK, false);
        if (os_exists("", path))
            steps_delete(&in->steps, path); /* unless somebody has put something else there */
    }
}

/* What has rights does not go on listening when it is not wanted any more. */
static void install_drop_policy(struct install *in)
{
    const char *units[] = { "disable", in->manager ? "--now" : unit_name(UNIT_POLICY), unit_name(UNIT_POLICY_SOCKET),
                            in->manager ? unit_name(UNIT_POLICY) : NULL, NULL };
    if (!in->policy && service_look(&in->s, unit_name(UNIT_POLICY_SOCKET), NULL) == SERVICE_OURS)
        service_systemctl(&in->s, &in->steps, true, units);
}

/* The helper is started for its socket. */
static void install_systemctl(struct install *in, const char *verb)
{
    const char *words[5] = { verb, unit_name(UNIT_RECORDER) };
    int n = 2;
    if (in->web)
        words[n++] = unit_name(UNIT_WEB);
    if (in->policy)
        words[n++] = unit_name(UNIT_POLICY_SOCKET);
    service_systemctl(&in->s, &in->steps, false, words);
}

static void install_plan(struct install *in)
{
    install_drop_policy(in);
    install_files(in);
    if (in->manager)
        service_systemctl(&in->s, &in->steps, false, (const char *const[]){ "daemon-reload", NULL });
    install_systemctl(in, "enable");
    if (in->manager) /* one that runs already takes what is new */
        install_systemctl(in, "restart");
}

/* ---- does it record? ---- */

/* Asks systemctl; `said` gets its answer. Its exit status, or an error. */
static int install_ask(const struct install *in, const char *const *question, struct buf *said)
{
    const char *words[8] = { "systemctl" };
    int n = 1;
    if (in->s.user)
        words[n++] = "--user";
    while (*question && n < 7)
        words[n++] = *question++;
    return tool_run(words, said);
}

/* Is the recorder that answers the one that was started? */
static bool install_records(struct install *in)
{
    struct attach_state state;
    auto_buf struct buf pid = { 0 };
    const char *const question[] = { "show", "--property=MainPID", "--value", "sonde.service", NULL };
    if (attach_state(in->s.args, &state) < 0 || install_ask(in, question, &pid) ||
        strtol(buf_text(&pid), NULL, 10) != state.pid)
        return false;
    snprintf(in->session, sizeof in->session, "%s", state.session);
    return true;
}

static bool install_verify(struct install *in)
{
    int64_t until = os_mono_ns() + RECORDS_NS;
    auto_buf struct buf said = { 0 };
    in->active = install_ask(in, (const char *const[]){ "is-active", "sonde.service", NULL }, &said) == 0;
    while (in->active && !install_records(in) && os_mono_ns() < until)
        os_sleep_until(os_mono_ns() + 500000000);
    return in->active && *in->session;
}

/* ---- told ---- */

static void install_json(const struct install *in, bool dry)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    j.indent = true;
    json_object(&j, NULL);
    json_bool(&j, "dry_run", dry);
    json_string(&j, "manager", in->manager ? "systemd" : NULL);
    steps_put_json(&in->steps, &j);
    if (dry || !in->manager)
        json_null(&j, "active");
    else
        json_bool(&j, "active", in->active);
    json_said(&j, "session", in->session);
    json_end(&j);
    buf_putc(&out, '\n');
    fwrite(out.p, 1, out.n, stdout);
}

static void install_tell_no_manager(const struct install *in)
{
    if (*in->s.into)
        printf("It is enabled in %s and begins when that system starts.\n", in->s.into);
    else
        printf("systemd does not run %s, so nothing was started: it begins when systemd does. Until then: "
               "sonde record\n",
               in->s.user ? "for this user" : "here");
}

static int install_finish(struct install *in, bool quiet)
{
    bool json = args_flag(in->s.args, "json");
    if (!in->manager) {
        if (!json && !quiet)
            install_tell_no_manager(in);
        return *in->s.into ? EXIT_DONE : EXIT_PART;
    }
    bool good = install_verify(in);
    if (good && !quiet)
        printf("sonde.service is active and records as %s.\n", in->session);
    if (good && in->s.user && !quiet)
        printf("It runs while you are logged in; to go on without: loginctl enable-linger\n");
    if (!good)
        log_error(0, "service install: sonde.service %s; see systemctl %sstatus sonde.service and journalctl %s-u "
                  "sonde.service", in->active ? "is active, and does not say that it records" : "is not active",
                  in->s.user ? "--user " : "", in->s.user ? "--user " : "");
    return good ? EXIT_DONE : EXIT_FAILED;
}

static int install_do(struct install *in)
{
    bool json = args_flag(in->s.args, "json"), dry = args_flag(in->s.args, "dry-run");
    bool quiet = json || args_flag(in->s.args, "quiet");
    int status = EXIT_DONE;
    install_plan(in);
    if (dry && !json) {
        auto_buf struct buf out = { 0 };
        steps_put_plan(&in->steps, &out);
        fwrite(out.p, 1, out.n, stdout);
    } else if (!dry) {
        status = steps_do(&in->steps, quiet) < 0 ? EXIT_FAILED : install_finish(in, quiet);
    }
    if (json)
        install_json(in, dry);
    return status;
}

static int install_run(const struct args *a)
{
    struct install in = { .web = args_flag(a, "web"), .network = args_flag(a, "network"),
                          .policy = args_flag(a, "policy") };
    if (!service_open(&in.s, a, "service install"))
        return EXIT_USAGE;
    in.steps.into = in.s.into;
    in.manager = service_manager_runs(&in.s);
    int status = install_may(&in) ? install_do(&in) : EXIT_FAILED;
    steps_done(&in.steps);
    return status;
}

static const struct option options[] = {
    SERVICE_UNIT_OPTIONS,
    { "web", 0, OPTION_FLAG, .help = "the page as well, for this machine only: http://127.0.0.1:7860" },
    { "network", 0, OPTION_FLAG, .help = "let the recorder open connections, for webhooks and pushed metrics" },
    { "policy", 0, OPTION_FLAG, .help = "the helper as well, which sets knobs for members of the group sonde" },
    { "dry-run", 0, OPTION_FLAG, .help = "say what would be done, and do nothing" },
    SERVICE_INTO,
    { 0 },
};

static const struct example examples[] = {
    { "sudo sonde service install", "record from now on, and after every start" },
    { "sudo sonde service install --bpf --web", "at a lower cost, with the page" },
    { "sonde service install --user --dry-run", "what would be done for a service of this user" },
    { "sudo sonde service install --into /mnt/image", "for a system that does not run" },
    { 0 },
};

const struct command service_install = {
    .name = "service install", .summary = "record from now on, and after every start of the machine", .usage = "",
    .text = "Makes the user sonde where there is none, writes the unit to /etc/systemd/system (of a user to "
            "~/.config/systemd/user), lets systemctl enable and start it, and waits until the recorder says that it records. "
            "A unit of the distribution's package is used as it is unless options ask for more. Installing again with "
            "other options replaces what was written. Where systemd does not run, everything but the start is done: exit "
            "status 3. A system below --into is changed by its own rules: the program must be there under the same name.",
    .options = options, .examples = examples, .run = install_run,
};
