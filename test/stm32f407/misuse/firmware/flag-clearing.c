/* Two buttons, two pending flags: the handler clears the first by read-modify-write, and loses the second. */
#include "registers.h"

DEFINE_RESULTS

#define EXTI_IMR   REG32(0x40013c00u)
#define EXTI_SWIER REG32(0x40013c10u)
#define EXTI_PR    REG32(0x40013c14u)

int main(void) {
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_SYSCFGEN);
    EXTI_IMR = 3;
    EXTI_SWIER = 1;
    EXTI_SWIER = 3;
    results[0] = EXTI_PR;
    EXTI_PR |= 1;
    results[1] = EXTI_PR;
    EXTI_SWIER = 3;
    EXTI_PR = EXTI_PR; /* all of them, and meant so */
    results[2] = EXTI_PR;
    finish();
}
