#include "bench.h"
#include "semihosting.h"

void bench_finish(uint32_t checksum) {
    char text[] = "00000000\n";
    for (int i = 0; i < 8; i++) text[i] = "0123456789abcdef"[checksum >> (28 - 4 * i) & 15];
    semihosting_print(text);
    semihosting_exit();
}
