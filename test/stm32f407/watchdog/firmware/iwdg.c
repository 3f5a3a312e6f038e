/* The independent watchdog: refreshed for a while, then the program hangs; after the reset it tells why. */
#include "backup.h"

DEFINE_RESULTS

volatile uint32_t ticks;
void SysTick_Handler(void);
void SysTick_Handler(void) { ticks++; }

int main(void) {
    leds_init();
    results[0] = RCC_CSR;
    if (RCC_CSR & (1u << 29)) {
        RCC_CSR |= 1u << 24;
        results[1] = RCC_CSR;
        finish();
    }
    IWDG_KR = 0xcccc;
    IWDG_KR = 0x5555;
    IWDG_PR = 2; /* LSI / 16 */
    IWDG_RLR = 199; /* 100 ms */
    while (IWDG_SR) {}
    IWDG_KR = 0xaaaa;
    systick_start(16000);
    for (unsigned i = 0; i < 5; i++) {
        uint32_t until = ticks + 80;
        while (ticks < until) wait_for_interrupt();
        IWDG_KR = 0xaaaa;
        led(12, i & 1);
    }
    led(13, 1);
    for (;;) {}
}
