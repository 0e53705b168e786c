/* Which names may stand in what is sent: of the processes, groups and labels that were recorded. */
#ifndef ENDPOINT_NAMES_H
#define ENDPOINT_NAMES_H

#include "ask/answer.h"
#include "endpoint/hide.h"
#include "look/judged.h"

/* judged: NULL where there is none. */
void names_learn(struct hide *h, struct look *look, const struct answer *a, const struct judged *judged);

#endif
