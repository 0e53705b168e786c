/*
 * What differs between operating systems, and nothing else.
 *
 * Every path of the machine is read below a root: "" is the running machine, anything else a
 * recorded one. Functions return 0 or a count, or a negative errno value.
 */
#ifndef OS_OS_H
#define OS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OS_PATH_MAX 4096

/* ---- files of the machine ---- */

/* Opens root + path for reading; a descriptor to be closed with os_close().
 * -ENOENT where absent. */
int os_open_read(const char *root, const char *path);

/*
 * Reads a file from its start into text, which is NUL-terminated; returns the bytes read.
 * A file longer than cap - 1 is cut there. Files of /proc and /sys give their present content.
 */
int os_pread_text(int fd, char *text, size_t cap);

/*
 * The same by one read, without asking whether there is more: half the cost. For files that the
 * kernel prints whole at the first read, as it does in sysfs and in control groups.
 */
int os_pread_once(int fd, char *text, size_t cap);

/* The same with a single read, for files that the kernel gives in one piece (those of /proc/PID): to look
 * for more behind the end is a third of the price. */
int os_pread_piece(int fd, char *text, size_t cap);

/* Opens, reads as os_pread_text(), closes. */
int os_read_text(const char *root, const char *path, char *text, size_t cap);

/* As os_read_text() for a file that holds one whole number, like most of sysfs. */
int os_read_i64(const char *root, const char *path, int64_t *out);
int os_pread_i64(int fd, int64_t *out);

/* Writes text to a file of the kernel that is there, in one write(2). os_may_write(): could that be done? 0, or
 * -EACCES, -EROFS, -ENOENT. */
int os_write_text(const char *root, const char *path, const char *text);
int os_may_write(const char *root, const char *path);

void os_close(int fd); /* negative: nothing to do */

bool os_exists(const char *root, const char *path);

bool os_is_file(const char *path); /* a regular one, or a link to one: reading it does not block */

/*
 * Calls each(self, name) for every entry of a directory but "." and "..", in the order of the
 * names, numbers by value ("hwmon2" before "hwmon10"). Returns the count.
 */
int os_list(const char *root, const char *path, void (*each)(void *self, const char *name),
            void *self);

/*
 * A directory that is listed again and again for the entries that are numbers: the processes of
 * /proc. os_dir_numbers() fills out with up to cap of them, ascending, and returns how many there
 * are, which may be more than cap.
 */
int os_open_dir(const char *root, const char *path);
int os_dir_numbers(int fd, int32_t *out, size_t cap);

/* The target of a symbolic link, NUL-terminated; below a root, links stay links. */
int os_read_link(const char *root, const char *path, char *out, size_t cap);

/* ---- file systems ---- */

struct os_fs {
    double total, free, available; /* bytes; available is what an ordinary user may still write */
    double inodes, inodes_free;    /* 0 where the file system does not count them */
};

/*
 * Space of the file system at a mount point. May block for ever on a dead network mount. Below a
 * root it answers from root/.sonde/statfs (see core/replay.h).
 */
int os_fs_space(const char *root, const char *mount, struct os_fs *out);

/* ---- time ---- */

int64_t os_mono_ns(void); /* since some start, stops while suspended, never steps */
int64_t os_boot_ns(void); /* the same, but runs on while suspended */
int64_t os_wall_ms(void); /* since 1970 UTC, may step */

/* How far local time is ahead of UTC at a time, in seconds, by the time zone that is set now. */
int os_zone_s(int64_t wall_ms);

/* Sleeps until os_mono_ns() reaches the time. -EINTR when a signal came. */
int os_sleep_until(int64_t mono_ns);

/* ---- this process ---- */

double os_cpu_s(void); /* user and system time of the process so far */

struct os_self {
    double cpu_s;     /* user and system time of the process so far */
    double rss_bytes; /* resident memory */
    double written_bytes; /* to storage so far; NaN where the system does not say */
};

int os_self(struct os_self *out);
int32_t os_pid(void);
int os_random(void *bytes, size_t n); /* for secrets */
bool os_is_root(void); /* does it run as the administrator? */
uint32_t os_user(void); /* with whose rights it runs; 0: the administrator's */

/* All threads that are started from now on, and this one, let other programs go first: processor and disk. */
int os_yield_to_others(void);

/* They run on these cores only. -EINVAL: none of them is there. */
int os_run_on(const int *core, size_t n);

/*
 * Keeps all threads on few heaps, which glibc makes one of for each otherwise: what a thread frees is of use to the
 * others, and the memory of a process that goes on for weeks does not grow with them; what is free at the end of a heap
 * goes back at once. At its beginning.
 */
void os_use_few_heaps(void);

/* Gives free memory of the heap back to the system: after work that needed much of it and comes seldom. */
void os_give_memory_back(void);

bool os_out_of_files(void); /* can no further descriptor be opened? */

/* Asks for as many descriptors as the system lets an ordinary process have. Returns the limit. */
int os_more_files(void);

/*
 * From now on SIGINT, SIGTERM and SIGHUP only set a flag (a second one ends the process at once, but
 * for SIGHUP, of which a closing terminal sends two). One that was ignored from the start (nohup, a
 * background job) stays so. os_stop() sets the flag without a signal.
 */
void os_stop_on_signal(void);
void os_stop(void);
bool os_stopping(void);

/*
 * The same for a service: SIGHUP asks for a reload and stops nothing, unless the terminal on standard
 * input went away. os_take_reload() is true once for every time it was asked; sleeps end with -EINTR.
 * SIGUSR1 asks to keep the last minutes: os_take_mark(), in the same way.
 */
void os_serve_on_signal(void);
bool os_take_reload(void);
bool os_take_mark(void);

/* Opens what is closed of the first three descriptors to nowhere: else a file of ours would become one of them, and
 * what is printed would go into it. */
void os_open_standard(void);

/* From now on a write to a pipe without a reader, or beyond the limit on the size of files, is an
 * error of that write: -EPIPE, -EFBIG. */
void os_outlive_writes(void);

/* Of a child that is about to become another program: as it was for us before. */
void os_inherit_writes(void);

/* Did the reader of a pipe, or the terminal, go away? */
bool os_reader_left(int fd);

/* Waits until a descriptor can be read, or os_mono_ns() reaches the time: -ETIMEDOUT. -EINTR when a
 * signal came. */
int os_wait_input(int fd, int64_t until_ns);

/* Asks a process to end (SIGTERM). -ESRCH when there is none, -EPERM. */
int os_end_process(int32_t pid);

bool os_is_terminal(int fd);
int os_terminal_width(void); /* columns of the terminal on stderr, 80 where unknown */

/* Runs f(arg) on a detached thread that takes no signals; the process may end while it runs. */
int os_thread(void (*f)(void *arg), void *arg);

#define OS_HELPER_FDS 8

/*
 * A child process that opens n descriptors for us, at most OS_HELPER_FDS, and ends: for what takes long
 * or a lot of memory to open. open_all() runs there and fills fd; it returns 0, or an error and holds
 * nothing. os_helper_take() does not wait: -EAGAIN as long as the child is at work, -EPIPE when it
 * died, else what open_all() returned; with 0 the descriptors are the caller's. os_helper_free() ends it.
 */
struct os_helper;
int os_helper_start(int (*open_all)(int *fd), int n, struct os_helper **out);
int os_helper_take(struct os_helper *h, int *fd, int n);
void os_helper_free(struct os_helper *h);

struct os_lock;
struct os_lock *os_lock_new(void);
void os_lock_free(struct os_lock *l);
void os_lock(struct os_lock *l);
void os_unlock(struct os_lock *l);

/* While it is held: lets go of it until somebody calls os_wake() or os_mono_ns() reaches the time,
 * and holds it again. False when it was the time. May return early. INT64_MAX: no such time. */
bool os_wait(struct os_lock *l, int64_t until_ns);
void os_wake(struct os_lock *l); /* all who wait */

/* ---- files of ours ---- */

/*
 * Writes a file whole or not at all: a temporary file beside it, synced, renamed over it. Mode
 * 0600. A path that is a device or a pipe (/dev/stdout) is written directly; one that is a symbolic
 * link stays one, and what it leads to is written. os_write_new() replaces nothing: -EEXIST.
 */
int os_write_file(const char *path, const void *bytes, size_t n);
int os_write_new(const char *path, const void *bytes, size_t n);

/*
 * The same for a file that other users shall read, and that is written anew so often that losing power may take it:
 * mode 0644, not synced. It may lie in a folder of somebody else: what is no regular file stays, and is not opened:
 * -ELOOP a symbolic link, -EISDIR, -ENOTSUP a pipe or a device.
 *
 * os_write_named(): of a path that a person names now. Devices, pipes and links as of os_write_file(), but -ELOOP for a
 * link that is neither the user's nor root's, and a file that a link leads to keeps its mode.
 */
int os_write_public(const char *path, const void *bytes, size_t n);
int os_write_named(const char *path, const void *bytes, size_t n);

/*
 * Could os_write_file() write there now? Writes nothing. 0, or why not: -ENOENT no such directory,
 * -ENOTDIR, -EISDIR, -EACCES, -EROFS, -ENAMETOOLONG, -ENOSPC its file system is full.
 */
int os_can_write(const char *path);

bool os_same_file(const char *a, const char *b); /* would writing one change the other? */

/* A whole file in memory, NUL-terminated, to be freed with mem_free(). -EFBIG above max bytes. */
int os_read_file(const char *path, size_t max, char **out, size_t *out_n);

/* The same of a file that holds a secret. -EPERM: it is not the user's (or root's), or others may read it too. */
int os_read_secret(const char *path, size_t max, char **out, size_t *out_n);

/* The same of one line of printable ASCII, without the blanks at its end: what may stand in a header. -EBADMSG: there
 * is none in it. */
int os_read_secret_line(const char *path, size_t max, char **out);

int os_make_dir(const char *path); /* with its parents, mode 0700; an existing one is fine */

/* For what other programs are to read: modes 0755, of those that it makes only, and 0644. */
int os_make_shared_dir(const char *path);
int os_share_file(const char *path);

int os_remove(const char *path); /* a file, a link, or an empty directory: -ENOTEMPTY */

int os_rename(const char *from, const char *to); /* of files, or of a directory over an empty one */

/* ---- trees of ours ---- */

enum os_kind { OS_FILE, OS_DIR, OS_LINK, OS_OTHER };

/*
 * Calls each(self, path, kind) for everything below a directory, a directory before what is in it;
 * path is relative to it. Links are not followed. Ends early with what each returned, if not 0.
 */
int os_walk(const char *dir, int (*each)(void *self, const char *path, enum os_kind kind),
            void *self);

/* A new directory, empty and only ours; in memory where the system has such
 * a place, unless it shall be `on_disk`: in TMPDIR, or /tmp. */
int os_make_temp_dir(bool on_disk, char *out, size_t cap);

/*
 * Changes below a directory, never outside it: path is relative to dir; -EINVAL when it has a part
 * ".." or an empty one, -ELOOP or -ENOTDIR when it would pass through a symbolic link.
 *
 *   os_tree_write   writes a file in place: whoever has it open sees the new content. Makes the
 *                   directories above it.
 *   os_tree_link    a symbolic link; likewise. One that is there already is replaced.
 *   os_tree_remove  a file, a link or a directory with all that is in it, then the directories
 *                   above that this left empty. -ENOENT when there is none.
 */
int os_tree_write(const char *dir, const char *path, const void *bytes, size_t n);
int os_tree_link(const char *dir, const char *path, const char *target);
int os_tree_remove(const char *dir, const char *path);

/*
 * The same below a directory that holds a system, which may be somebody else's: an image.
 *
 *   os_tree_look    what is there, as enum os_kind; -ENOENT. Opens it not.
 *   os_tree_read    as os_read_file(), of a regular file; -ENOTSUP of anything else
 *   os_tree_make    a directory and those above it, with this mode where it makes them; one that is there is fine
 *   os_tree_put     a file of mode 0644, whole, in a directory that is there. Replaces a regular file; -ELOOP a link,
 *                   -ENOTSUP anything else
 *   os_tree_delete  what is there, an empty directory as well: -ENOTEMPTY; with `all`, one with all that is in it
 */
int os_tree_look(const char *dir, const char *path);
int os_tree_read(const char *dir, const char *path, size_t max, char **out, size_t *out_n);
int os_tree_make(const char *dir, const char *path, unsigned mode);
int os_tree_put(const char *dir, const char *path, const void *bytes, size_t n);
int os_tree_delete(const char *dir, const char *path, bool all);

int os_remove_dir(const char *dir); /* with all that is in it */

/*
 * The symbol of one of our modules (a shared object of ours, found beside the program or in
 * lib/sonde), loaded at the first call and kept. NULL where the module is not installed.
 */
const void *os_module(const char *module, const char *symbol);

/* ---- programs and shared objects of other people ---- */

/*
 * May a file be run with our rights, or all files of a directory? Where its links lead it belongs to
 * root or to the user who runs Sonde, nobody else may write to it, and the same holds for the
 * directories above, but that those may be as /tmp, where only the owner of a file may replace it.
 * Otherwise false, and why.
 */
bool os_is_trusted(const char *path, char *why, size_t cap);

/* Where the links of a path lead, in out of OS_PATH_MAX bytes: who could change a link on the way can
 * not change what was found to be trusted. */
int os_real_path(const char *path, char *out);

int os_self_path(char *out); /* of the program that runs, in OS_PATH_MAX bytes */

bool os_is_program(const char *path); /* may we execute it? */

/* The file that execvp(3) executes for a name, in out of OS_PATH_MAX bytes. -ENOENT: there is none. */
int os_find_program(const char *name, char *out);

/* The symbol of a shared object, which is loaded at the first call and kept.
 * NULL, and why, where it cannot be loaded or has none. */
const void *os_symbol(const char *path, const char *symbol, char *why, size_t cap);

/*
 * Opens a file of ours with the program that the person has for its kind (xdg-open(1)), and does not wait for it.
 * -ENODEV: there is no display here; -ENOENT: there is no xdg-open.
 */
int os_show_file(const char *path);

struct os_child {
    int32_t pid;  /* of the guard that stands before it; 0 = it has ended */
    int out, err; /* to read what it writes to stdout and stderr, also after its end; -1 = closed */
};

/*
 * Starts argv[0], an absolute path, with the environment env (both end in NULL) in the directory
 * "/", in a session of its own, with no descriptor but stdin, which is empty, stdout and stderr. It
 * ends, with all that it started in that session's group, when this process or the calling thread
 * ends. Errors: those of execve(2), fork(2) and pipe(2).
 */
int os_child_start(const char *const *argv, const char *const *env, struct os_child *c);

/* The same, with n bytes on its stdin. */
int os_child_start_with(const char *const *argv, const char *const *env, const void *bytes, size_t n,
                        struct os_child *c);

/* What it wrote: bytes, 0 when it has closed that end, -EAGAIN when there is nothing, after waiting
 * for at most wait_ms. */
int os_child_read(int fd, void *bytes, size_t cap, int wait_ms);

/* Is this process the one that was started, and not its guard? */
bool os_child_is(const struct os_child *c, int32_t pid);

/* Asks it and its group to end, and ends them 0.2 s later; returns at once. */
void os_child_end(const struct os_child *c);

/* Waits for at most wait_ms. Has it ended, pid is 0 and *status is its exit status, 128 + n where
 * signal n ended it. */
bool os_child_has_ended(struct os_child *c, int wait_ms, int *status);

void os_child_close(struct os_child *c); /* of one that has ended */

#endif
