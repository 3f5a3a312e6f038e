/* In Sleep mode a peripheral without its LPENR bit stands still; one that has it goes on. */
#include "backup.h"

DEFINE_RESULTS

void RTC_WKUP_IRQHandler(void);
void RTC_WKUP_IRQHandler(void) {
    RTC_CLEAR(1u << 10);
    EXTI_PR = 1u << EXTI_RTC_WAKEUP;
}

static void put(char c) {
    while (!(USART2->SR & USART_SR_TXE)) {}
    USART2->DR = (uint32_t)c;
}

int main(void) {
    rcc_enable(&RCC_AHB1ENR, 1);
    leds_init();
    gpio_alternate(GPIOA, 2, 7);
    rcc_enable(&RCC_APB1ENR, 1u << 17);
    USART2->BRR = usart_brr(HSI_HZ, 9600);
    USART2->CR1 = USART_CR1_UE | USART_CR1_TE;
    backup_open();
    rtc_clock(2);
    exti_interrupt(EXTI_RTC_WAKEUP, RTC_WKUP_IRQ);
    rtc_wakeup(0, 1999);
    put('a');
    wait_for_interrupt(); /* it leaves while the core sleeps */
    led(12, 1);
    RCC_APB1LPENR &= ~(1u << 17);
    put('b');
    wait_for_interrupt(); /* and it does not */
    led(13, 1);
    while (!(USART2->SR & (1u << 6))) {}
    results[0] = 1;
    finish();
}
