/*
 * What the workload classifier learnt, as text: the program's own (data/workload.yaml, made by bench/workloads.sh) and
 * what it learnt of a person's labelled sessions (DATA/models/workload). YAML:
 *
 *     features: [cpu, cpu.spread, ...]
 *     scale: [0.9, 0.5, ...]            # as the two that follow: of the program's own only
 *     sharpness: 6.1
 *     reach: 1.2
 *     prototypes:
 *       - [coding_development, gcc, 3.61, 1.5, ~, ...]   # category or unknown, what it is of, a value a feature
 */
#ifndef ANALYZE_WORKLOAD_MODEL_H
#define ANALYZE_WORKLOAD_MODEL_H

#include "analyze/workload/category.h"
#include "base/buf.h"
#include "learn/classes.h"

#include <stddef.h>

#define WORKLOAD_PROTOTYPES 2048 /* of a file, at most: some 300 bytes each, of YAML_TREE_MAX */
#define WORKLOAD_OF_MAX 48

/* One prototype of a text; category "unknown" for programs of other kinds. */
struct workload_prototype {
    char category[CATEGORY_NAME_MAX], of[WORKLOAD_OF_MAX];
    double point[CLASSES_MAX_DIM]; /* in the order of workload_features() */
};

struct workload_model {
    bool tuned;                  /* scale, sharpness and reach are there */
    double scale[CLASSES_MAX_DIM], sharpness, reach;
    int n;
    struct workload_prototype *prototype;
};

/* 0, or -EINVAL with a complaint ("FILE:LINE:COL: ..."). Features that this program does not know are passed over, and
 * those that the file does not know are NaN. To be released by workload_model_done(). */
int workload_model_parse(const char *path, const char *text, size_t n, struct workload_model *out,
                         struct buf *complaint);
void workload_model_done(struct workload_model *m);

void workload_model_put(const struct workload_model *m, struct buf *out);

#endif
