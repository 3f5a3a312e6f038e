/*
 * The FU540 from its monitor core: COREPLL to 1 GHz, the serial number from the OTP, the cache controller, UART0 by interrupt through
 * context 0 of the PLIC, and PWM0 by the peripherals' clock.
 */
#include "console.h"
#include "results.h"
#include "text.h"

DEFINE_RESULTS;

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define COREPLLCFG0  REG(0x10000004u)
#define CORECLKSEL   REG(0x10000024u)
#define LOCK         (1u << 31)
#define OTP(offset)  REG(0x10070000u + (offset))
#define L2CC(offset) REG(0x02010000u + (offset))
#define UART0_IE     REG(0x10010010u)
#define UART0_RXDATA REG(0x10010004u)
#define UART0_DIV    REG(0x10010018u)
#define PWM0(offset) REG(0x10020000u + (offset))
#define PLIC_CLAIM   REG(0x0c200004u)
#define UART0_SOURCE 4u

void trap_entry(void) __attribute__((interrupt("machine"), aligned(4)));

void trap_entry(void) {
    uint64_t cause;
    __asm volatile("csrr %0, mcause" : "=r"(cause));
    results[0] = (uint32_t)(cause >> 32);
    results[1] = (uint32_t)cause;
    uint32_t source = PLIC_CLAIM;
    uint32_t data;
    while (source == UART0_SOURCE && !((data = UART0_RXDATA) >> 31)) console_put((char)(data + 1));
    PLIC_CLAIM = source;
}

/* 33.33 MHz * 120 / 4; the UART's clock becomes 500 MHz. */
static void run_fast(void) {
    COREPLLCFG0 = 0u | (59u << 6) | (2u << 15) | (1u << 25);
    while (!(COREPLLCFG0 & LOCK)) continue;
    CORECLKSEL = 0;
    UART0_DIV = 500000000u / 115200 - 1;
}

static uint32_t fuse(uint32_t word) {
    OTP(0x00) = word;
    OTP(0x10) = 1;
    OTP(0x10) = 0;
    return OTP(0x18);
}

int main(void) {
    console_init();
    run_fast();
    OTP(0x1c) = 1; /* pdstb */
    OTP(0x34) = 1; /* ptrim */
    OTP(0x0c) = 1; /* pce */
    results[2] = fuse(0xfc);
    results[3] = fuse(0xfd);
    L2CC(0x08) = 15;
    results[4] = L2CC(0x00);
    results[5] = L2CC(0x08);
    PWM0(0x20) = 0xffff;
    PWM0(0x00) = (1u << 12) | 4; /* goes round after 2^20 */
    uint64_t start, now;
    __asm volatile("csrr %0, mcycle" : "=r"(start));
    do __asm volatile("csrr %0, mcycle" : "=r"(now));
    while (now - start < 200000);
    results[6] = PWM0(0x08); /* half as many */
    REG(0x0c000000u + 4 * UART0_SOURCE) = 1;
    REG(0x0c002000u) = 1u << UART0_SOURCE;
    UART0_IE = 2;
    __asm volatile("csrw mie, %0" ::"r"(1ul << 11));
    __asm volatile("csrsi mstatus, 8");
    print_text("fast\n");
    finished = 1;
    for (;;) __asm volatile("wfi");
}
