/* Sets up USART3 before its clock is on. */
#include "registers.h"

DEFINE_RESULTS

#define USART3 ((struct usart *)0x40004800u)

int main(void) {
    USART3->BRR = usart_brr(HSI_HZ, 115200);
    USART3->CR1 = USART_CR1_UE | USART_CR1_TE;
    results[0] = USART3->CR1;
    finish();
}
