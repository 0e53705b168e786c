/* `sonde service`: its verbs, and what they share. A verb is a command of its own, in the table of
 * commands/service.c. */
#ifndef APP_SERVICE_SERVICE_H
#define APP_SERVICE_SERVICE_H

#include "app/command.h"
#include "app/service/unit.h"
#include "os/os.h"

extern const struct command service_print, service_install, service_remove;

#define SERVICE_USER "sonde"
#define SERVICE_STATE "/var/lib/sonde"
#define SERVICE_POLICY_STATE "/var/lib/sonde-policy" /* of the helper, which is root's */

/* For the tables of the verbs. */
#define SERVICE_UNIT_OPTIONS \
    { "user", 0, OPTION_FLAG, .help = "a service of this user, who needs no administrator for it" }, \
    { "bpf", 0, OPTION_FLAG, .help = "walk processes by BPF: cheaper, with more rights (CAP_BPF, CAP_PERFMON)" }, \
    { "data", 0, OPTION_DIR, "DIR", .help = "the data directory (storage.directory, or /var/lib/sonde)" }, \
    { "interval", 'i', OPTION_DURATION, "TIME", .min = SAMPLER_MIN_S, .max = SAMPLER_MAX_S, \
      .help = "between two samples (default general.logging_interval, which is 1)" }, \
    { "program", 0, OPTION_FILE, "FILE", .help = "the program that it runs (default this one)" }

#define SERVICE_INTO \
    { "into", 0, OPTION_DIR, "DIR", .help = "into the system below DIR, an image say; nothing is started" }

struct service {
    const struct args *args;
    bool user;
    const char *into;             /* "" = this system */
    char program[OS_PATH_MAX];
    char directory[OS_PATH_MAX];  /* of the data, as --data or storage.directory say; "" = the usual one */
    char folder[OS_PATH_MAX];     /* of the units, below `into` */
};

/* Reads the options that the verbs share. False: what is wrong was said. */
bool service_open(struct service *s, const struct args *a, const char *verb);

/* Their part of struct unit_options; borrows from s. */
struct unit_options service_options(const struct service *s);

/* The path of one of the files in s->folder, or of a name in it. */
void service_path(const struct service *s, const char *name, char out[static OS_PATH_MAX]);

enum service_file { SERVICE_ABSENT, SERVICE_OURS, SERVICE_FOREIGN };

/* Is the file there, and written by `sonde service install`, which makes no links? *user: and it made the user then. */
enum service_file service_look(const struct service *s, const char *name, bool *user);

/* Is this path below `into` reached without a symbolic link on the way (it may be one itself)? Else that was said. */
bool service_reaches(const struct service *s, const char *path, const char *verb);

/* Does a package bring this unit? */
bool service_is_packaged(const struct service *s, const char *name);

bool service_has_user(const struct service *s); /* the user sonde */

/* Does this service manager run, so that it can be asked? */
bool service_manager_runs(const struct service *s);

/* Adds what systemctl is to do, with --user or --root as it must be: words to a NULL. */
struct steps;
void service_systemctl(const struct service *s, struct steps *steps, bool optional, const char *const *words);

/* check --generate-systemd: writes sonde.service and aios-telemetry.service. The exit status. */
int service_generate(const struct args *a);

#endif
