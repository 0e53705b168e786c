/* helper.c - `sonde policy helper`: the small part that has rights, for a service manager to run. */
#include "app/policy/verbs.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "os/os.h"
#include "os/service.h"
#include "os/socket.h"
#include "policy/helper/helper.h"
#include "policy/helper/helper_serve.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define HELPER_STATE "/var/lib/sonde-policy"

struct helping {
    const struct args *args;
    struct journal *journal;
    struct os_listener listener; /* ours; a service manager's is not removed at the end */
    int fd;
    struct undone undone;        /* what another left behind */
};

static const char *helping_root(const struct helping *h)
{
    const char *root = args_text(h->args, "root");
    return root ? root : "";
}

/* What a helper that was killed had set goes back before anything is set anew. */
static int helping_recover(struct helping *h)
{
    const char *dir = args_text(h->args, "data");
    int rc = journal_open(dir, helping_root(h), &h->journal);
    if (rc == 0)
        rc = journal_recover(h->journal, &h->undone);
    if (rc < 0)
        log_error(rc, "policy helper: the journal in %s cannot be kept, and nothing is set without it", dir);
    if (h->undone.kept + h->undone.failed)
        log_warn(0, "policy helper: left behind by one before: %s", buf_text(&h->undone.lines));
    return rc;
}

static int helping_listen(struct helping *h)
{
    const char *path = args_text(h->args, "socket"), *group = args_text(h->args, "group");
    h->fd = os_service_socket();
    if (h->fd >= 0)
        return 0;
    if (h->fd == -ENOTSOCK) {
        log_error(0, "policy helper: what the service manager handed over is no socket that listens on this machine");
        return h->fd;
    }
    int rc = os_socket_listen(path, group, false, &h->listener);
    h->fd = h->listener.fd;
    if (rc == -EBUSY)
        log_error(0, "policy helper: another one answers at %s already", path);
    else if (rc < 0)
        log_error(rc, "policy helper: it cannot listen at %s", path);
    else if (!h->listener.shared)
        log_warn(0, "policy helper: there is no group %s, or it may not be given the socket: only %s may ask", group,
                 os_is_root() ? "root" : "this user");
    return rc;
}

static void helping_tell(const struct helping *h, const char *socket)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    if (!args_flag(h->args, "json"))
        return;
    json_init(&j, &out);
    json_object(&j, NULL);
    json_string(&j, "socket", socket);
    json_string(&j, "data", args_text(h->args, "data"));
    json_int(&j, "restored", h->undone.restored);
    json_int(&j, "kept", h->undone.kept);
    json_int(&j, "failed", h->undone.failed);
    json_end(&j);
    buf_putc(&out, '\n');
    fputs(out.p, stdout);
    fflush(stdout);
}

static int helping_serve(struct helping *h)
{
    const struct args *a = h->args;
    struct helper_serve_options o = { .journal = h->journal, .group = args_text(a, "group"),
        .rules = { .root = helping_root(h), .heats = args_flag(a, "no-thermal-guard") },
        .idle_s = args_given(a, "idle") ? args_number(a, "idle") : 0, .ends = os_stopping };
    if (helping_listen(h) < 0)
        return EXIT_FAILED;
    if (!os_is_root())
        log_warn(0, "policy helper: without root it may set no more than this user may");
    o.fd = h->fd;
    os_stop_on_signal();
    helping_tell(h, args_text(a, "socket"));
    os_service_tell("READY=1");
    int rc = helper_serve(&o);
    if (rc < 0)
        log_error(rc, "policy helper: it cannot wait for its clients");
    return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int helper_run(const struct args *a)
{
    struct helping h = { .args = a, .listener = { .fd = -1, .lock_fd = -1 }, .fd = -1 };
    int status = helping_recover(&h) < 0 ? EXIT_FAILED : EXIT_DONE;
    if (status == EXIT_DONE && args_flag(a, "recover"))
        helping_tell(&h, NULL);
    else if (status == EXIT_DONE)
        status = helping_serve(&h);
    os_socket_unlisten(&h.listener);
    journal_close(h.journal);
    undone_done(&h.undone);
    return status;
}

static const struct option options[] = {
    { "socket", 0, OPTION_FILE, "FILE", .fallback = HELPER_SOCKET,
      .help = "where it listens, unless a service manager does that for it" },
    { "data", 0, OPTION_DIR, "DIR", .fallback = HELPER_STATE, .help = "where its journal of changes is" },
    { "group", 0, OPTION_TEXT, "NAME", .fallback = HELPER_GROUP, .help = "whose members may ask, beside root" },
    { "idle", 0, OPTION_DURATION, "TIME", .min = 1, .max = INFINITY, .help = "end when nobody was connected for so long" },
    { "no-thermal-guard", 0, OPTION_FLAG, .help = "make the machine hotter also where it is hot, or has no sensor" },
    { "recover", 0, OPTION_FLAG, .help = "undo what one that was killed left behind, and serve nobody" },
    { 0 },
};

static const struct example examples[] = {
    { "sudo sonde service install --policy", "let systemd start it when somebody needs it" },
    { "sudo sonde policy helper --group audio", "by hand, for the members of another group" },
    { "sudo sonde policy status --data /var/lib/sonde-policy", "what is set through it" },
    { 0 },
};

const struct command policy_helper = {
    .name = "policy helper", .summary = "set knobs for users who lack the right", .usage = "",
    .text = "`sonde run` and policies set what their user may set. For the rest they ask this helper, where it runs: "
            "it takes names of knobs and values within the limits of their table, never paths or commands, sees from the "
            "kernel who asks, and serves root and members of a group only. Knobs of processes it sets for the processes "
            "of who asks, none of root's, of the system or of a desktop; knobs of the machine and of GPUs at devices that "
            "it found itself, and what makes the machine hotter only where sensors say that it is cool. Never real-time "
            "classes.\n\n"
            "What was set stands as long as the connection does, and is undone when that closes, also when the client "
            "was killed. When the helper is killed, its journal undoes it at the next start. $SONDE_POLICY_SOCKET names "
            "another socket for its clients, and is empty for none.",
    .options = options, .examples = examples, .run = helper_run,
};
