/* Sends on USART2 and gives it no pin. */
#include "registers.h"

DEFINE_RESULTS

int main(void) {
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    USART2->BRR = usart_brr(HSI_HZ, 115200);
    USART2->CR1 = USART_CR1_UE | USART_CR1_TE;
    USART2->SR = ~(1u << 6);
    USART2->DR = 'x';
    while (!(USART2->SR & (1u << 6))) continue;
    results[0] = RCC->CFGR;
    finish();
}
