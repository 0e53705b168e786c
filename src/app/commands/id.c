/* id.c - `sonde id`: the anonymous name of this machine, and what goes into it. */
#include "app/identity.h"
#include "app/root.h"

#include "app/command.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"

#include <stdio.h>

static void id_json(struct buf *out, const char *id, const struct hardware_id_options *o)
{
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_string(&j, "hardware_id", id);
    json_string(&j, "algorithm", o->algorithm);
    json_object(&j, "made_of");
    json_bool(&j, "cpu", o->cpu);
    json_bool(&j, "gpu", o->gpu);
    json_bool(&j, "motherboard", o->board);
    json_bool(&j, "ram", o->ram);
    json_end(&j);
    json_end(&j);
    buf_putc(out, '\n');
}

static int id_run(const struct args *a)
{
    struct root root;
    if (root_open(&root, args_text(a, "root")) < 0)
        return EXIT_FAILED;
    struct os_host host;
    os_host(root.path, &host);
    root_close(&root);
    struct hardware_id_options o = identity_options(args_config(a));
    char id[HARDWARE_ID_MAX], reason[256] = "";
    int rc = hardware_id(&host, &o, id, reason, sizeof reason);
    if (rc < 0) {
        log_error(0, "id: there is no hardware id: %s", reason);
        return EXIT_FAILED;
    }
    struct hardware_id_options made_of = hardware_id_made_of(&host, &o);
    auto_buf struct buf out = { 0 };
    if (args_flag(a, "json"))
        id_json(&out, id, &made_of);
    else
        buf_printf(&out, "%s\n", id);
    fwrite(out.p, 1, out.n, stdout);
    return EXIT_DONE;
}

static const struct example examples[] = {
    { "sonde id", "32 hexadecimal characters" },
    { "sonde id --json", "with the parts that it is made of" },
    { 0 },
};

const struct command command_id = {
    .name = "id", .summary = "the anonymous hardware id of this machine",
    .usage = "",
    .text = "A digest of the models of processor and board, as hardware_id.* in the configuration says; graphics "
            "processors are not read by this version, so they are no part of it. "
            "No serial number, address or name goes into it: machines of the same make have the same id.",
    .examples = examples, .run = id_run,
};
