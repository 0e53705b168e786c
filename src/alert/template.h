/*
 * The text of a message by a template: "{rule}: {metric} is {value} since {since}". Fields in braces are replaced, what
 * else stands there stays; "{{" is a brace.
 *
 *   {rule} {state} {severity} {metric} {value} {since} {time} {duration} {text} {id}
 *
 * The empty template is "{text}".
 */
#ifndef ALERT_TEMPLATE_H
#define ALERT_TEMPLATE_H

#include "alert/message.h"

#define TEMPLATE_MAX 512
#define TEMPLATE_WHY 160

/* -EINVAL, and why: an unknown field, or a brace that is left open. */
int template_check(const char *template, char why[static TEMPLATE_WHY]);

/* A template that was checked, filled in; cut where it does not fit, never in the middle of a character. Returns
 * out. */
char *template_fill(const char *template, const struct message *m, char *out, size_t cap);

#endif
