/* Which names may stand in what is sent: of the processes, groups and labels that were recorded. */
#ifndef ENDPOINT_HIDE_NAMES_H
#define ENDPOINT_HIDE_NAMES_H

#include "ask/answer.h"
#include "endpoint/hide.h"
#include "look/judged.h"

/* judged: NULL where there is none. */
void hide_names_learn(struct hide *h, struct look *look, const struct answer *a, const struct judged *judged);

#endif
