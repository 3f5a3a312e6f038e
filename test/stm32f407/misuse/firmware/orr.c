/* Flags cleared together by a mask that is computed: meant so, however it is written. */
#include "registers.h"

DEFINE_RESULTS

#define EXTI_IMR   REG32(0x40013c00u)
#define EXTI_SWIER REG32(0x40013c10u)
#define EXTI_PR    REG32(0x40013c14u)

static volatile uint32_t left = 1, right = 2;

int main(void) {
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_SYSCFGEN);
    EXTI_IMR = 3;
    EXTI_SWIER = 3;
    uint32_t first = left, second = right;
    results[0] = EXTI_PR;
    EXTI_PR = first | second;
    results[1] = EXTI_PR;
    EXTI_SWIER = 3;
    if (EXTI_PR & 1) EXTI_PR = left | right;
    results[2] = EXTI_PR;
    finish();
}
