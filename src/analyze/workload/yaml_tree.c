/* yaml_tree.c - libyaml's document, with complaints that say where. */
#include "analyze/workload/yaml_tree.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0)))
static int tree_say(struct yaml_tree *t, const yaml_mark_t *at, const char *fmt, va_list ap)
{
    char text[512], plain[512];
    vsnprintf(text, sizeof text, fmt, ap);
    text_copy(plain, sizeof plain, text);
    buf_printf(t->complaint, "%s:%zu:%zu: %s", t->path, at->line + 1, at->column + 1, plain);
    return -EINVAL;
}

__attribute__((format(printf, 3, 4)))
static int tree_fail_at(struct yaml_tree *t, const yaml_mark_t *at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int rc = tree_say(t, at, fmt, ap);
    va_end(ap);
    return rc;
}

int yaml_tree_fail(struct yaml_tree *t, const yaml_node_t *at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int rc = tree_say(t, &at->start_mark, fmt, ap);
    va_end(ap);
    return rc;
}

yaml_node_t *yaml_tree_top(struct yaml_tree *t)
{
    return yaml_document_get_root_node(&t->document);
}

/* Does it nest deeper than any file of ours? The time that a document takes grows with the square of that. What else is
 * wrong with a text is told when it is loaded. */
static bool tree_is_deep(const char *text, size_t n)
{
    yaml_parser_t parser;
    yaml_event_t e;
    int depth = 0;
    bool more = true;
    if (!yaml_parser_initialize(&parser))
        return false;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
    while (more && depth <= YAML_TREE_DEEP && yaml_parser_parse(&parser, &e)) {
        depth += e.type == YAML_SEQUENCE_START_EVENT || e.type == YAML_MAPPING_START_EVENT;
        depth -= e.type == YAML_SEQUENCE_END_EVENT || e.type == YAML_MAPPING_END_EVENT;
        more = e.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&parser);
    return depth > YAML_TREE_DEEP;
}

int yaml_tree_open(struct yaml_tree *t, const char *path, const char *text, size_t n, struct buf *complaint)
{
    *t = (struct yaml_tree){ .path = path, .complaint = complaint };
    yaml_mark_t start = { 0 };
    yaml_parser_t parser;
    if (n > YAML_TREE_MAX)
        return tree_fail_at(t, &start, "longer than 1 MiB; such a file has a few lines");
    if (tree_is_deep(text, n))
        return tree_fail_at(t, &start, "it nests deeper than %d levels; such a file has three", YAML_TREE_DEEP);
    if (!yaml_parser_initialize(&parser))
        return -ENOMEM;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
    t->loaded = yaml_parser_load(&parser, &t->document);
    yaml_mark_t at = parser.problem_mark;
    const char *problem = parser.problem;
    yaml_parser_delete(&parser);
    if (!t->loaded)
        return tree_fail_at(t, &at, "%s; this is not YAML", problem ? problem : "it cannot be read");
    const yaml_node_t *top = yaml_tree_top(t);
    if (!top)
        return tree_fail_at(t, &start, "there is nothing in it");
    return top->type == YAML_MAPPING_NODE ? 0 : yaml_tree_fail(t, top, "keys are expected here, like `name: idle`");
}

void yaml_tree_close(struct yaml_tree *t)
{
    if (t->loaded)
        yaml_document_delete(&t->document);
    t->loaded = false;
}

yaml_node_t *yaml_tree_key(struct yaml_tree *t, const yaml_node_t *map, int i, yaml_node_t **value)
{
    if (map->type != YAML_MAPPING_NODE)
        return NULL;
    const yaml_node_pair_t *p = map->data.mapping.pairs.start + i;
    if (p >= map->data.mapping.pairs.top)
        return NULL;
    *value = yaml_document_get_node(&t->document, p->value);
    return yaml_document_get_node(&t->document, p->key);
}

int yaml_tree_items(const yaml_node_t *list)
{
    if (list->type != YAML_SEQUENCE_NODE)
        return 0;
    return (int)(list->data.sequence.items.top - list->data.sequence.items.start);
}

yaml_node_t *yaml_tree_item(struct yaml_tree *t, const yaml_node_t *list, int i)
{
    return i < yaml_tree_items(list) ? yaml_document_get_node(&t->document, list->data.sequence.items.start[i]) : NULL;
}

const char *yaml_tree_text(const yaml_node_t *node)
{
    if (!node || node->type != YAML_SCALAR_NODE)
        return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

bool yaml_tree_number(const yaml_node_t *node, double *out)
{
    const char *text = yaml_tree_text(node);
    return text && text_double(text, out);
}
