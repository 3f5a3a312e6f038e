/* The processor that uses the page, without an MPU of its own switched on. */
#include "mail.h"
#include "m4.h"

#define PAGE ((volatile uint32_t *)0x20021000u)

VECTORS

void systick(void) {}
void calculator(void) {}

void reset(void) {
  for (uint32_t round = 1; round <= 20000; round++) PAGE[0] = PAGE[0] + 1;
  MAIL->value = PAGE[0];
  for (;;) __asm volatile("wfi");
}
