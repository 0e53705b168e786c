/*
 * hwmon_id.c - a name for the place of a chip, from the path of its device.
 *
 * A path is read from the outside in. Buses whose addresses are fixed by the board or the firmware
 * (PCI, platform, ACPI) start the name afresh; what hangs on them by a port or an address (ATA,
 * USB, I2C) is added behind. Numbers that are given out in the order of loading (host0, i2c-3,
 * nvme0, the last part of a HID device) are left out.
 */
#include "adapters/linux/hwmon_id.h"

#include "base/text.h"
#include "os/os.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Does the text have this shape? x = hexadecimal digit, 9 = one or more digits,
 * A = one capital or digit; else itself. */
static bool id_has_shape(const char *p, const char *shape)
{
    for (; *shape; shape++) {
        if (*shape == '9') {
            if (!isdigit((unsigned char)*p))
                return false;
            p += strspn(p, "0123456789");
        } else if (*shape == 'x'   ? !isxdigit((unsigned char)*p)
                   : *shape == 'A' ? !isupper((unsigned char)*p) && !isdigit((unsigned char)*p)
                                   : *p != *shape) {
            return false;
        } else {
            p++;
        }
    }
    return *p == '\0';
}

static bool id_is_acpi(const char *part)
{
    return id_has_shape(part, "AAAAAAA:xx") || id_has_shape(part, "AAAAAAAA:xx");
}

/* "1-2.4:1.0" is bus, ports, configuration and interface. */
static bool id_is_usb_interface(const char *part)
{
    const char *dash = strchr(part, '-'), *colon = strchr(part, ':');
    return isdigit((unsigned char)part[0]) && dash && colon && dash < colon;
}

/* Directories of a class: what follows is a number given out while loading. */
static bool id_is_class(const char *part)
{
    static const char *const classes[] = { "hwmon", "nvme", "thermal", "power_supply", "net", "ieee80211", NULL };
    const char *const *c = classes;
    while (*c && strcmp(*c, part) != 0)
        c++;
    return *c != NULL;
}

static void id_add(char out[static HWMON_ID_MAX], const char *bus, const char *part)
{
    size_t n = strlen(out);
    snprintf(out + n, HWMON_ID_MAX - n, "%s%s", bus, part);
}

/* From here the place is fixed: what was said before no longer matters. */
static void id_start(char out[static HWMON_ID_MAX], const char *bus, const char *part)
{
    out[0] = '\0';
    id_add(out, bus, part);
}

/* One part of the path. `bus` is the part before it. */
static void id_take(char out[static HWMON_ID_MAX], const char *bus, const char *part)
{
    if (id_has_shape(part, "xxxx:xx:xx.x"))
        id_start(out, "pci-", part);
    else if (id_is_acpi(part))
        id_start(out, "acpi-", part);
    else if (strcmp(bus, "platform") == 0 || strcmp(bus, "soc") == 0)
        id_start(out, "platform-", part);
    else if (id_has_shape(part, "ata9"))
        id_add(out, "-", part);
    else if (id_has_shape(part, "9-xxxx"))
        id_add(out, "-i2c-", strchr(part, '-') + 1);
    else if (id_is_usb_interface(part))
        id_add(out, "-usb-", part);
}

void hwmon_id_of_path(const char *path, char out[static HWMON_ID_MAX])
{
    char bus[HWMON_ID_MAX] = "", part[HWMON_ID_MAX];
    out[0] = '\0';
    for (const char *p = path; *p;) {
        size_t n = strcspn(p, "/");
        snprintf(part, sizeof part, "%.*s", (int)n, p);
        p += n + (p[n] == '/');
        if (strcmp(part, "virtual") == 0) {
            snprintf(out, HWMON_ID_MAX, "virtual");
            return;
        }
        if (id_is_class(part))
            break;
        id_take(out, bus, part);
        memcpy(bus, part, sizeof bus);
    }
    if (!out[0])
        snprintf(out, HWMON_ID_MAX, "device");
}

void hwmon_id(const char *root, const char *dir, char out[static HWMON_ID_MAX])
{
    char link[OS_PATH_MAX], path[OS_PATH_MAX], clean[OS_PATH_MAX];
    snprintf(path, sizeof path, "%s/device", dir);
    if (os_read_link(root, dir, link, sizeof link) < 0 &&
        os_read_link(root, path, link, sizeof link) < 0)
        link[0] = '\0';
    text_copy(clean, sizeof clean, link);
    hwmon_id_of_path(clean, out);
}
