/* identity.c - which parts of a machine its id is made of. */
#include "app/identity.h"

struct hardware_id_options identity_options(const struct config *c)
{
    return (struct hardware_id_options){
        .algorithm = config_string(c, "hardware_id.hash_algorithm"),
        .cpu = config_bool(c, "hardware_id.include_cpu"),
        .gpu = config_bool(c, "hardware_id.include_gpu"),
        .board = config_bool(c, "hardware_id.include_motherboard"),
        .ram = config_bool(c, "hardware_id.include_ram"),
    };
}
