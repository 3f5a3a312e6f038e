/* Driver of the mmio-calculator: one operation on two signed 32-bit numbers. */
#pragma once

#include <stdint.h>

enum calculator_status {
    CALCULATOR_OK,
    CALCULATOR_DIVISION_BY_ZERO,
    CALCULATOR_UNKNOWN_OPERATOR,
    CALCULATOR_DEVICE_ERROR, /* the device refused for a reason the driver does not know */
    CALCULATOR_TIMEOUT,      /* the device stayed busy */
};

/*
 * Computes a operator b, where the operator is one of + - * /, and waits for the result. Results wrap around at 32 bits;
 * a quotient is cut towards zero.
 */
enum calculator_status calculator_compute(int32_t a, char operator, int32_t b, int32_t *result);
