/*
 * PE7 in, PD15 out. A board asks (jumper 0) by an edge and waits for the other's, which comes from its EXTI interrupt. Jumper 1: on the PLL at
 * 168 MHz; jumper 2: from HSI to the PLL and back in turn; jumper 3: the answering one waits in Stop mode, jumper 4: it sleeps.
 * results: 0 edges seen, 1 cycles of the last question, 2 the shortest, 3 the longest.
 */
#include "backup.h"
#include "jumpers.h"

DEFINE_RESULTS

void EXTI9_5_IRQHandler(void);

#define RCC_PLLCFGR REG32(0x40023804u)
#define FLASH_ACR   REG32(0x40023c00u)
#define QUESTIONS   12u

static volatile uint32_t level;
static volatile uint32_t *count = &results[0];

static void answer(void) {
    level ^= 1u;
    gpio_write(GPIOD, 15, level);
}

static uint32_t asks;
void EXTI9_5_IRQHandler(void) {
    EXTI_PR = 1u << 7;
    (*count)++;
    if (!asks) answer();
}

/* 168 MHz from HSI: 16 / 8 * 168 / 2, five wait states, APB1 by 4, APB2 by 2 (7.3.2, 7.3.3, table 10). */
static void fast(uint32_t on) {
    if (!on) {
        RCC_CFGR = 0;
        while (RCC_CFGR & 0xcu) {}
        return;
    }
    FLASH_ACR = 0x705u;
    if (!(RCC_CR & (1u << 25))) {
        RCC_PLLCFGR = 8u | (168u << 6) | (7u << 24);
        RCC_CR |= 1u << 24;
        while (!(RCC_CR & (1u << 25))) {}
    }
    RCC_CFGR = (5u << 10) | (4u << 13);
    RCC_CFGR |= 2u;
    while ((RCC_CFGR & 0xcu) != 8u) {}
}

static void question(uint32_t set, uint32_t i) {
    if (set & 4u) fast(i & 1u);
    uint32_t before = *count, begin = DWT_CYCCNT;
    answer();
    if (set & 16u) {
        while (*count == before) wait_for_interrupt();
    } else {
        while (*count == before) {}
    }
    uint32_t cycles = DWT_CYCCNT - begin;
    results[1] = cycles;
    if (results[2] == 0 || cycles < results[2]) results[2] = cycles;
    if (cycles > results[3]) results[3] = cycles;
}

int main(void) {
    uint32_t set = jumpers();
    asks = set & 1u;
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIODEN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_SYSCFGEN);
    rcc_enable(&RCC_APB1ENR, 1u << 28);
    gpio_mode(GPIOD, 15, GPIO_OUTPUT);
    SYSCFG->EXTICR[1] = 4u << 12; /* line 7: port E */
    EXTI_FTSR |= 1u << 7;
    exti_interrupt(7, 23);
    cycles_start();
    if (set & 2u) fast(1);
    if (!asks) {
        if (set & 8u) {
            PWR_CR |= PWR_LPDS;
            SCB->SCR |= SCR_SLEEPDEEP;
        }
        for (;;)
            if (set & 24u) wait_for_interrupt();
    }
    while (DWT_CYCCNT < 8000) {}
    for (uint32_t i = 0; i < QUESTIONS; i++) question(set, i);
    finish();
}
