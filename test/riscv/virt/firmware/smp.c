/* Every hart counts under a lock; hart 0 wakes the others by software interrupts and hears from each by its own. */
#include "report.h"

#define CLINT 0x2000000u
#define MSIE (1u << 3)
#define HARTS (*(volatile uint32_t *)0x80100000u) /* put there by the test */
#define ROUNDS 100

static volatile uint32_t lock, total, started;
static volatile uint32_t answers[4];

static void count(void) {
    for (int i = 0; i < ROUNDS; i++) {
        while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE)) continue;
        total++;
        __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
    }
}

static void wait_for_software(void) {
    unsigned long pending;
    do {
        __asm__ volatile("wfi");
        __asm__ volatile("csrr %0, mip" : "=r"(pending));
    } while (!(pending & MSIE));
}

static void send(uint32_t hart, uint32_t level) { write32(CLINT + 4 * hart, level); }

int main(unsigned long hart) {
    __asm__ volatile("csrs mie, %0" ::"r"((unsigned long)MSIE));
    if (hart != 0) {
        __atomic_fetch_add(&started, 1, __ATOMIC_ACQ_REL);
        wait_for_software();
        send((uint32_t)hart, 0);
        count();
        answers[hart] = (uint32_t)hart + 1;
        send(0, 1);
        return 0;
    }
    const uint32_t harts = HARTS;
    while (started < harts - 1) continue;
    for (uint32_t other = 1; other < harts; other++) send(other, 1);
    count();
    for (uint32_t other = 1; other < harts; other++) {
        while (answers[other] == 0) {
            wait_for_software();
            send(0, 0);
        }
        check(answers[other] == other + 1, other);
    }
    say_number("total", total);
    check(total == harts * ROUNDS, 10);
    finish();
}
