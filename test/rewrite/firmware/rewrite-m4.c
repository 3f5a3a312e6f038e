#include "rewrite.h"

/* The low byte of `movs r3, #constant` (A7.7.76 T1). */
void patch_kernel(uint32_t *code, uint32_t constant) {
    *(volatile uint8_t *)code = (uint8_t)constant;
}

void synchronise_code(void) {
    __asm volatile("dsb\n\tisb" : : : "memory");
}

kernel kernel_at(const uint32_t *code) {
    return (kernel)((uintptr_t)code | 1);
}
