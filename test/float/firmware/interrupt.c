/* The FPU's own interrupt, handled as ST says (PM0214 4.6.7): the flags are in the frame, and are cleared there. */
#include "fpu.h"

DEFINE_RESULTS

static volatile float one = 1.0f, zero = 0.0f, third = 3.0f, large = 3e38f;
static volatile uint32_t count;

/* Lazily: reading FPSCR stores the interrupted context, FPCAR says where. */
void FPU_IRQHandler(void);
void FPU_IRQHandler(void) {
    (void)fpscr_get();
    volatile uint32_t *frame = (volatile uint32_t *)(FPCAR + 0x40u);
    results[count++] = *frame & 0x9fu;
    *frame &= ~0x8fu;
    __asm volatile("dmb" ::: "memory");
}

static __attribute__((noinline)) void provoke(void) {
    one = one / third; /* inexact: no interrupt */
    results[8] = count;
    one = 1.0f / zero;
    results[9] = count;
    zero = zero / zero;
    results[10] = count;
    large = large * large;
    results[11] = count;
    results[12] = fpscr_get() & 0x9fu;
}

int main(void) {
    fpu_enable();
    nvic_enable(FPU_IRQ);
    provoke();
    finish();
}
