/*
 * generate.c - `sonde check --generate-systemd`, which the first seed had: the unit as a file, and once more under the
 * name that it had there, so that its instructions still work.
 */
#include "app/service/service.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"

#include <stdio.h>

static const struct { const char *name; bool alias; } files[] = {
    { "sonde.service", false }, { "aios-telemetry.service", true },
};
enum { FILES = sizeof files / sizeof *files };

static int generate_one(const char *path, bool alias, const char *program)
{
    auto_buf struct buf text = { 0 };
    unit_put(UNIT_RECORDER, &(struct unit_options){
        .program = program, .alias = alias, .origin = "Written by `sonde check --generate-systemd`." }, &text);
    int rc = os_write_file(path, text.p, text.n);
    rc = rc < 0 ? rc : os_share_file(path);
    if (rc < 0)
        log_error(rc, "check: %s cannot be written", path);
    return rc;
}

static void generate_tell(const struct args *a, char path[FILES][OS_PATH_MAX])
{
    auto_buf struct buf out = { 0 };
    struct json j;
    if (args_flag(a, "json")) {
        json_init(&j, &out);
        json_object(&j, NULL);
        json_array(&j, "written");
        for (int i = 0; i < FILES; i++)
            json_string(&j, NULL, path[i]);
        json_end(&j);
        json_end(&j);
        buf_putc(&out, '\n');
    } else if (!args_flag(a, "quiet")) {
        buf_printf(&out, "Wrote %s\nWrote %s, the same under the name of the first telemetry program: enable one.\n"
                   "To enable it:\n"
                   "  sonde service print --sysusers | sudo tee /etc/sysusers.d/sonde.conf && sudo systemd-sysusers\n"
                   "  sudo cp %s /etc/systemd/system/\n"
                   "  sudo systemctl daemon-reload && sudo systemctl enable --now sonde.service\n"
                   "All of that in one: sudo sonde service install\n", path[0], path[1], path[0]);
    }
    fwrite(out.p, 1, out.n, stdout);
}

int service_generate(const struct args *a)
{
    char program[OS_PATH_MAX], path[FILES][OS_PATH_MAX], why[128];
    const char *dir = args_text(a, "output-dir");
    int rc = os_self_path(program);
    if (rc < 0) {
        log_error(rc, "check: where this program lies cannot be seen");
        return EXIT_FAILED;
    }
    if (!unit_may_run(program, why, sizeof why)) {
        log_error(0, "check: %s", why);
        return EXIT_FAILED;
    }
    for (int i = 0; i < FILES; i++)
        if (snprintf(path[i], sizeof path[i], "%s/%s", dir, files[i].name) >= OS_PATH_MAX ||
            generate_one(path[i], files[i].alias, program) < 0)
            return i ? EXIT_PART : EXIT_FAILED;
    generate_tell(a, path);
    return EXIT_DONE;
}
