/* `sonde record --test`: would it work here? */
#ifndef APP_RECORDER_TEST_H
#define APP_RECORDER_TEST_H

#include "app/command.h"

/* Records for ten seconds into a temporary folder, reads it back and prints what works. Returns an exit status. */
int recorder_test(const struct args *a);

#endif
