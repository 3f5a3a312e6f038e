#include "calculator.h"

#if defined(__arm__)
#define CALCULATOR_BASE 0x60000000u /* first bank of the external memory of the STM32F407 (RM0090 36.4) */
#define barrier()       __asm volatile("dmb" ::: "memory")
#elif defined(__riscv)
#define CALCULATOR_BASE 0x04001000u
#define barrier()       __asm volatile("fence" ::: "memory")
#endif

struct calculator {
    volatile int32_t A, B;
    volatile uint32_t OP;   /* 0 add, 1 subtract, 2 multiply, 3 divide */
    volatile uint32_t CTRL; /* writing 1 starts */
    volatile const int32_t RESULT;
    volatile const uint32_t STATUS;
};
#define CALCULATOR ((struct calculator *)CALCULATOR_BASE)

#define CTRL_START 1u
enum { STATUS_IDLE, STATUS_BUSY, STATUS_DONE, STATUS_ERROR };

#define POLLS 100000u

static int operation_code(char operator) {
    switch (operator) {
    case '+': return 0;
    case '-': return 1;
    case '*': return 2;
    case '/': return 3;
    default: return -1;
    }
}

static uint32_t wait_while_busy(void) {
    uint32_t status = STATUS_BUSY;
    for (uint32_t poll = 0; poll < POLLS && status == STATUS_BUSY; poll++) status = CALCULATOR->STATUS;
    return status;
}

/*
 * The barriers keep the operands before the start and the result after the status: where the device sits on the STM32F407,
 * the default memory map promises memory, not a device, and with it no order (ARMv7-M B3.1).
 */
enum calculator_status calculator_compute(int32_t a, char operator, int32_t b, int32_t *result) {
    int code = operation_code(operator);
    if (code < 0) return CALCULATOR_UNKNOWN_OPERATOR;

    CALCULATOR->A = a;
    CALCULATOR->B = b;
    CALCULATOR->OP = (uint32_t)code;
    barrier();
    CALCULATOR->CTRL = CTRL_START;
    barrier();
    uint32_t status = wait_while_busy();
    barrier();

    if (status == STATUS_BUSY) return CALCULATOR_TIMEOUT;
    if (status == STATUS_ERROR) return operator == '/' && b == 0 ? CALCULATOR_DIVISION_BY_ZERO : CALCULATOR_DEVICE_ERROR;
    *result = CALCULATOR->RESULT;
    return CALCULATOR_OK;
}
