/*
 * serve.c - `sonde serve`: the page and the interface for programs, over HTTP.
 *
 * The order matters: first it listens, so that a port that is taken is said before anything is started; then there is
 * a recorder; then the address is printed.
 */
#include "app/alerting.h"
#include "app/attach.h"
#include "app/mcp_told.h"
#include "app/serve/keeper.h"
#include "app/serve/livefeed.h"
#include "app/serve/missing.h"
#include "app/settings.h"
#include "app/shown.h"
#include "app/version.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/config.h"
#include "core/sampler.h"
#include "os/os.h"
#include "serve/api/api.h"
#include "serve/assets.h"
#include "serve/server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HOSTS_MAX 16
#define PORT "7860"

struct serve {
    const struct args *args;
    const char *address;
    char *host_text;              /* that hosts[] point into */
    const char *hosts[HOSTS_MAX + 1];
    bool guarded;
    struct keeper keeper;         /* of what is recorded; of a replay: nobody */
    struct shown shown;
    struct missing missing;
    struct alerting *alerting;    /* whose rules `rules` are about */
    struct api_rule rules[RULES_MAX];
    struct api *api;
    struct mcp *mcp;              /* NULL: it is not switched on */
    struct access *access;
    struct server *server;
    char token[HTTP_FULL + 1][ACCESS_TOKEN_MAX]; /* made now, to be shown */
    int64_t look_ns;
    bool hangs;                   /* a thread did not end in time */
};

/* ---- what was asked for ---- */

/* --host 'a, b' */
static bool serve_hosts(struct serve *s)
{
    char *rest = s->host_text = mem_dup(args_text(s->args, "host")), *word;
    for (int n = 0; rest && (word = strsep(&rest, ", "));) {
        if (!*word)
            continue;
        if (n == HOSTS_MAX) {
            log_error(0, "serve: --host names more than %d names", HOSTS_MAX);
            return false;
        }
        s->hosts[n++] = word;
    }
    return true;
}

static bool serve_reads_args(struct serve *s)
{
    const struct args *a = s->args;
    const char *bind = args_text(a, "bind");
    s->address = strcmp(bind, "localhost") == 0 ? "127.0.0.1" : bind;
    s->guarded = !access_is_local(s->address) || args_flag(a, "token") || args_flag(a, "read-only-token");
    if (args_given(a, "tls-cert") == args_given(a, "tls-key"))
        return true;
    log_error(0, "serve: --tls-cert and --tls-key belong together; give both");
    return false;
}

static const struct web *serve_module(void)
{
    const struct web *w = os_module("sonde-web", "sonde_web");
    if (!w)
        log_error(0, "serve: the module sonde-web is not installed beside the program; building it needs "
                     "libwebsockets (Debian: libwebsockets-dev)");
    return w;
}

/* ---- opening ---- */

static void serve_say_taken(const struct serve *s, int rc)
{
    int port = (int)args_number(s->args, "port");
    if (rc == -EADDRINUSE)
        log_error(0, "serve: port %d of %s is taken, perhaps by another `sonde serve`; end that one, or take another "
                     "with --port", port, s->address);
    else if (rc == -EADDRNOTAVAIL || rc == -EINVAL)
        log_error(0, "serve: %s is no address of this machine; --bind takes a numeric one, 0.0.0.0 for all of IPv4, "
                     ":: for all of IPv6", s->address);
    else if (rc == -EACCES)
        log_error(0, "serve: port %d may not be used by this user; take one above 1023 with --port", port);
    else if (rc == -EMFILE)
        log_error(0, "serve: this process may have %d files open and needs %d; allow more with `ulimit -n %d`, of a "
                     "service with LimitNOFILE=", os_more_files(), SERVER_OTHER_FILES + SERVER_CONNECTIONS_LEAST,
                  SERVER_OTHER_FILES + SERVER_CONNECTIONS);
    else if (rc == -EPROTO)
        log_error(0, "serve: %s and %s are no certificate and key in PEM that belong together, or cannot be read; "
                     "--verbose shows what OpenSSL says", args_text(s->args, "tls-cert"),
                  args_text(s->args, "tls-key"));
    else
        log_error(rc, "serve: nothing can listen on %s", s->address);
}

static int serve_make_token(struct serve *s, const char *option, enum http_role role)
{
    int rc = args_flag(s->args, option) ? access_make(s->access, role, s->token[role]) : 0;
    if (rc == -ENOSYS)
        log_error(0, "serve: tokens need the module sonde-crypto, which is not installed beside the program "
                     "(Debian: libssl-dev, to build it)");
    else if (rc < 0)
        log_error(rc, "serve: the token cannot be kept in %s/keys/web", s->shown.dir.p);
    return rc;
}

static int serve_open_access(struct serve *s)
{
    char path[OS_PATH_MAX + 16];
    if (!serve_hosts(s))
        return -EINVAL;
    snprintf(path, sizeof path, "%s/keys/web", s->shown.dir.p);
    int rc = access_open(&(struct access_options){
        .address = s->address, .port = server_port(s->server), .tls = args_given(s->args, "tls-cert"),
        .hosts = s->hosts, .guarded = s->guarded, .path = path, .now_ns = os_mono_ns,
        .crypto = os_module("sonde-crypto", "sonde_crypto") }, &s->access);
    if (rc == -EACCES)
        archived_say(s->shown.dir.p, rc);
    else if (rc < 0)
        log_error(rc, "serve: %s cannot be read; remove it, and make a token anew with --token", path);
    if (rc < 0)
        return rc;
    rc = serve_make_token(s, "token", HTTP_FULL);
    rc = rc < 0 ? rc : serve_make_token(s, "read-only-token", HTTP_READ_ONLY);
    if (rc == 0 && s->guarded && !access_has_tokens(s->access)) {
        log_error(0, "serve: %s can be reached by others, who need a token; --token makes one and shows it once",
                  s->address);
        rc = -EACCES;
    }
    return rc;
}

/* ---- what it says ---- */

static void serve_put_url(const struct serve *s, struct buf *out)
{
    bool all = strcmp(s->address, "0.0.0.0") == 0 || strcmp(s->address, "::") == 0;
    bool six = strchr(s->address, ':') != NULL;
    const char *host = all && *s->hosts ? *s->hosts : all ? "localhost" : s->address;
    buf_printf(out, "%s://", args_given(s->args, "tls-cert") ? "https" : "http");
    buf_printf(out, six && !all ? "[%s]" : "%s", host);
    buf_printf(out, ":%d/", server_port(s->server));
}

static void serve_tell_json(const struct serve *s, const char *url)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    json_object(&j, NULL);
    json_string(&j, "url", url);
    json_string(&j, "directory", s->shown.dir.p);
    json_bool(&j, "own_recorder", s->keeper.own);
    if (*s->token[HTTP_FULL])
        json_string(&j, "token", s->token[HTTP_FULL]);
    if (*s->token[HTTP_READ_ONLY])
        json_string(&j, "read_only_token", s->token[HTTP_READ_ONLY]);
    json_end(&j);
    printf("%s\n", out.p);
}

static void serve_tell(const struct serve *s)
{
    auto_buf struct buf url = { 0 };
    serve_put_url(s, &url);
    if (args_flag(s->args, "json"))
        serve_tell_json(s, url.p);
    else {
        printf("%s shows %s; %s. Ctrl-C ends it.\n", url.p, s->shown.private ? s->shown.name : s->shown.dir.p,
               s->shown.private ? "it is a recording" : s->keeper.own ? "it records there, too" :
               "the recorder that runs here goes on");
        if (*s->token[HTTP_FULL])
            printf("Token, shown only now: %s\n", s->token[HTTP_FULL]);
        if (*s->token[HTTP_READ_ONLY])
            printf("Token for reading, shown only now: %s\n", s->token[HTTP_READ_ONLY]);
    }
    fflush(stdout);
    if (!asset_find("/"))
        log_warn(0, "serve: this build has no page, only the interface for programs; ./dev run builds one with it");
    if (!access_is_local(s->address) && !args_given(s->args, "tls-cert"))
        log_warn(0, "serve: without --tls-cert whoever listens on the network reads the token as well");
}

/* ---- running ---- */

static bool serve_turn(void *self)
{
    struct serve *s = self;
    int64_t now = os_mono_ns();
    if (now >= s->look_ns) {
        keeper_look(&s->keeper);
        s->look_ns = now + 1000000000;
    }
    return !os_stopping();
}

/* /api/v1/live: what is wrong with it is found here; the server does the rest. */
static void serve_live(void *self, const struct http_request *r, struct http_reply *out)
{
    const char *globs = http_query(r, "metrics");
    (void)self;
    if (globs && strlen(globs) >= HUB_GLOBS_MAX)
        http_fail(out, 400, "the selection is longer than 4095 bytes", "select by shorter globs: cpu.*,disk.*");
}

/* What is wrong with rules is told by the recorder, and by `sonde alerts`. */
static void serve_read_rules(struct serve *s, const struct config *c)
{
    auto_buf struct buf complaints = { 0 };
    alerting_read(c, s->alerting, &complaints);
    for (size_t i = 0; i < s->alerting->n; i++)
        s->rules[i] = (struct api_rule){ s->alerting->rule[i].name, s->alerting->rule[i].text, i < s->alerting->own };
}

/* The files are small, and asked for seldom; where they are wrong what was known stays, as the recorder has it. */
static const struct api_rule *serve_rules_now(void *self, size_t *n)
{
    struct serve *s = self;
    struct config *c;
    if (settings_peek(s->args, &c) == 0) {
        serve_read_rules(s, c);
        config_free(c);
    }
    *n = s->alerting->n;
    return s->rules;
}

static void serve_open_api(struct serve *s)
{
    s->alerting = mem_new(sizeof *s->alerting);
    serve_read_rules(s, args_config(s->args));
    s->missing.args = s->args;
    s->api = api_new(s->shown.dir.p, &(struct api_shown){
        .version = SONDE_VERSION, .replay = s->shown.private ? s->shown.name : NULL, .config = args_config(s->args),
        .rules = s->rules, .n_rules = s->alerting->n, .rules_now = serve_rules_now, .rules_self = s,
        .how = s->shown.how, .missing = s->shown.private ? NULL : missing_text,
        .why_missing = s->shown.private ? NULL : missing_why, .self = &s->missing });
    server_add(s->server, api_routes, s->api);
    if (args_flag(s->args, "mcp") || config_bool(args_config(s->args), "mcp.http")) {
        struct mcp_options o = mcp_told(s->args, s->api);
        s->mcp = mcp_new(&o);
    }
    server_add(s->server, mcp_routes, s->mcp);
}

/* Of a replay nothing is live: streams stay silent. */
static struct livefeed *serve_listen_to_recorder(struct serve *s)
{
    if (s->shown.private)
        return NULL;
    struct livefeed *f = livefeed_start(&(struct livefeed_options){
        .data = s->keeper.own ? s->keeper.dir : args_text(s->args, "data"), .hub = server_hub(s->server),
        .budget_per_day = config_number(args_config(s->args), "analysis.budget_per_day") });
    if (!f)
        log_error(0, "serve: the system has no further thread, which would hear the recorder: the page shows what was "
                     "recorded, and nothing as it happens; end other programs and start it again");
    return f;
}

static int serve_live_run(struct serve *s)
{
    static const struct route routes[] = {
        { HTTP_GET, "/api/v1/live", HTTP_READ_ONLY, ROUTE_STREAM, serve_live },
        { 0 },
    };
    server_set_access(s->server, s->access);
    server_add(s->server, routes, s);
    serve_open_api(s);
    struct livefeed *live = serve_listen_to_recorder(s);
    serve_tell(s);
    server_run(s->server);
    s->hangs = !livefeed_stop(live);
    return EXIT_DONE;
}

/* The archive of a recorder, or of a file. */
static int serve_find(struct serve *s)
{
    const char *file = args_text(s->args, "replay");
    if (file)
        return shown_open(&s->shown, s->args, file, NULL) == EXIT_DONE ? 0 : -EINVAL;
    int rc = keeper_find(&s->keeper, s->args);
    if (rc == 0)
        shown_dir(&s->shown, s->args, s->keeper.dir);
    return rc;
}

static int serve_open(struct serve *s)
{
    const struct args *a = s->args;
    const struct web *web = serve_module();
    if (!web || serve_find(s) < 0)
        return -ENOENT;
    int rc = server_open(&(struct server_options){
        .web = web, .address = s->address, .port = (int)args_number(a, "port"), .cert = args_text(a, "tls-cert"),
        .key = args_text(a, "tls-key"), .turn = serve_turn, .self = s }, &s->server);
    if (rc < 0) {
        serve_say_taken(s, rc);
        return rc;
    }
    rc = serve_open_access(s);
    return rc < 0 ? rc : keeper_start(&s->keeper);
}

static int serve_run(const struct args *a)
{
    struct serve s = { .args = a };
    int status = EXIT_FAILED;
    if (!serve_reads_args(&s))
        return EXIT_USAGE;
    os_use_few_heaps();
    os_stop_on_signal();
    if (serve_open(&s) == 0)
        status = serve_live_run(&s);
    s.hangs = s.hangs || !server_close(s.server);
    keeper_end(&s.keeper);
    if (s.hangs) { /* what else there is is in use; it goes with the process */
        shown_remove(&s.shown);
        return status;
    }
    mcp_free(s.mcp);
    api_free(s.api);
    mem_free(s.alerting);
    missing_done(&s.missing);
    access_close(s.access);
    mem_free(s.host_text);
    shown_close(&s.shown);
    return status;
}

static const struct option options[] = {
    { "bind", 0, OPTION_TEXT, "ADDRESS", .fallback = "127.0.0.1",
      .help = "listen at this address of the machine; 0.0.0.0 or :: for all" },
    { "port", 'p', OPTION_COUNT, "PORT", .max = 65535, .fallback = PORT, .help = "0 takes a free one" },
    { "token", 0, OPTION_FLAG, .help = "make a token, show it once, and ask everybody for it" },
    { "read-only-token", 0, OPTION_FLAG, .help = "the same, for who may look but change nothing" },
    { "mcp", 0, OPTION_FLAG, .help = "let assistants ask at /mcp (Model Context Protocol; see sonde help mcp, and mcp.http)" },
    { "host", 0, OPTION_TEXT, "NAMES", .help = "names by which browsers come here, with commas between them" },
    { "tls-cert", 0, OPTION_FILE, "FILE", .help = "certificate with its chain, PEM: https" },
    { "tls-key", 0, OPTION_FILE, "FILE", .help = "its private key, PEM" },
    { "interval", 'i', OPTION_DURATION, "TIME", .min = SAMPLER_MIN_S, .max = SAMPLER_MAX_S,
      .help = "between two samples, where it has to record itself (default general.logging_interval, which is 1)" },
    SHOWN_REPLAY,
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde serve", "the page at http://127.0.0.1:" PORT "/" },
    { "sonde serve --bind 0.0.0.0 --token --host box.lan --tls-cert C --tls-key K",
      "for others in the network, with a token" },
    { "ssh -L " PORT ":localhost:" PORT " box", "to look at another machine's page without any of that" },
    { 0 },
};

const struct command command_serve = {
    .name = "serve", .summary = "the page in a browser, and the interface for programs", .usage = "",
    .text = "Shows what is recorded, live and as far back as the archive reaches, at http://127.0.0.1:" PORT "/, to "
            "this machine only and without asking who it is. With another --bind, or with --token, everybody needs a "
            "token: a program sends it as `Authorization: Bearer TOKEN`, the page asks for it. Tokens are shown once and "
            "kept as SHA-256 in keys/web of the data directory; a new one replaces the old one. A name that leads here "
            "must be told with --host, or the browser is sent away: otherwise the page of somebody else could lead its "
            "own name to this machine. Where a recorder runs, its archive is shown; else `sonde record` runs beside this "
            "command and ends with it. Nothing is fetched from anywhere. Needs the module sonde-web.",
    .options = options, .examples = examples, .run = serve_run,
};
