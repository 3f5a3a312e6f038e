/* Code that is copied, patched and run. */
#pragma once

#include <stdint.h>

/* Folds a constant, which stands in the code, `count` times into a value. */
typedef uint32_t (*kernel)(uint32_t count, uint32_t value);

/* The kernel as it is linked; at least KERNEL_BYTES can be copied from there. */
#define KERNEL_WORDS 16u
extern const uint32_t kernel_code[KERNEL_WORDS];
/* A kernel that overwrites the constant in its own loop with the count in every turn, and then uses it. */
extern const uint32_t self_changing_code[KERNEL_WORDS];
/* The same without the instructions that the architecture asks for between store and use. */
extern const uint32_t unfenced_code[KERNEL_WORDS];

/* Constants that fit: 0 to 255. */
void patch_kernel(uint32_t *code, uint32_t constant);
/* What makes stores visible to instruction fetch. */
void synchronise_code(void);
kernel kernel_at(const uint32_t *code);

/* What the kernels compute, in C: each turn folds a constant in. */
static inline uint32_t fold(uint32_t value, uint32_t constant) {
    return ((value ^ constant) << 5 | (value ^ constant) >> 27) + constant;
}

/* For the test: rounds done, results that were wrong. */
extern volatile uint32_t rewrite_rounds, rewrite_failures, rewrite_checksum;
