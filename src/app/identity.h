/* The hardware id as the configuration wants it (hardware_id.*). */
#ifndef APP_IDENTITY_H
#define APP_IDENTITY_H

#include "app/hardware_id.h"
#include "core/config.h"

struct hardware_id_options identity_options(const struct config *c);

#endif
