/* Walks over 16 MiB that are seen through tables of Sv39, out of order: a step reads and writes a word in each of 4096 pages. */
#include "bench.h"

#define PAGES     4096u
#define PAGE_SIZE 4096u
/* Where the pages are seen, and where they lie. */
#define WINDOW   0x140000000ul
#define MEMORY   0x82000000ul

#define PTE_V    0x01u
#define PTE_RWX  0x0eu
#define PTE_AD   0xc0u
#define GIB      (1ul << 30)
#define SV39     (8ul << 60)

#define PMP_ALL       0x1fu /* NAPOT, R, W, X */
#define MSTATUS_MPP   (3u << 11)
#define MSTATUS_MPP_S (1u << 11)

typedef uint64_t table[512];
static table root, middle, leaves[PAGES / 512] __attribute__((aligned(PAGE_SIZE)));

static uint64_t branch(const void *to) {
    return (uint64_t)to >> 12 << 10 | PTE_V;
}
static uint64_t leaf(uint64_t physical) {
    return physical >> 12 << 10 | PTE_AD | PTE_RWX | PTE_V;
}

/* Devices and the program itself stay where they are. */
static void make_tables(void) {
    for (unsigned i = 0; i < 4; i++) root[i] = leaf(i * GIB);
    root[WINDOW / GIB] = branch(middle);
    for (unsigned i = 0; i < PAGES / 512; i++) middle[i] = branch(leaves[i]);
    /* an odd number shuffles them */
    for (unsigned i = 0; i < PAGES; i++) leaves[i / 512][i % 512] = leaf(MEMORY + (i * 1477u % PAGES) * PAGE_SIZE);
}

void bench_init(void) {
    make_tables();
    __asm volatile(
        "csrw pmpaddr0, %0\n"
        "csrw pmpcfg0, %1\n"
        "csrc mstatus, %2\n"
        "csrs mstatus, %3\n"
        "csrw satp, %4\n"
        "sfence.vma\n"
        "la t0, 1f\n"
        "csrw mepc, t0\n"
        "mret\n"
        "1:\n"
        :
        : "r"(-1ul), "r"(PMP_ALL), "r"(MSTATUS_MPP), "r"(MSTATUS_MPP_S), "r"(SV39 | (uint64_t)root >> 12)
        : "t0", "memory");
}

uint32_t bench_step(uint32_t seed) {
    uint32_t sum = seed;
    for (uint32_t i = 0; i < PAGES; i++) {
        volatile uint32_t *word = (volatile uint32_t *)(WINDOW + i * PAGE_SIZE + i % 64 * 64);
        sum = (sum ^ *word) + i;
        *word = sum;
    }
    return sum;
}
