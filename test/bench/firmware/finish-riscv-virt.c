#include "bench.h"
#include "riscv-virt.h"

static void put(char c) {
    while (!(UART0->LSR & NS16550_LSR_THRE)) continue;
    UART0->RBR_THR = (uint8_t)c;
}

void bench_finish(uint32_t checksum) {
    for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[checksum >> shift & 15]);
    put('\n');
    FINISHER = FINISHER_PASS;
}
