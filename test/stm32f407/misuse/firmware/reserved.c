/* Sets a bit of CR1 that the USART does not have. */
#include "registers.h"

DEFINE_RESULTS

int main(void) {
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    USART2->CR1 = USART_CR1_UE | 1u << 20;
    results[0] = USART2->CR1;
    finish();
}
