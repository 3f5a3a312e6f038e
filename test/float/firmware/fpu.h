/* The floating-point unit, ARMv7-M B3.2.20–B3.2.23. */
#pragma once

#include "registers.h"

#define CPACR  (*(volatile uint32_t *)0xe000ed88u)
#define FPCCR  (*(volatile uint32_t *)0xe000ef34u)
#define FPCAR  (*(volatile uint32_t *)0xe000ef38u)
#define FPDSCR (*(volatile uint32_t *)0xe000ef3cu)

#define FPCCR_LSPEN (1u << 30)
#define FPU_IRQ 81

/* Full access for coprocessors 10 and 11; before the first function that uses them is entered. */
static inline void fpu_enable(void) {
    CPACR |= 0xfu << 20;
    __asm volatile("dsb\n isb" ::: "memory");
}

static inline uint32_t fpscr_get(void) {
    uint32_t value;
    __asm volatile("vmrs %0, fpscr" : "=r"(value));
    return value;
}
static inline void fpscr_set(uint32_t value) {
    __asm volatile("vmsr fpscr, %0" ::"r"(value) : "memory");
}
static inline uint32_t bits_of(float value) {
    union { float value; uint32_t bits; } whole = {value};
    return whole.bits;
}
