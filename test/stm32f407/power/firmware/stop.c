/* Stop mode, left by the RTC's wake-up timer (interrupt), then by an event (WFE), then by the button. */
#include "backup.h"

DEFINE_RESULTS

void RTC_WKUP_IRQHandler(void);
void RTC_WKUP_IRQHandler(void) {
    RTC_CLEAR(1u << 10);
    EXTI_PR = 1u << EXTI_RTC_WAKEUP;
    results[10]++;
}

void EXTI0_IRQHandler(void);
void EXTI0_IRQHandler(void) {
    EXTI_PR = 1;
    results[11]++;
}

static void stop(uint32_t bits, int by_event) {
    PWR_CR = (PWR_CR & ~(PWR_LPDS | PWR_PDDS)) | bits;
    SCB->SCR |= SCR_SLEEPDEEP;
    led(12, 1);
    if (by_event) {
        __asm volatile("sev\n wfe\n wfe" ::: "memory");
    } else {
        wait_for_interrupt();
    }
    led(12, 0);
    SCB->SCR &= ~SCR_SLEEPDEEP;
}

static void use_hse(void) {
    RCC_CR |= 1u << 16;
    while (!(RCC_CR & (1u << 17))) {}
    RCC_CFGR = (RCC_CFGR & ~3u) | 1;
    while ((RCC_CFGR & 0xc) != 4) {}
}

int main(void) {
    leds_init();
    rcc_enable(&RCC_AHB1ENR, 1);
    backup_open();
    rtc_clock(2);
    use_hse();
    systick_start(8000);
    SYSTICK->CSR = SYSTICK_CSR_CLKSOURCE | SYSTICK_CSR_ENABLE;
    exti_interrupt(EXTI_RTC_WAKEUP, RTC_WKUP_IRQ);
    rtc_wakeup(0, 1999); /* 2000 × 16 / 32000 s */
    stop(PWR_LPDS, 0);
    results[0] = RCC_CR;
    results[1] = RCC_CFGR;
    use_hse();
    stop(0, 0);
    results[2] = RCC_CFGR & 0xf;
    /* by event: the line's interrupt is masked, its event is not */
    EXTI_IMR &= ~(1u << EXTI_RTC_WAKEUP);
    EXTI_EMR |= 1u << EXTI_RTC_WAKEUP;
    stop(PWR_LPDS, 1);
    results[3] = results[10];
    RTC_CLEAR(1u << 10);
    EXTI_PR = 1u << EXTI_RTC_WAKEUP;
    EXTI_EMR = 0;
    rtc_unlock();
    RTC_CR &= ~(1u << 10);
    exti_interrupt(0, EXTI0_IRQ);
    stop(PWR_LPDS, 0);
    results[4] = PWR_CSR;
    finish();
}
