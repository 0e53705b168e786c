/* The verbs of `sonde alerts`, and what they share. */
#ifndef APP_ALERTS_VERBS_H
#define APP_ALERTS_VERBS_H

#include "app/command.h"

extern const struct command alerts_list, alerts_test, alerts_silence_verb, alerts_unsilence;

#endif
