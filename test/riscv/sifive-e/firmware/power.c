/*
 * The PLL, the OTP and the always-on block: at power-on the program counts what it finds, sleeps for 100 ms by the real-time
 * clock, and is started anew; then the watchdog resets it.
 */
#include "results.h"
#include "sifive-e.h"

DEFINE_RESULTS;

#define AON(offset) REG(0x10000000u + (offset))
#define WDOGCFG     AON(0x000)
#define WDOGKEY     AON(0x01c)
#define WDOGCMP     AON(0x020)
#define RTCCFG      AON(0x040)
#define RTCCOUNTLO  AON(0x048)
#define RTCCMP      AON(0x060)
#define BACKUP(i)   AON(0x080 + 4 * (i))
#define PMUIE       AON(0x140)
#define PMUCAUSE    AON(0x144)
#define PMUSLEEP    AON(0x148)
#define PMUKEY      AON(0x14c)
#define KEY         0x51f15eu
#define MTIME       REG(0x0200bff8u)

static void run_on_pll(void) {
    PRCI_PLLCFG = PLLCFG_REFSEL | 1u | (39u << 4) | (1u << 10); /* 16 MHz / 2 * 80 / 2 */
    PRCI_PLLOUTDIV = 0x100;
    uint32_t start = MTIME;
    while (MTIME - start < 4) continue;
    while (!(PRCI_PLLCFG & PLLCFG_LOCK)) continue;
    PRCI_PLLCFG |= PLLCFG_SEL;
}

static void sleep_by_rtc(uint32_t ticks) {
    RTCCFG = 1u << 12;
    RTCCMP = RTCCOUNTLO + ticks;
    PMUKEY = KEY;
    PMUIE = 2;
    PMUKEY = KEY;
    PMUSLEEP = 1;
    for (;;) continue;
}

static void die_by_watchdog(void) {
    WDOGKEY = KEY;
    WDOGCMP = 50;
    WDOGKEY = KEY;
    WDOGCFG = (1u << 12) | (1u << 8);
    for (;;) continue;
}

int main(void) {
    uint32_t life = BACKUP(0)++;
    BACKUP(1 + life) = PMUCAUSE;
    if (life == 0) {
        run_on_pll();
        sleep_by_rtc(3277);
    }
    if (life == 1) die_by_watchdog();
    for (uint32_t i = 0; i < 4; i++) results[i] = BACKUP(i);
    results[4] = *(const volatile uint32_t *)0x21fecu; /* the calibrated trim */
    PRCI_HFROSCCFG = (1u << 30) | (results[4] << 16);
    finished = 1;
    return 0;
}
