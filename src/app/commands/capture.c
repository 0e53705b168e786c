/* capture.c - `sonde capture`: records this machine, so that Sonde can look at it elsewhere. */
#include "app/capture.h"

#include "app/command.h"
#include "app/root.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>

#define INSTANTS_MAX 1000

static void capture_say(const struct capture *c, const char *dir, bool as_json)
{
    auto_buf struct buf out = { 0 };
    char size[32];
    if (as_json) {
        struct json j;
        json_init(&j, &out);
        json_object(&j, NULL);
        json_string(&j, "directory", dir);
        json_int(&j, "instants", c->done);
        json_int(&j, "files", (int64_t)c->files);
        json_int(&j, "bytes", (int64_t)c->bytes);
        json_end(&j);
    } else {
        buf_printf(&out,
                   "%s: %d instant%s, %zu files, %s. Look at it with `sonde check --root %s`.", dir,
                   c->done, c->done == 1 ? "" : "s", c->files,
                   text_bytes((double)c->bytes, size, sizeof size), dir);
    }
    puts(buf_text(&out));
}

static int capture_fail(const char *dir, int rc)
{
    if (rc == -ENOTEMPTY)
        log_error(0, "%s is there already; name a new directory or an empty one", dir);
    else if (rc == -EEXIST)
        log_error(0, "%s.part is there already, of a capture that runs or was killed; remove it, or "
                  "name another directory", dir);
    else if (rc == -EBUSY)
        log_error(0, "%s is a mount point, a link or the directory itself, which a recording cannot "
                  "replace; name a new directory", dir);
    else if (rc == -EINTR)
        log_error(0, "stopped before the first instant; nothing was written");
    else if (rc == -ENODATA)
        log_error(0, "there is no /proc or /sys to record; nothing was written");
    else
        log_error(rc, "%s could not be recorded; nothing was left there", dir);
    return EXIT_FAILED;
}

/* Fewer instants than were asked for? A recording without --count is copied to its end. */
static bool capture_is_part(const struct args *a, const struct capture *c)
{
    return c->done < c->count && (os_stopping() || args_given(a, "count"));
}

static int capture_command(const struct args *a)
{
    const char *dir = args_positional(a, 0);
    if (!dir) {
        log_error(0, "capture: say into which directory: sonde capture DIR");
        return EXIT_USAGE;
    }
    struct root root;
    if (root_open(&root, args_text(a, "root")) < 0)
        return EXIT_FAILED;
    struct capture c = {
        .root = root.path, .clock = root.clock ? root.clock : clock_system(),
        .count = root.clock && !args_given(a, "count") ? INSTANTS_MAX : (int)args_number(a, "count"),
        .interval_s = args_number(a, "interval"),
        .keep_process_names = args_flag(a, "keep-process-names"),
    };
    os_stop_on_signal();
    int rc = capture_run(&c, dir);
    root_close(&root);
    if (rc < 0)
        return capture_fail(dir, rc);
    capture_say(&c, dir, args_flag(a, "json"));
    if (!capture_is_part(a, &c))
        return EXIT_DONE;
    log_warn(0, "capture: %s after %d instant%s; %s holds these",
             os_stopping() ? "stopped" : "the recording ended", c.done, c.done == 1 ? "" : "s", dir);
    return EXIT_PART;
}

static const struct option options[] = {
    { "count",    'n', OPTION_COUNT,   "N",       1, INSTANTS_MAX,  .fallback = "5", .help = "how many instants" },
    { "interval", 'i', OPTION_DURATION, "SECONDS", 0.1, 3600, .fallback = "1", .help = "time between two instants" },
    { "keep-process-names", 0, OPTION_FLAG, .help = "leave the names of processes as they are" },
    { 0 },
};

static const struct example examples[] = {
    { "sonde capture my-machine", "record five seconds of this machine" },
    { "sonde check --root my-machine", "look at the recording, here or elsewhere" },
    { 0 },
};

const struct command command_capture = {
    .name = "capture", .summary = "record this machine, scrubbed, to be looked at elsewhere",
    .usage = "DIR",
    .text = "Copies the files of /proc and /sys that Sonde reads into DIR, at several instants, so that "
            "any command can look at this machine later with --root DIR: for a report of a fault, or "
            "for a test.\n\n"
            "The names of processes, control groups, sources of file systems and mount points that "
            "are not on every machine are replaced by numbers, and hardware addresses too. Host "
            "names, serial numbers, users and arguments are not read. DIR must be new or empty; it "
            "appears whole or not at all.",
    .options = options, .examples = examples, .max_positional = 1, .bare = true, .run = capture_command,
};
