/* What was recorded, sent to a receiver once: `sonde export FORMAT ... --push URL`. */
#ifndef APP_PUSH_RANGE_H
#define APP_PUSH_RANGE_H

#include "app/exporting.h"

#define PUSH_OPTION \
    { "push", 0, OPTION_TEXT, "URL", \
      .help = "send it there, instead of writing it: 'URL [interval=S] [token_file=PATH] [user=NAME " \
              "password_file=PATH] [ca_file=PATH] [insecure]'; tries for two minutes, unless the URL or " \
              "the secret is wrong" }

/* Sends it as `to` says, the value of the option; an exit status, and what is wrong was said. */
int push_range(const struct exporting *e, const struct args *a, const char *to);

#endif
