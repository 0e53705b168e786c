/* print.c - `sonde service print`: the files, on standard output, to be read or put somewhere by hand. */
#include "app/service/service.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "core/sampler.h"

#include <stdio.h>

/* Which file each flag means; without one it is the recorder's unit. */
static const struct { const char *flag; enum unit_file file; } flags[] = {
    { "web", UNIT_WEB }, { "network", UNIT_NETWORK }, { "tmpfiles", UNIT_TMPFILES }, { "udev", UNIT_UDEV },
    { "sysusers", UNIT_SYSUSERS }, { "policy", UNIT_POLICY }, { "policy-socket", UNIT_POLICY_SOCKET },
};

static int print_file(const struct args *a, enum unit_file *out)
{
    const char *first = NULL;
    *out = UNIT_RECORDER;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (!args_flag(a, flags[i].flag))
            continue;
        if (first) {
            log_error(0, "service print: --%s and --%s are different files; name one", first, flags[i].flag);
            return -1;
        }
        first = flags[i].flag;
        *out = flags[i].file;
    }
    return 0;
}

static void print_json(const struct service *s, enum unit_file file, const struct buf *text, struct buf *out)
{
    bool unit = file != UNIT_TMPFILES && file != UNIT_UDEV && file != UNIT_SYSUSERS;
    auto_buf struct buf path = { 0 };
    buf_printf(&path, "%s/%s", unit ? s->folder : unit_folder(file), unit_name(file));
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_string(&j, "name", unit_name(file));
    json_string(&j, "path", path.p);
    json_string(&j, "program", s->program);
    json_string(&j, "text", buf_text(text));
    json_end(&j);
    buf_putc(out, '\n');
}

static int print_run(const struct args *a)
{
    struct service s;
    enum unit_file file;
    if (print_file(a, &file) < 0 || !service_open(&s, a, "service print"))
        return EXIT_USAGE;
    struct unit_options o = service_options(&s);
    auto_buf struct buf text = { 0 }, out = { 0 };
    unit_put(file, &o, &text);
    if (args_flag(a, "json"))
        print_json(&s, file, &text, &out);
    else
        buf_puts(&out, text.p);
    fwrite(out.p, 1, out.n, stdout);
    return EXIT_DONE;
}

static const struct option options[] = {
    SERVICE_UNIT_OPTIONS,
    { "web", 0, OPTION_FLAG, .help = "the unit of the page, sonde-web.service" },
    { "network", 0, OPTION_FLAG, .help = "the drop-in by which the recorder may open connections" },
    { "tmpfiles", 0, OPTION_FLAG, .help = "a rule that lets the group sonde read the processor's energy" },
    { "udev", 0, OPTION_FLAG, .help = "the same as a rule of udev" },
    { "sysusers", 0, OPTION_FLAG, .help = "the user that the service runs as" },
    { "policy", 0, OPTION_FLAG, .help = "the unit of the helper that sets knobs for ordinary users" },
    { "policy-socket", 0, OPTION_FLAG, .help = "the socket for which that is started, sonde-policy.socket" },
    { 0 },
};

static const struct example examples[] = {
    { "sonde service print", "the unit of the recorder" },
    { "sonde service print --bpf --interval 0.5", "with the rights for BPF, twice a second" },
    { "sonde service print --user --program ~/bin/sonde", "for a user's own service manager" },
    { "sonde service print --tmpfiles", "power of the processor without root; read what it says of it" },
    { 0 },
};

const struct command service_print = {
    .name = "service print", .summary = "show the unit, and what goes with it", .usage = "",
    .text = "Writes one file to standard output and changes nothing.",
    .options = options, .examples = examples, .run = print_run,
};
