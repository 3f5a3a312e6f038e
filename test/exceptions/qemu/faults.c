/* Each fault with its handler enabled and disabled: status registers, return address, escalation. */
#include "support.h"

static void all(void) {
  title("UDF");
  FAULTING("udf 3");
  title("undefined wide");
  FAULTING(".short 0xf7f0, 0xa000");
  title("divide by zero off");
  FAULTING("movs r2, 0\n movs r3, 5\n udiv r2, r3, r2");
  resume_at = 0;
  title("divide by zero on");
  CCR |= 1 << 4;
  FAULTING("movs r2, 0\n movs r3, 5\n udiv r2, r3, r2");
  FAULTING("movs r2, 0\n movs r3, 5\n sdiv r2, r3, r2");
  CCR &= ~(1u << 4);
  title("unaligned word allowed");
  FAULTING("ldr r2, =0x20000001\n ldr r3, [r2]");
  resume_at = 0;
  title("unaligned multiple");
  FAULTING("ldr r2, =0x20000002\n ldm r2, {r2, r3}");
  FAULTING("ldr r2, =0x20000002\n ldrd r2, r3, [r2]");
  FAULTING("ldr r2, =0x20000001\n ldrex r3, [r2]");
  title("unaligned trapped");
  CCR |= 1 << 3;
  asm volatile("dsb\n isb");
  FAULTING("ldr r2, =0x20000001\n ldr r3, [r2]");
  FAULTING("ldr r2, =0x20000001\n strh r3, [r2]");
  CCR &= ~(1u << 3);
  title("coprocessor");
  FAULTING("mrc p5, 0, r2, c1, c2, 3");
  FAULTING(".short 0xee30, 0x0a00");
  title("state");
  FAULTING("ldr r2, =0x20000100\n bx r2");
  FAULTING("ldr r2, =0x20000100\n blx r2");
  title("read of nothing");
  FAULTING("ldr r2, =0x90000000\n ldr r3, [r2]");
  FAULTING("ldr r2, =0x90000004\n ldrb r3, [r2, #3]");
  title("write to nothing");
  FAULTING("ldr r2, =0x90000010\n str r3, [r2]");
  title("execute never");
  FAULTING("ldr r2, =0x40000001\n bx r2");
  FAULTING("ldr r2, =0xa0000101\n bx r2");
  FAULTING("ldr r2, =0xe0000001\n bx r2");
  title("fetch from nothing");
  FAULTING("ldr r2, =0x90000001\n bx r2");
}

void scenarios(void) {
  title("== handlers disabled");
  all();
  title("== handlers enabled");
  SHCSR |= FAULTS;
  all();
  title("== handlers enabled at too low a priority");
  SHPR[4] = SHPR[5] = SHPR[6] = 0x40;
  asm volatile("msr basepri, %0" : : "r"(0x40));
  all();
  asm volatile("msr basepri, %0" : : "r"(0));
}
