/* Two processors that exchange by words of shared RAM, a calculator, and an interrupt. */
#pragma once
#include <stdint.h>

#define ROUNDS 50u

struct mail {
  volatile uint32_t armed;    /* rounds that the first processor has started */
  volatile uint32_t replies;  /* rounds that the second one has answered */
  volatile uint32_t value;    /* what it has read from the calculator */
  volatile uint32_t sum;      /* of all answers, by the first */
  volatile uint32_t done;     /* 1 when the first has finished */
  volatile uint32_t ticks[2]; /* of each processor's own timer */
  volatile uint32_t cycles;   /* that the second one's counter has counted between two answers */
  volatile uint32_t locked;   /* increments under a lock made of exclusive accesses, by both */
  volatile uint32_t lock;
  volatile uint32_t patched;  /* what the code that the first one has changed gives to the second */
};

#define MAIL ((struct mail *)0x20020000u)
#define CODE ((volatile uint16_t *)0x20020200u) /* a function that the first processor writes, and the second one calls */

#define CALC ((volatile uint32_t *)0x50000000u) /* A, B, OP, CTRL, RESULT, STATUS */
#define CALC_IRQ 5u

static inline void calculate(uint32_t a, uint32_t b, uint32_t op) {
  CALC[0] = a;
  CALC[1] = b;
  CALC[2] = op;
  CALC[3] = 1;
}
