/*
 * A receiver, as a line of the configuration names it:
 *
 *     NAME FORMAT URL [metrics=GLOBS] [interval=S] [token_file=PATH] [user=NAME] [password_file=PATH] [ca_file=PATH]
 *                     [host=NAME] [settle=S] [insecure]
 *
 * The scheme of the URL says by what way it is reached: http, https, tcp (lines, Graphite), mqtt, mqtts. Beyond this
 * machine all but https and mqtts need the word `insecure`. No secret stands in the line, but in files of mode 0600.
 */
#ifndef PUSH_TARGET_H
#define PUSH_TARGET_H

#include "output/exporter.h"
#include "push/cursor.h"

#include <stdbool.h>

#define TARGET_WHY 256
#define TARGET_LINE_MAX 4096
#define TARGETS_MAX 8

enum target_way { TARGET_HTTP, TARGET_TCP, TARGET_MQTT };

struct target {
    char name[CURSOR_NAME_MAX];
    const struct exporter *exporter;
    enum target_way way;
    bool tls, local;          /* local: an address of this machine, which is all that it connects to */
    char url[1024];           /* as it was given */
    char shown[512];          /* the same without what may be secret in it: no query */
    char host[256];           /* where it is, without brackets */
    int port;
    char path[256];           /* of mqtt: what topics begin with; no slash around it */
    char metrics[1024];       /* "": all */
    double interval_s;
    double settle_s;          /* what it acknowledged is sent again where it was started anew within so long; 0: not */
    char token_file[512], user[128], password_file[512], ca_file[512];
    char label[128];          /* what this machine is called there; "" = it is not said */
};

/* 0; -EINVAL, and why: "has no URL ..." */
int target_read(const char *line, struct target *out, char why[static TARGET_WHY]);

#endif
