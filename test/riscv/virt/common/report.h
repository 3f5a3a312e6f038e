/* What the programs here say, and how they end: "name: text" lines on the UART, success or the number of the first failed check. */
#pragma once

#include <stdint.h>

void say(const char *text);
void say_number(const char *name, uint32_t value);
/* Ends the run with `code` unless `holds`. */
void check(int holds, uint32_t code);
_Noreturn void finish(void);

/* Interrupts: PLIC context 0 (hart 0, M mode). */
void plic_enable(uint32_t source);
uint32_t plic_claim(void);
void plic_complete(uint32_t source);
/* Sleeps until an external interrupt is pending. */
void wait_for_external(void);

static inline uint32_t read32(uintptr_t address) { return *(volatile uint32_t *)address; }
static inline void write32(uintptr_t address, uint32_t value) { *(volatile uint32_t *)address = value; }
