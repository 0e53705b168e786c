/* What of the changes and the ageing of a machine can be seen here: lines of `sonde doctor`. */
#ifndef APP_CHANGES_NOTES_H
#define APP_CHANGES_NOTES_H

#include <stdbool.h>

struct changes_note {
    const char *name;
    bool there;
    char what[200];  /* what it gives, or why it does not and what to do */
};

#define CHANGES_NOTES 3

void changes_notes(const char *root, struct changes_note out[CHANGES_NOTES]);

#endif
