#include "console.h"

#include "stm32f407.h"

#define BAUD      115200u
#define TX_PIN    2
#define RX_PIN    3
#define AF_USART2 7 /* DS8626 table 9 */

void console_init(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    gpio_alternate(GPIOA, TX_PIN, AF_USART2);
    gpio_alternate(GPIOA, RX_PIN, AF_USART2);
    USART2->BRR = usart_brr(HSI_HZ, BAUD);
    USART2->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;
}

void console_put(char c) {
    while (!(USART2->SR & USART_SR_TXE)) continue;
    USART2->DR = (uint8_t)c;
}

/* Reading SR and then DR also clears an overrun (30.6.1), so a byte that came too early cannot stop the console. */
char console_get(void) {
    while (!(USART2->SR & USART_SR_RXNE)) continue;
    return (char)USART2->DR;
}
