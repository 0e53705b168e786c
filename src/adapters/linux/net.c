/*
 * net.c - traffic, errors and drops of interfaces, from /proc/net/dev (proc_net(5)).
 *
 * The total is what crosses the border of the machine: interfaces with hardware behind them. What
 * lies above or beside these (bridges, bonds, VLANs, tunnels, loopback) would count the same bytes
 * again; so would the virtual function behind a paravirtual card, which has that card as master.
 * Where no interface has hardware, as in a container, the total is all but loopback and what is
 * stacked on others.
 *
 * The host's ends of containers' cables (veth) are left out: their names are random and new with
 * every container. Virtual interfaces that never carried a packet are left out until they do.
 */
#include "adapters/linux/devices.h"
#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    RECV, SEND, RECV_PACKETS, SEND_PACKETS, ERRORS, DROPS, RECV_ERRORS, SEND_ERRORS, RECV_DROPS,
    SEND_DROPS, RECV_OVERRUNS, RECV_FRAME, MULTICAST, SEND_OVERRUNS, COLLISIONS, CARRIER, COUNTERS
};

static const struct devices_counter net_counters[COUNTERS] = {
    [RECV]         = { "net.recv",         "bytes received",                        UNIT_BYTE, NULL, 0, false },
    [SEND]         = { "net.send",         "bytes sent",                            UNIT_BYTE, NULL, 0, false },
    [RECV_PACKETS] = { "net.recv.packets", "packets received",                      UNIT_NONE, NULL, 0, false },
    [SEND_PACKETS] = { "net.send.packets", "packets sent",                          UNIT_NONE, NULL, 0, false },
    [ERRORS]       = { "net.errors",       "packets damaged, both directions",      UNIT_NONE, NULL, 0, false },
    [DROPS]        = { "net.drops",        "packets dropped, both directions",      UNIT_NONE, NULL, 0, false },
    [RECV_ERRORS]  = { "net.errors.recv",  "packets received damaged",              UNIT_NONE, "", 0, false },
    [SEND_ERRORS]  = { "net.errors.send",  "packets that could not be sent whole",  UNIT_NONE, "", 0, false },
    [RECV_DROPS]   = { "net.drops.recv",   "packets received and dropped",          UNIT_NONE, "", 0, false },
    [SEND_DROPS]   = { "net.drops.send",   "packets dropped instead of being sent", UNIT_NONE, "", 0, false },
    [RECV_OVERRUNS] = { "net.overruns.recv", "packets lost in the card: the machine was too slow", UNIT_NONE, NULL, 0, false },
    [RECV_FRAME]    = { "net.errors.frame", "packets received of a wrong length or form", UNIT_NONE, NULL, 0, false },
    [MULTICAST]     = { "net.recv.multicast", "packets received for groups",         UNIT_NONE, NULL, 0, false },
    [SEND_OVERRUNS] = { "net.overruns.send", "packets that the card ran out of while sending", UNIT_NONE, NULL, 0, false },
    [COLLISIONS]    = { "net.collisions",   "packets that met others on the wire",    UNIT_NONE, NULL, 0, false },
    [CARRIER]       = { "net.errors.carrier", "packets not sent for want of a signal", UNIT_NONE, NULL, 0, false },
};

static const struct devices_layout net_layout = { net_counters, COUNTERS, NULL, 0, 0 };

struct net {
    const char *root;
    struct lines file;
    bool strange;  /* the last reading has an interface without metrics */
    bool hardware; /* at least one interface has hardware behind it */
    struct devices devices;
};

/* Columns of the file behind the colon. */
enum {
    F_RECV, F_RECV_PACKETS, F_RECV_ERRORS, F_RECV_DROPS, F_RECV_OVERRUNS, F_RECV_FRAME, F_MULTICAST = 7,
    F_SEND, F_SEND_PACKETS, F_SEND_ERRORS, F_SEND_DROPS, F_SEND_OVERRUNS, F_COLLISIONS, F_CARRIER, FIELDS = 16
};

/* Splits a line. False where it is none: the two of the heading have no colon followed by
 * numbers. */
static bool net_parse(char *line, char **name, double v[static COUNTERS])
{
    char *colon = strchr(line, ':');
    if (!colon)
        return false;
    *colon = '\0';
    *name = line + strspn(line, " ");
    const char *p = colon + 1;
    double t[FIELDS];
    uint64_t n;
    for (int i = 0; i < FIELDS; i++) {
        if (!text_u64(&p, &n))
            return false;
        t[i] = (double)n;
    }
    v[RECV] = t[F_RECV];
    v[SEND] = t[F_SEND];
    v[RECV_PACKETS] = t[F_RECV_PACKETS];
    v[SEND_PACKETS] = t[F_SEND_PACKETS];
    v[RECV_ERRORS] = t[F_RECV_ERRORS];
    v[SEND_ERRORS] = t[F_SEND_ERRORS];
    v[RECV_DROPS] = t[F_RECV_DROPS];
    v[SEND_DROPS] = t[F_SEND_DROPS];
    v[RECV_OVERRUNS] = t[F_RECV_OVERRUNS];
    v[RECV_FRAME] = t[F_RECV_FRAME];
    v[MULTICAST] = t[F_MULTICAST];
    v[SEND_OVERRUNS] = t[F_SEND_OVERRUNS];
    v[COLLISIONS] = t[F_COLLISIONS];
    v[CARRIER] = t[F_CARRIER];
    v[ERRORS] = v[RECV_ERRORS] + v[SEND_ERRORS];
    v[DROPS] = v[RECV_DROPS] + v[SEND_DROPS];
    return **name != '\0';
}

/* The next interface that has metrics, or NULL. */
static char *net_next(struct net *n, double v[static COUNTERS])
{
    char *line, *name;
    while ((line = lines_next(&n->file)))
        if (net_parse(line, &name, v) && strncmp(name, "veth", 4) != 0)
            return name;
    return NULL;
}

static bool net_has(const char *root, const char *name, const char *what)
{
    char path[128], target[OS_PATH_MAX];
    snprintf(path, sizeof path, "/sys/class/net/%s/%s", name, what);
    return os_read_link(root, path, target, sizeof target) >= 0 || os_exists(root, path);
}

static void net_note_lower(void *self, const char *name)
{
    if (strncmp(name, "lower_", 6) == 0)
        *(bool *)self = true;
}

static bool net_is_stacked(const char *root, const char *name)
{
    char path[128];
    bool stacked = false;
    snprintf(path, sizeof path, "/sys/class/net/%s", name);
    os_list(root, path, net_note_lower, &stacked);
    return stacked;
}

static bool net_is_virtual_function(const char *root, const char *name)
{
    return net_has(root, name, "master/device") && net_has(root, name, "device");
}

static bool net_crosses_border(const struct net *n, const char *name)
{
    if (n->hardware)
        return net_has(n->root, name, "device") && !net_is_virtual_function(n->root, name);
    return strcmp(name, "lo") != 0 && !net_is_stacked(n->root, name);
}

static void net_note_hardware(void *self, const char *name)
{
    struct net *n = self;
    n->hardware = n->hardware || net_has(n->root, name, "device");
}

static bool net_is_idle(const struct net *n, const char *name, const double v[static COUNTERS])
{
    return v[RECV_PACKETS] + v[SEND_PACKETS] == 0 && !net_has(n->root, name, "device");
}

static void net_add_new(struct net *n, struct schema *s)
{
    char *name;
    double v[COUNTERS];
    if (lines_read_all(&n->file) < 0)
        return;
    while ((name = net_next(n, v)))
        if (devices_find(&n->devices, name) < 0 && !net_is_idle(n, name, v))
            devices_add(&n->devices, s, name, net_crosses_border(n, name));
}

static int net_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct net *n = mem_new(sizeof *n);
    n->root = env->root;
    int rc = lines_open(&n->file, env->root, "/proc/net/dev");
    if (rc < 0) {
        mem_free(n);
        env->explain(env, "there is no /proc/net/dev: the kernel was built without networking, or "
                          "/proc is not mounted");
        return rc == -ENOENT ? -ENODEV : rc;
    }
    os_list(env->root, "/sys/class/net", net_note_hardware, n);
    devices_init(&n->devices, &net_layout, s);
    net_add_new(n, s);
    *self = n;
    return 0;
}

static void net_sample(void *self, struct frame *f)
{
    struct net *n = self;
    char *name;
    double v[COUNTERS];
    if (lines_read(&n->file) < 0)
        return;
    n->strange = false;
    devices_begin(&n->devices);
    while ((name = net_next(n, v))) {
        int i = devices_find(&n->devices, name);
        if (i >= 0)
            devices_set(&n->devices, f, i, v);
        else
            n->strange = n->strange || v[RECV_PACKETS] + v[SEND_PACKETS] > 0;
    }
    devices_end(&n->devices, f);
}

static int net_rescan(void *self, struct schema *s)
{
    struct net *n = self;
    if (n->file.cut || (n->strange && n->devices.n < DEVICES_MAX))
        net_add_new(n, s);
    return 0;
}

static void net_close(void *self)
{
    struct net *n = self;
    if (!n)
        return;
    lines_close(&n->file);
    devices_done(&n->devices);
    mem_free(n);
}

const struct adapter adapter_net = {
    .name = "net", .doc = "traffic, errors and drops of network interfaces",
    .provides = "net.recv*,net.send*,net.errors*,net.drops*",
    .open = net_open, .sample = net_sample, .rescan = net_rescan, .close = net_close,
};
