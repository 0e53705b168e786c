/*
 * Asks a file system for its space on a thread of its own, because a mount whose server is gone
 * never answers.
 *
 * One question at a time: while a thread hangs, none is added. A mount that did not answer within
 * FS_PROBE_DEADLINE_S is left alone and asked again after 60 s, then 120 s, up to an hour, until it
 * answers in time.
 */
#ifndef ADAPTERS_LINUX_FS_PROBE_H
#define ADAPTERS_LINUX_FS_PROBE_H

#include "os/os.h"

#define FS_PROBE_DEADLINE_S 2
#define FS_PROBE_NEAR_S 0.05 /* an answer that comes so soon is waited for */

struct fs_probe;

enum fs_probe_news { FS_PROBE_SAME, FS_PROBE_SILENT, FS_PROBE_BACK };

struct fs_probe *fs_probe_new(const char *root, const char *mount);

/* Returns at once, also while its thread hangs:
 * that one frees what it still needs. NULL is fine. */
void fs_probe_free(struct fs_probe *p);

/* Looks for the answer to the last question, then asks again if it is time to.
 * mono_ns: of this reading. */
enum fs_probe_news fs_probe_ask(struct fs_probe *p, int64_t mono_ns);

/* Is it worth waiting for, FS_PROBE_NEAR_S at most? The question is out,
 * and so far answers came soon. */
bool fs_probe_is_near(struct fs_probe *p);

/* It was not: from now on its answers are taken at the reading after,
 * until they come soon again. */
void fs_probe_give_up(struct fs_probe *p);

/* The answer, if one came since the reading before. */
bool fs_probe_answer(const struct fs_probe *p, struct os_fs *out);

/* After FS_PROBE_SILENT: seconds between the question that was not answered and the next. */
int fs_probe_pause_s(const struct fs_probe *p);

#endif
