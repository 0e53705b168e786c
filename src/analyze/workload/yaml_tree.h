/*
 * A small YAML file as a tree, for readers of data (categories, what the classifier learnt): every complaint has
 * its file, line and column, and the first one is the last. Files come from people: they are bounded, and aliases,
 * which let a small file mean a huge one, are met by walking only as deep as is asked for.
 */
#ifndef ANALYZE_YAML_TREE_H
#define ANALYZE_YAML_TREE_H

#include "base/buf.h"

#include <stdbool.h>
#include <yaml.h>

#define YAML_TREE_MAX (1u << 20) /* bytes */
#define YAML_TREE_DEEP 64        /* levels */

struct yaml_tree {
    const char *path;
    yaml_document_t document;
    bool loaded;
    struct buf *complaint; /* one line: "FILE:LINE:COL: what, what to do" */
};

/* Reads a text whose top is a mapping. 0, or -EINVAL with a complaint. To be closed in any case. */
int yaml_tree_open(struct yaml_tree *t, const char *path, const char *text, size_t n, struct buf *complaint);
void yaml_tree_close(struct yaml_tree *t);

yaml_node_t *yaml_tree_top(struct yaml_tree *t);

/* Complains about a node, and returns -EINVAL. */
__attribute__((format(printf, 3, 4)))
int yaml_tree_fail(struct yaml_tree *t, const yaml_node_t *at, const char *fmt, ...);

/* The pairs of a mapping and the items of a list; NULL past the end, or where it is neither. */
yaml_node_t *yaml_tree_key(struct yaml_tree *t, const yaml_node_t *map, int i, yaml_node_t **value);
yaml_node_t *yaml_tree_item(struct yaml_tree *t, const yaml_node_t *list, int i);
int yaml_tree_items(const yaml_node_t *list); /* 0 where it is no list */

/* The text of a scalar without zero bytes, borrowed; NULL for anything else. */
const char *yaml_tree_text(const yaml_node_t *node);
bool yaml_tree_number(const yaml_node_t *node, double *out); /* finite */

#endif
