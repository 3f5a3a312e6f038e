/* What a test reads when the program has ended: `results`, once `finished` is 1. */
#pragma once

#include <stdint.h>

extern volatile uint32_t results[64];
extern volatile uint32_t finished;

#define DEFINE_RESULTS                \
    volatile uint32_t results[64];    \
    volatile uint32_t finished
