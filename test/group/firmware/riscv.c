/* The second processor, of another kind: an RV32 hart, whose software interrupt the calculator's output is wired to. */
#include "mail.h"

#define MTIMECMP ((volatile uint32_t *)0x02004000u)
#define MTIME ((volatile uint32_t *)0x0200bff8u)

extern uint32_t stack_top;

static void next_tick(void) {
  MTIMECMP[1] = 0;
  MTIMECMP[0] = MTIME[0] + 100;
}

static void count_locked(struct mail *mail) {
  uint32_t failed, value;
  do {
    __asm volatile("lr.w.aq %0, (%1)" : "=r"(value) : "r"(&mail->lock) : "memory");
    if (value != 0) continue;
    __asm volatile("sc.w.rl %0, %2, (%1)" : "=&r"(failed) : "r"(&mail->lock), "r"(1) : "memory");
    if (failed == 0) break;
  } while (1);
  mail->locked = mail->locked + 1;
  __asm volatile("fence rw,rw" ::: "memory");
  mail->lock = 0;
}

__attribute__((interrupt("machine"), aligned(4))) static void trap(void) {
  struct mail *mail = MAIL;
  uint32_t cause, cycle;
  __asm volatile("csrr %0, mcause" : "=r"(cause));
  if (cause == 0x80000007u) {
    mail->ticks[1]++;
    next_tick();
  } else if (cause == 0x8000000bu) {
    __asm volatile("csrr %0, mcycle" : "=r"(cycle));
    count_locked(mail);
    mail->value = CALC[4];
    mail->cycles = cycle;
    mail->patched += *CODE & 0xff;
    __asm volatile("csrc mie, %0" ::"r"(1 << 11));
    mail->replies = mail->replies + 1;
  } else {
    for (;;) __asm volatile("wfi");
  }
}

__attribute__((used)) static void run(void) {
  struct mail *mail = MAIL;
  uint32_t seen = 0;
  __asm volatile("csrw mtvec, %0" ::"r"(trap));
  next_tick();
  __asm volatile("csrs mie, %0" ::"r"(1 << 7));
  __asm volatile("csrs mstatus, %0" ::"r"(1 << 3));
  for (;;) {
    uint32_t armed = mail->armed;
    if (armed != seen) {
      seen = armed;
      __asm volatile("csrs mie, %0" ::"r"(1 << 11));
    }
    __asm volatile("wfi");
  }
}

__attribute__((naked, section(".vectors"), used)) void _start(void) {
  __asm volatile("la sp, stack_top\n j run");
}
