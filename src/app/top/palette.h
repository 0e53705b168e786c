/* How each ink looks on a terminal of 256, 16, 8 or no colours. */
#ifndef APP_TOP_PALETTE_H
#define APP_TOP_PALETTE_H

#include "app/top/grid.h"

/* Looks 1 .. INKS - 1, for terminal.looks(); colours as terminal.colours() says, 0 for none. */
const struct terminal_look *palette_looks(int colours);

#endif
