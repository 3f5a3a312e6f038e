/*
 * Code in RAM that is rewritten all the time: copied anew, patched in place, moved, patched by itself. Every result is
 * compared with what C makes of it.
 */
#include "rewrite.h"

volatile uint32_t rewrite_rounds, rewrite_failures, rewrite_checksum;

static uint32_t code[4 * KERNEL_WORDS] __attribute__((aligned(64)));

static void copy(uint32_t *to, const uint32_t *from) {
    for (uint32_t i = 0; i < KERNEL_WORDS; i++) to[i] = from[i];
}

static void check(uint32_t result, uint32_t expected) {
    if (result != expected) rewrite_failures++;
    rewrite_checksum = rewrite_checksum * 31 + result;
}

static void run(const uint32_t *at, uint32_t count, uint32_t constant) {
    uint32_t expected = count;
    for (uint32_t i = 0; i < count; i++) expected = fold(expected, constant);
    check(kernel_at(at)(count, count), expected);
}

static void run_self_changing(const uint32_t *at, uint32_t count) {
    uint32_t expected = count;
    for (uint32_t i = count; i > 0; i--) expected = fold(expected, i);
    check(kernel_at(at)(count, count), expected);
}

int main(void) {
    for (;; rewrite_rounds++) {
        uint32_t round = rewrite_rounds, constant = round * 37 & 0xff;
        /* A place of its own for some rounds, so that code stays and gets hot before it changes. */
        uint32_t *place = code + (round / 64 % 3) * KERNEL_WORDS;
        copy(place, kernel_code);
        patch_kernel(place, constant);
        synchronise_code();
        run(place, 40 + round % 50, constant);

        for (uint32_t i = 0; i < 4; i++) {
            patch_kernel(place, i);
            synchronise_code();
            run(place, 20 + i, i);
        }

        copy(place, self_changing_code);
        synchronise_code();
        run_self_changing(place, 30 + round % 7);

        copy(place, unfenced_code);
        synchronise_code();
        /* The architecture leaves open what comes out: it only has to be the same everywhere. */
        rewrite_checksum += kernel_at(place)(25, round);
    }
}
