/* The configuration is read again while the recorder runs. */
#ifndef APP_RECORDER_RELOAD_H
#define APP_RECORDER_RELOAD_H

#include "app/recorder.h"

/* Takes over what can change, says what cannot; with a file that has errors everything stays as it is. */
void recorder_reload(struct recorder *r);

#endif
