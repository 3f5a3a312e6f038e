/* Stacking, both stacks, privilege, IT blocks, EXC_RETURN checks. */
#include "support.h"

static uint32_t process_stack[64] __attribute__((aligned(8)));

static void registers(const char *name) {
  uint32_t control, msp, psp, ipsr;
  asm volatile("mrs %0, control\n mrs %1, psp\n mrs %2, ipsr\n mrs %3, msp" : "=r"(control), "=r"(psp), "=r"(ipsr), "=r"(msp));
  print_hex(name, control);
  print_hex("psp", psp);
  print_hex("ipsr", ipsr);
  print("\n");
  (void)msp;
}

static void svc_on_stack_of(uint32_t misalign) {
  asm volatile(
      "mov r4, sp\n sub r5, r4, #32\n bic r5, r5, #7\n sub r5, r5, %0\n mov sp, r5\n"
      "ldr r0, =0x11110000\n ldr r1, =0x11110001\n ldr r2, =0x11110002\n ldr r3, =0x11110003\n ldr r12, =0x1111000c\n"
      "cmp r0, r1\n svc 0\n mov r6, sp\n mov sp, r4\n"
      "cmp r6, r5\n it ne\n udfne 1\n"
      :
      : "r"(misalign)
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r12", "lr", "memory", "cc");
}

static void dump(uint32_t exception) {
  (void)exception;
  uint32_t *psp;
  asm volatile("mrs %0, psp" : "=r"(psp));
  for (int i = 0; i < 8; i++) print_hex("word", psp[i]);
  print("\n");
}

static void drop_privilege(uint32_t exception) {
  (void)exception;
  asm volatile("msr control, %0\n isb" : : "r"(1));
}
static void raise_privilege(uint32_t exception) {
  (void)exception;
  asm volatile("msr control, %0\n isb" : : "r"(0));
  registers("in handler");
}

static void special(const char *name) {
  uint32_t a, b, c, d, e, f;
  asm volatile("mrs %0, apsr\n mrs %1, primask\n mrs %2, basepri\n mrs %3, faultmask\n mrs %4, control\n mrs %5, xpsr"
               : "=r"(a), "=r"(b), "=r"(c), "=r"(d), "=r"(e), "=r"(f));
  print_hex(name, b);
  print_hex("basepri", c);
  print_hex("faultmask", d);
  print_hex("control", e);
  print_hex("xpsr", f & 0x0fffffff);
  print("\n");
  (void)a;
}

static void privilege(void) {
  title("privilege");
  action = drop_privilege;
  asm volatile("msr basepri, %0" : : "r"(0x20));
  asm volatile("svc 0" : : : "memory");
  action = 0;
  /* The SVC was masked by nothing: priority 0 is above BASEPRI. */
  special("unprivileged");
  asm volatile("cpsid i\n msr basepri, %0\n msr faultmask, %1\n msr primask, %1\n msr control, %2\n isb" : : "r"(0x40), "r"(1), "r"(0));
  special("after writes");
  FAULTING("ldr r2, =0xe000ed00\n ldr r3, [r2]");
  FAULTING("ldr r2, =0xe000ef00\n str r3, [r2]");
  action = raise_privilege;
  asm volatile("svc 0" : : : "memory");
  action = 0;
  special("privileged");
  asm volatile("msr basepri, %0" : : "r"(0));
  title("unprivileged access instructions");
  FAULTING("ldr r2, =0xe000ed00\n ldrt r3, [r2]");
  FAULTING("ldr r2, =0xe000ed00\n strt r3, [r2]");
}

static void in_it_block(void) {
  title("IT blocks");
  uint32_t n = 0;
  asm volatile("cmp r0, r0\n itttt eq\n addeq %0, %0, #1\n svceq 0\n addeq %0, %0, #2\n addeq %0, %0, #4\n" : "+l"(n) : : "cc", "memory");
  print_hex("n", n);
  print("\n");
  FAULTING("cmp r0, r0\n ittet eq\n nopeq\n udfeq 1\n nopne\n nopeq");
  FAULTING("cmp r0, r0\n ldr r2, =0x90000000\n itete ne\n nopne\n ldreq r3, [r2]\n nopne\n nopeq");
}

static void exclusive(void) {
  title("exclusive monitor");
  uint32_t word = 5, one, two;
  asm volatile("ldrex r0, [%2]\n strex %0, r0, [%2]\n ldrex r0, [%2]\n svc 0\n strex %1, r0, [%2]"
               : "=&r"(one), "=&r"(two)
               : "r"(&word)
               : "r0", "memory");
  print_hex("kept", one);
  print_hex("lost", two);
  print("\n");
}

/* A handler that returns with another EXC_RETURN. */
extern void odd_entry(void);
extern uint32_t odd_return;
asm(".thumb_func\n odd_entry: ldr r0, =odd_return\n ldr r0, [r0]\n bx r0\n .ltorg\n .data\n .globl odd_return\n odd_return: .word 0\n .text");

static void odd(uint32_t value) {
  print_hex("EXC_RETURN", value);
  print("\n");
  odd_return = value;
  return_with = get_ipsr() ? 0xfffffff1 : 0xfffffff9;
  uint32_t old = vectors[11];
  vectors[11] = (uint32_t)odd_entry | 1;
  asm volatile("dsb\n isb");
  FAULTING("svc 9");
  vectors[11] = old;
  return_with = 0;
}

static void odd_handler_return(uint32_t exception) {
  if (exception != 14) return;
  print("nested\n");
  odd(0xfffffff9);
}

void scenarios(void) {
  title("frames");
  svc_on_stack_of(0);
  svc_on_stack_of(4);
  CCR &= ~(1u << 9);
  svc_on_stack_of(4);
  CCR |= 1u << 9;

  title("process stack");
  asm volatile("msr psp, %0\n msr control, %1\n isb" : : "r"(process_stack + 64), "r"(2));
  registers("thread");
  action = dump;
  svc_on_stack_of(4);
  action = 0;
  asm volatile("msr control, %0\n isb" : : "r"(0));
  registers("thread");
  asm volatile("msr psp, %0" : : "r"(0x20000803));
  registers("masked");

  SHCSR |= FAULTS;
  privilege();
  in_it_block();
  exclusive();

  title("EXC_RETURN");
  odd(0xfffffff1);
  odd(0xfffffff3);
  odd(0xfffffff5);
  SHPR[14] = 0x80;
  action = odd_handler_return;
  ICSR = 1u << 28;
  asm volatile("dsb\n isb");
  action = 0;
}
