/* Standby mode: the program starts anew when the WKUP pin rises, and when the RTC's wake-up timer elapses. */
#include "backup.h"

DEFINE_RESULTS

static _Noreturn void standby(void) {
    PWR_CR |= PWR_CWUF;
    PWR_CR |= PWR_PDDS;
    SCB->SCR |= SCR_SLEEPDEEP;
    wait_for_interrupt();
    results[63] = 1;
    for (;;) {}
}

volatile uint32_t in_ram;

int main(void) {
    results[0] = RCC_CSR;
    backup_open();
    rcc_enable(&RCC_AHB1ENR, 1u << 18);
    results[1] = PWR_CSR;
    results[2] = RTC_BKP(0);
    results[3] = BKPSRAM;
    results[4] = in_ram;
    leds_init();
    led(12, 1);
    uint32_t stage = RTC_BKP(0);
    if (stage == 0) {
        RCC_CSR |= 1u << 24;
        PWR_CSR |= 1u << 9;
        while (!(PWR_CSR & 8)) {}
        BKPSRAM = 0x12345678;
        in_ram = 1;
        RTC_BKP(0) = 1;
        PWR_CSR |= 1u << 8;
        standby();
    }
    PWR_CR |= PWR_CSBF | PWR_CWUF;
    PWR_CSR &= ~(1u << 8);
    if (stage == 1) {
        RTC_BKP(0) = 2;
        rtc_clock(1);
        rtc_wakeup(4, 4); /* five seconds */
        standby();
    }
    RTC_CLEAR(1u << 10);
    finish();
}
