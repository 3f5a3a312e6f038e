// A small kernel for any number of harts: each runs the program of user.S in an address space of its own, with pages on demand, a
// timer of its own (Sstc), and code that changes under a page. What happened is left at 0x80210000.
#include <stdint.h>

typedef uintptr_t word;

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128 };
enum { HARTS = 4, PAGE = 4096, POOL = 40 };
#define DATA 0x20000000u
#define CODE 0x30000000u
#define USER 0x10000000u
#define INTERRUPT ((word)1 << (8 * sizeof(word) - 1))
#if __riscv_xlen == 64
enum { LEVELS = 3, BITS = 9 };
#define SATP (((word)8 << 60))
#else
enum { LEVELS = 2, BITS = 10 };
#define SATP ((word)1 << 31)
#endif

struct results {
  uint32_t sum, calls, faults, ticks, flags, done;
};
#define RESULTS ((volatile struct results *)0x80210000u)
static uint32_t finished;

struct hart {
  uint8_t pool[POOL][PAGE];
} __attribute__((aligned(PAGE)));
static struct hart harts[HARTS];
static unsigned used[HARTS];
static word *roots[HARTS];
static unsigned version[HARTS];

extern char user_start[], version_one[], version_two[];

// Where the test puts how many harts there are.
#define NUMBER (*(volatile uint32_t *)0x80200000u)
#define read_csr(name) ({ word value; __asm__ volatile("csrr %0, " #name : "=r"(value)); value; })
#define write_csr(name, value) __asm__ volatile("csrw " #name ", %0" ::"r"((word)(value)) : "memory")

static void *page_of(unsigned hart) {
  return harts[hart].pool[used[hart]++];
}

static word *entry_of(unsigned hart, word address) {
  word *table = roots[hart];
  for (int level = LEVELS - 1;; level--) {
    word *entry = &table[(address >> (12 + level * BITS)) & ((1 << BITS) - 1)];
    if (level == 0) return entry;
    if (*entry == 0) *entry = ((word)page_of(hart) >> 12 << 10) | V;
    table = (word *)(*entry >> 10 << 12);
  }
}

static void map(unsigned hart, word address, const void *physical, word flags) {
  *entry_of(hart, address) = ((word)physical >> 12 << 10) | flags | V;
  __asm__ volatile("sfence.vma %0, zero" ::"r"(address) : "memory");
}

static void arm(void) {
#if __riscv_xlen == 64
  write_csr(stimecmp, read_csr(time) + 200);
#else
  write_csr(stimecmph, 0);
  write_csr(stimecmp, read_csr(time) + 200);
#endif
}

static void finish(uint32_t code) {
  *(volatile uint32_t *)0x100000 = code;
}

// In supervisor mode, with a0, a1 and a7 of the program; gives what a0 is to be.
word supervisor_trap(unsigned hart, word cause, word address, word *frame) {
  volatile struct results *r = &RESULTS[hart];
  if (cause == (INTERRUPT | 5)) {
    r->ticks++;
    arm();
  } else if ((cause == 13 || cause == 15) && address - DATA < 16 * PAGE) {
    r->faults++;
    map(hart, address, page_of(hart), R | W | U);
  } else if (cause == 12 && address >> 12 == CODE >> 12) {
    r->faults++;
    map(hart, CODE, version_one, R | X | U);
  } else if (cause == 8) {
    write_csr(sepc, read_csr(sepc) + 4);
    if (frame[2] == 1) {
      version[hart] ^= 1;
      map(hart, CODE, version[hart] ? version_two : version_one, R | X | U);
    } else if (frame[2] == 3) {
      word *entry = entry_of(hart, frame[0]);
      word flags = *entry & (A | D);
      *entry &= ~(word)(A | D);
      __asm__ volatile("sfence.vma" ::: "memory");
      return flags;
    } else {
      r->sum = frame[0];
      r->calls = frame[1];
      r->flags = frame[3];
      r->done = 1;
      if (__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST) == NUMBER) finish(0x5555);
      for (;;) __asm__ volatile("wfi");
    }
  } else {
    r->done = 0x80000000u | (uint32_t)cause;
    finish(0x13333);
    for (;;) __asm__ volatile("wfi");
  }
  return frame[0];
}

// In machine mode, before anything else; gives satp.
word prepare(unsigned hart) {
  roots[hart] = page_of(hart);
  // the kernel, by the widest page there is
  roots[hart][0x80000000u >> (12 + (LEVELS - 1) * BITS)] = (word)0x80000000u >> 12 << 10 | V | R | W | X | A | D;
  // the test finisher
  *entry_of(hart, 0x100000) = (word)0x100000 >> 12 << 10 | V | R | W | A | D;
  *entry_of(hart, USER) = (word)user_start >> 12 << 10 | V | R | X | U;
  write_csr(medeleg, 0xb1ff);
  write_csr(mideleg, 0x222);
  write_csr(mcounteren, 7);
  // machine mode's own page is nobody else's
  write_csr(pmpaddr0, (0x80000000u >> 2) | 0x1ff);
  write_csr(pmpaddr1, -1);
  write_csr(pmpcfg0, 0x1f18);
#if __riscv_xlen == 64
  write_csr(menvcfg, (word)1 << 63);
#else
  write_csr(0x31a, (word)1 << 31);
#endif
  arm();
  write_csr(mie, 0x20);
  write_csr(mepc, USER);
  return SATP | (word)roots[hart] >> 12;
}
