#include "report.h"

#include "riscv-virt.h"

#define PLIC 0xc000000u
#define MIE_MEIE (1u << 11)

static void put(char c) {
    while (!(UART0->LSR & NS16550_LSR_THRE)) continue;
    UART0->RBR_THR = (uint8_t)c;
}

void say(const char *text) {
    while (*text) put(*text++);
}

void say_number(const char *name, uint32_t value) {
    say(name);
    say(" 0x");
    for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[(value >> shift) & 15]);
    put('\n');
}

_Noreturn static void end(uint32_t word) {
    FINISHER = word;
    for (;;) continue;
}

void check(int holds, uint32_t code) {
    if (!holds) end(FINISHER_FAIL | code << 16);
}

_Noreturn void finish(void) { end(FINISHER_PASS); }

void plic_enable(uint32_t source) {
    write32(PLIC + 4 * source, 1);
    const uintptr_t enable = PLIC + 0x2000 + 4 * (source / 32);
    write32(enable, read32(enable) | 1u << (source % 32));
    write32(PLIC + 0x200000, 0);
    __asm__ volatile("csrs mie, %0" ::"r"(MIE_MEIE));
}

uint32_t plic_claim(void) { return read32(PLIC + 0x200004); }
void plic_complete(uint32_t source) { write32(PLIC + 0x200004, source); }

void wait_for_external(void) {
    unsigned long pending;
    do {
        __asm__ volatile("wfi");
        __asm__ volatile("csrr %0, mip" : "=r"(pending));
    } while (!(pending & MIE_MEIE));
}
