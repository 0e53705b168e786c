/* Where an endpoint is: which addresses may be asked at all. */
#ifndef ENDPOINT_ADDRESS_H
#define ENDPOINT_ADDRESS_H

#include <stdbool.h>

#define ADDRESS_MAX 512
#define ADDRESS_HOST_MAX 280

struct address {
    char url[ADDRESS_MAX];       /* of the question: ".../v1/chat/completions" */
    char host[ADDRESS_HOST_MAX]; /* "127.0.0.1:11434", as it is shown */
    bool local;                  /* it is this machine, by its name */
};

/*
 * Reads "http://127.0.0.1:11434/v1". Plain http goes to this machine only: localhost, 127.x.y.z, [::1]. Names, keys
 * and queries in it are refused.
 *
 * NULL, and *out is set; or what is wrong, in words that follow on "ask.endpoint ".
 */
const char *address_read(const char *text, struct address *out);

#endif
