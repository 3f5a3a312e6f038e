/* What every program here needs: registers by address, and a place where a test finds results. */
#pragma once

#include <stdint.h>

#include "cortex-m4.h"
#include "stm32f407.h"

/* A register, as the manual's memory map has it: REG32(TIM2 + 0x24). */
#define REG32(address) (*(volatile uint32_t *)(address))
#define REG16(address) (*(volatile uint16_t *)(address))
#define REG8(address)  (*(volatile uint8_t *)(address))

/* Cycles so far (ARMv7-M C1.8.8); cycles_start() once before. */
#define DEMCR       REG32(0xe000edfcu)
#define DWT_CTRL    REG32(0xe0001000u)
#define DWT_CYCCNT  REG32(0xe0001004u)
static inline void cycles_start(void) {
    DEMCR |= 1u << 24;
    DWT_CYCCNT = 0;
    DWT_CTRL |= 1u;
}

/* Results for the test to read by symbol, and where the program has come to: main ends with `finish()`. */
#define RESULTS 64
extern volatile uint32_t results[RESULTS];
extern volatile uint32_t finished;

/* One definition a program: put DEFINE_RESULTS into the file with main. */
#define DEFINE_RESULTS                   \
    volatile uint32_t results[RESULTS];  \
    volatile uint32_t finished;

static inline _Noreturn void finish(void) {
    finished = 1;
    for (;;) wait_for_interrupt();
}
