/*
 * Messages for the person who runs Sonde, on stderr: "sonde: what failed, on what, what now".
 *
 * The level is the only global of this room. Levels follow syslog's sense: an error ends what was
 * asked for, a warning does not, info is silent by default.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO };

void log_set_level(enum log_level level);
enum log_level log_level(void);

/* rc: a negative errno value, whose text is appended, or 0 for none. */
__attribute__((format(printf, 2, 3))) void log_error(int rc, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void log_warn(int rc, const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void log_info(const char *fmt, ...);

#endif
