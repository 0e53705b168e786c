/* The hardware id: values computed with sha256sum(1) and sha512sum(1) of the formula's text. */
#include "test.h"

#include "app/hardware_id.h"
#include "modules/crypto.h"
#include "os/os.h"

#include <errno.h>

#define ALL .cpu = true, .gpu = true, .board = true

static const struct os_host full = {
    .cpu = "AMD EPYC", .board_maker = "ACME", .board_product = "X1", .memory_bytes = 16.5e9,
    .n_gpus = 2, .gpu = { "B", "A" },
};

static void known_values(void **state)
{
    (void)state;
    static const struct os_host bare = { .cpu = "AMD EPYC", .memory_bytes = NAN };
    static const struct os_host board = { .board_product = "X1", .memory_bytes = 16.5e9 };
    static const struct { const struct os_host *h; struct hardware_id_options o; const char *want; } cases[] = {
        { &full,  { "sha256", ALL },                     "b884a914034a0e70673336fdc1ee3e03" }, /* CPU:AMD EPYC||GPU:A|B||MB:ACME:X1 */
        { &full,  { "sha256", .cpu = true },             "07d5a84fa4c35f200f2bf3f3c552cdb7" }, /* CPU:AMD EPYC */
        { &bare,  { "sha256", ALL, .ram = true },        "07d5a84fa4c35f200f2bf3f3c552cdb7" },
        { &board, { "sha512", ALL, .ram = true },        "dfa695783244792c5ff21ae086feabb3" }, /* MB::X1||RAM:16 */
    };
    if (!os_module("sonde-crypto", "sonde_crypto"))
        return; /* built without OpenSSL: test_module looks after that */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char id[HARDWARE_ID_MAX], reason[80] = "";
        assert_int_equal(hardware_id(cases[i].h, &cases[i].o, id, reason, sizeof reason), 0);
        assert_string_equal(id, cases[i].want);
        assert_string_equal(reason, "");
    }
}

static void only_what_is_known_is_a_part(void **state)
{
    (void)state;
    static const struct os_host no_gpu = { .cpu = "AMD EPYC", .memory_bytes = NAN };
    const struct hardware_id_options all = { "sha256", ALL, .ram = true };
    struct hardware_id_options o = hardware_id_made_of(&no_gpu, &all);
    assert_true(o.cpu && !o.gpu && !o.board && !o.ram);
    o = hardware_id_made_of(&full, &all);
    assert_true(o.cpu && o.gpu && o.board && o.ram);
    o = hardware_id_made_of(&full, &(struct hardware_id_options){ "sha256", .board = true });
    assert_true(!o.cpu && !o.gpu && o.board && !o.ram);
    assert_string_equal(o.algorithm, "sha256");
}

static void without_a_value_there_is_a_reason(void **state)
{
    (void)state;
    static const struct os_host nothing = { .memory_bytes = NAN };
    char id[HARDWARE_ID_MAX] = "x", reason[80] = "";
    assert_int_equal(hardware_id(&nothing, &(struct hardware_id_options){ "sha256", ALL, .ram = true }, id, reason,
                                 sizeof reason), -ENODATA);
    assert_string_equal(id, "");
    assert_true(reason[0]);
    const struct hardware_id_options no_parts = { .algorithm = "sha256" };
    assert_int_equal(hardware_id(&full, &no_parts, id, reason, sizeof reason), -ENODATA);
    assert_true(hardware_id(&full, &(struct hardware_id_options){ "md5", ALL }, id, reason, sizeof reason) < 0);
    assert_string_equal(id, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(only_what_is_known_is_a_part),
        cmocka_unit_test(without_a_value_there_is_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
