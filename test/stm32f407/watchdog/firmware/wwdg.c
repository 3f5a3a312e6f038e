/* The window watchdog: in time, too late (with its early interrupt), too early. */
#include "backup.h"

DEFINE_RESULTS

void WWDG_IRQHandler(void);
void WWDG_IRQHandler(void) {
    WWDG_SR = 0;
    RTC_BKP(1) = RTC_BKP(1) + 1;
    led(13, 1);
}

int main(void) {
    leds_init();
    backup_open();
    rcc_enable(&RCC_APB1ENR, 1u << 11);
    uint32_t stage = RTC_BKP(0)++;
    RTC_BKP(4 + stage) = RCC_CSR;
    RCC_CSR |= 1u << 24;
    if (stage == 2) {
        for (unsigned i = 0; i < 3; i++) results[i] = RTC_BKP(4 + i);
        results[3] = RTC_BKP(1);
        finish();
    }
    nvic_enable(0);
    WWDG_CFR = 0x200u | (3u << 7) | 0x50; /* PCLK1 / 4096 / 8 */
    WWDG_CR = 0x80u | 0x60;
    for (unsigned i = 0; i < 3; i++) {
        while ((WWDG_CR & 0x7f) > 0x48) {}
        WWDG_CR = 0x60;
        led(12, i & 1);
    }
    led(14, 1);
    if (stage == 1) {
        while ((WWDG_CR & 0x7f) > 0x58) {}
        WWDG_CR = 0x60; /* too early */
    }
    for (;;) wait_for_interrupt();
}
