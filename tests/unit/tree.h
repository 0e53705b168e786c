/*
 * A made-up /proc and /sys for tests that need no adapter: a tree of files in a temporary directory.
 *
 *     char root[TREE_ROOT];
 *     tree_init(root);
 *     tree_write(root, "/proc/sys/vm/swappiness", "60\n");
 *     tree_done(root);
 */
#ifndef TESTS_UNIT_TREE_H
#define TESTS_UNIT_TREE_H

#include <stddef.h>

#define TREE_ROOT 64

void tree_init(char root[static TREE_ROOT]);
void tree_done(const char *root); /* removes all of it */

/* Makes a file and its directories, or changes it in place. */
void tree_write(const char *root, const char *path, const char *text);
void tree_folder(const char *root, const char *path);
void tree_link(const char *root, const char *path, const char *target);
void tree_remove(const char *root, const char *path); /* a file, or a directory with all in it */

/* What is in a file, without its line end; the test fails where there is none. In a static buffer. */
const char *tree_text(const char *root, const char *path);

#endif
