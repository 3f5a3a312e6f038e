/* Two processors that wait for each other by WFE alone; FIRST is 1 for the first of them (ARMv7-M B1.5.18). */
#include "mail.h"
#include "m4.h"

VECTORS

void systick(void) {}
void calculator(void) {}

static void await(volatile uint32_t *word, uint32_t value) {
  while (*word != value) __asm volatile("wfe" ::: "memory");
}

void reset(void) {
  struct mail *mail = MAIL;
  for (uint32_t round = 1; round <= 100; round++) {
    if (!FIRST) await(&mail->armed, round);
    *(FIRST ? &mail->armed : &mail->replies) = round;
    __asm volatile("dsb\n sev" ::: "memory");
    if (FIRST) await(&mail->replies, round);
  }
  if (FIRST) mail->done = 1;
  for (;;) __asm volatile("wfi");
}
