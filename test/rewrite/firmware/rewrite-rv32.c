#include "rewrite.h"

/* Bits 31:20 of `addi a3, zero, constant`. */
void patch_kernel(uint32_t *code, uint32_t constant) {
    *(volatile uint32_t *)code = (*code & 0xfffff) | constant << 20;
}

void synchronise_code(void) {
    __asm volatile("fence.i" : : : "memory");
}

kernel kernel_at(const uint32_t *code) {
    return (kernel)(uintptr_t)code;
}
