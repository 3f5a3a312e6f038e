/* What the exception programs share: registers, printing by semihosting, the handler that reports and resumes. */
#include <stdint.h>

#define REG(a) (*(volatile uint32_t *)(a))
#define ICSR REG(0xe000ed04)
#define VTOR REG(0xe000ed08)
#define AIRCR REG(0xe000ed0c)
#define CCR REG(0xe000ed14)
#define SHPR ((volatile uint8_t *)0xe000ed14)
#define SHCSR REG(0xe000ed24)
#define CFSR REG(0xe000ed28)
#define HFSR REG(0xe000ed2c)
#define MMFAR REG(0xe000ed34)
#define BFAR REG(0xe000ed38)
#define CPACR REG(0xe000ed88)
#define DEMCR REG(0xe000edfc)
#define STIR REG(0xe000ef00)
#define ISER REG(0xe000e100)
#define ICER REG(0xe000e180)
#define ISPR REG(0xe000e200)
#define ICPR REG(0xe000e280)
#define IABR REG(0xe000e300)
#define IPR ((volatile uint8_t *)0xe000e400)
#define FAULTS (7u << 16)

extern uint32_t vectors[];
void scenarios(void);

static void print(const char *text) {
  register uint32_t r0 asm("r0") = 4;
  register const char *r1 asm("r1") = text;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
static void print_hex(const char *name, uint32_t value) {
  char text[10];
  for (int i = 0; i < 8; i++) text[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
  text[8] = 0;
  print(" ");
  print(name);
  print("=");
  print(text);
}
static void title(const char *name) {
  print("\n");
  print(name);
  print("\n");
}
static inline uint32_t get_ipsr(void) {
  uint32_t value;
  asm volatile("mrs %0, ipsr" : "=r"(value));
  return value;
}

/* Where a fault handler resumes; 0: where it was. */
static volatile uint32_t resume_at;
/* What a handler of this exception does once more, before it returns. */
static void (*volatile action)(uint32_t exception);
static volatile int quiet;
/* The return address is not compared: where an asynchronous exception comes in is up to the implementation. */
static volatile int asynchronous;

/* 0, or the EXC_RETURN that handlers return with from now on. */
static volatile uint32_t return_with;

/* Nothing is printed; what the last fault said is kept. */
static volatile int silent;
static volatile uint32_t last_exception, last_cfsr, last_mmfar;

uint32_t dispatch(uint32_t *frame, uint32_t lr) {
  uint32_t exception = get_ipsr();
  if (silent) {
    if (exception < 11) {
      last_exception = exception;
      last_cfsr = CFSR;
      last_mmfar = CFSR & 0x80 ? MMFAR : 0;
      CFSR = CFSR;
      HFSR = HFSR;
    }
    if (resume_at && exception < 11) {
      frame[6] = resume_at & ~1u;
      frame[7] = (frame[7] & ~0x0600fc00u) | (1u << 24);
      resume_at = 0;
    }
    if (action) {
      void (*perform)(uint32_t) = action;
      perform(exception);
    }
    return return_with ? return_with : lr;
  }
  print_hex("exception", exception);
  if (!quiet) {
    print_hex("lr", lr);
    print_hex("cfsr", CFSR);
    print_hex("hfsr", HFSR);
    if (CFSR & 0x80) print_hex("mmfar", MMFAR);
    if (CFSR & 0x8000) print_hex("bfar", BFAR);
    print_hex("shcsr", SHCSR);
    print_hex("icsr", ICSR & ~(1u << 23));
    if (!(CFSR & 0x1818)) {
      print_hex("frame", (uint32_t)frame);
      if (exception < 14 && !asynchronous) print_hex("pc", frame[6]);
      print_hex("xpsr", frame[7] & 0xff7fffff);
      print_hex("lr", frame[5]);
    }
  }
  print("\n");
  CFSR = CFSR;
  HFSR = HFSR;
  if (resume_at) {
    frame[6] = resume_at & ~1u;
    frame[7] = (frame[7] & ~0x0600fc00u) | (1u << 24);
    resume_at = 0;
  }
  if (action) {
    void (*perform)(uint32_t) = action;
    perform(exception);
  }
  return return_with ? return_with : lr;
}

/* Runs one instruction (or a few) that faults, and goes on after it. */
#define FAULTING(code)                                                                              \
  asm volatile("adr r0, 1f\n ldr r1, =resume_at\n str r0, [r1]\n" code "\n b 1f\n .ltorg\n .balign 4\n 1:" \
               :                                                                                    \
               :                                                                                    \
               : "r0", "r1", "r2", "r3", "r12", "lr", "memory", "cc")

int main(void) {
  scenarios();
  print("done\n");
  return 0;
}
