/* CRC-32 (reflected 0xedb88320) of 1 KiB, a table look-up a byte. */
#include "bench.h"

#define SIZE 1024u

static uint32_t table[256];
static uint8_t message[SIZE];

void bench_init(void) {
    uint32_t random = 1;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
        table[i] = crc;
    }
    for (uint32_t i = 0; i < SIZE; i++) message[i] = (uint8_t)bench_random(&random);
}

uint32_t bench_step(uint32_t seed) {
    uint32_t crc = ~seed;
    for (uint32_t i = 0; i < SIZE; i++) crc = crc >> 8 ^ table[(crc ^ message[i]) & 0xff];
    return ~crc;
}
