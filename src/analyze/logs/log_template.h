/*
 * What a line says apart from its numbers: two lines with the same template are the same news again.
 *
 * Numbers, hexadecimal words and what stands in quotes are masked: "I/O error, dev sda, sector 4711" is "I/O error, dev
 * sda, sector #".
 */
#ifndef ANALYZE_LOGS_LOG_TEMPLATE_H
#define ANALYZE_LOGS_LOG_TEMPLATE_H

#include "analyze/logs/log_line.h"

#define LOG_TEMPLATE_MAX 200 /* bytes, NUL included; what stands behind does not count */

/* Writes the template of a text. Returns out. */
char *log_template_text(const char *text, char out[static LOG_TEMPLATE_MAX]);

/* A number for the template of a line and who said it; not 0. */
uint64_t log_template(const struct log_line *l);

#endif
