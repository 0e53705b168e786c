/* The address of a webhook: which ones may be told at all. */
#ifndef ALERT_HOOK_URL_H
#define ALERT_HOOK_URL_H

#include <stdbool.h>

#define HOOK_URL_MAX 1024

struct hook_url {
    char url[HOOK_URL_MAX];
    char host[280];   /* "127.0.0.1:8080", as it is shown: the path may be a secret */
    bool local;       /* it is this machine, by its name */
};

/*
 * Reads "https://example.org/hook?x=1". Plain http goes to this machine only: localhost, 127.x.y.z, [::1]. Names and
 * passwords in it are refused, and so is a fragment. NULL, and *out is set; or what is wrong, in words that follow on
 * "alerts.webhook.url ".
 */
const char *hook_url_read(const char *text, struct hook_url *out);

#endif
