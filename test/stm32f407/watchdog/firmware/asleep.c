/* The independent watchdog goes on in Stop and in Standby mode: it ends both with a reset. */
#include "backup.h"

DEFINE_RESULTS

static _Noreturn void sleep_deeply(uint32_t bits) {
    IWDG_KR = 0xcccc;
    IWDG_KR = 0x5555;
    IWDG_RLR = 799; /* 100 ms at LSI / 4 */
    while (IWDG_SR) {}
    IWDG_KR = 0xaaaa;
    led(12, 1);
    PWR_CR |= bits | PWR_CWUF;
    SCB->SCR |= SCR_SLEEPDEEP;
    for (;;) wait_for_interrupt();
}

int main(void) {
    leds_init();
    backup_open();
    uint32_t stage = RTC_BKP(0)++;
    RTC_BKP(4 + stage) = (RCC_CSR & 0xff000000u) | (PWR_CSR & 3);
    RCC_CSR |= 1u << 24;
    if (stage == 0) sleep_deeply(PWR_LPDS);
    if (stage == 1) sleep_deeply(PWR_PDDS);
    for (unsigned i = 0; i < 3; i++) results[i] = RTC_BKP(4 + i);
    finish();
}
