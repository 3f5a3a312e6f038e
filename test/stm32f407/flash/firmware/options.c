/* Option bytes: entering Stop mode resets (nRST_STOP = 0), the watchdog runs by itself (WDG_SW = 0). */
#include "backup.h"

#define FLASH_KEYR    REG32(0x40023c04u)
#define FLASH_OPTKEYR REG32(0x40023c08u)
#define FLASH_SR      REG32(0x40023c0cu)
#define FLASH_OPTCR   REG32(0x40023c14u)

DEFINE_RESULTS

static void program(uint32_t clear) {
    FLASH_OPTKEYR = 0x08192a3b;
    FLASH_OPTKEYR = 0x4c5d6e7f;
    FLASH_OPTCR &= ~clear;
    FLASH_OPTCR |= 2;
    while (FLASH_SR & (1u << 16)) {}
    FLASH_OPTCR |= 1;
}

int main(void) {
    backup_open();
    uint32_t stage = RTC_BKP(0)++;
    RTC_BKP(4 + stage) = RCC_CSR;
    RCC_CSR |= 1u << 24;
    if (stage == 0) {
        program(1u << 6);
        SCB->AIRCR = 0x05fa0004u;
    }
    if (stage == 1) {
        SCB->SCR |= SCR_SLEEPDEEP;
        PWR_CR |= PWR_LPDS;
        wait_for_interrupt();
    }
    if (stage == 2) {
        program(1u << 5);
        SCB->AIRCR = 0x05fa0004u;
    }
    if (stage == 3) {
        for (;;) {} /* nobody refreshes it */
    }
    for (unsigned i = 0; i < 5; i++) results[i] = RTC_BKP(4 + i);
    results[5] = FLASH_OPTCR;
    finish();
}
