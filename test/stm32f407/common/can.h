/* Controller area network, RM0090 32.9. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "registers.h"

struct can_mailbox {
    volatile uint32_t IR, DTR, DLR, DHR;
};
struct can {
    volatile uint32_t MCR, MSR, TSR, RFR[2], IER, ESR, BTR;
    uint32_t reserved0[88];
    struct can_mailbox TX[3]; /* 0x180 */
    struct can_mailbox RX[2]; /* 0x1b0 */
    uint32_t reserved1[12];
    volatile uint32_t FMR, FM1R; /* 0x200 */
    uint32_t reserved2;
    volatile uint32_t FS1R;
    uint32_t reserved3;
    volatile uint32_t FFA1R;
    uint32_t reserved4;
    volatile uint32_t FA1R; /* 0x21c */
    uint32_t reserved5[8];
    struct {
        volatile uint32_t R1, R2;
    } F[28]; /* 0x240 */
};
_Static_assert(offsetof(struct can, TX) == 0x180, "32.9.3");
_Static_assert(offsetof(struct can, FMR) == 0x200, "32.9.4");
_Static_assert(offsetof(struct can, F) == 0x240, "32.9.4");
#define CAN1 ((struct can *)0x40006400u)
#define CAN2 ((struct can *)0x40006800u)

#define CAN_MCR_INRQ  (1u << 0)
#define CAN_MCR_SLEEP (1u << 1)
#define CAN_MSR_INAK  (1u << 0)
#define CAN_MSR_SLAK  (1u << 1)
#define CAN_BTR_LBKM  (1u << 30)
#define CAN_BTR_SILM  (1u << 31)
#define CAN_RFR_RFOM  (1u << 5)
#define RCC_APB1ENR_CAN1EN (1u << 25) /* 7.3.13 */
#define RCC_APB1ENR_CAN2EN (1u << 26)

/* 500 kbit/s from 16 MHz: 2 x 16 quanta. */
#define CAN_500K ((2u << 20) | (11u << 16) | 1u)

static inline void can_pins(void) {
    rcc_enable(&RCC->AHB1ENR, 3u);
    gpio_alternate(GPIOA, 11, 9);
    gpio_alternate(GPIOA, 12, 9);
    struct gpio *b = (struct gpio *)0x40020400u;
    gpio_alternate(b, 12, 9);
    gpio_alternate(b, 13, 9);
}

/* In the order of ST's driver: initialization mode, out of sleep, timing; can_start leaves it. */
static inline void can_init(struct can *can, uint32_t mcr, uint32_t btr) {
    can->MCR |= CAN_MCR_INRQ;
    while (!(can->MSR & CAN_MSR_INAK)) {}
    can->MCR &= ~CAN_MCR_SLEEP;
    while (can->MSR & CAN_MSR_SLAK) {}
    can->MCR = (can->MCR & ~0xfcu) | mcr;
    can->BTR = btr;
}
static inline void can_start(struct can *can) {
    can->MCR &= ~CAN_MCR_INRQ;
    while (can->MSR & CAN_MSR_INAK) {}
}

/* A filter bank as ST's driver sets it up. */
static inline void can_filter(unsigned bank, uint32_t list, uint32_t wide, uint32_t fifo, uint32_t r1, uint32_t r2) {
    uint32_t bit = 1u << bank;
    CAN1->FMR |= 1u;
    CAN1->FA1R &= ~bit;
    CAN1->FS1R = wide ? CAN1->FS1R | bit : CAN1->FS1R & ~bit;
    CAN1->F[bank].R1 = r1;
    CAN1->F[bank].R2 = r2;
    CAN1->FM1R = list ? CAN1->FM1R | bit : CAN1->FM1R & ~bit;
    CAN1->FFA1R = fifo ? CAN1->FFA1R | bit : CAN1->FFA1R & ~bit;
    CAN1->FA1R |= bit;
    CAN1->FMR &= ~1u;
}

/* Gives the mailbox, or 3 when none is free. */
static inline unsigned can_send(struct can *can, uint32_t id_word, const uint8_t *data, unsigned length) {
    uint32_t tsr = can->TSR;
    if (!(tsr & (7u << 26))) return 3;
    unsigned n = (tsr >> 24) & 3u;
    uint32_t words[2] = { 0, 0 };
    for (unsigned i = 0; i < length; i++) words[i / 4] |= (uint32_t)data[i] << (8 * (i & 3));
    can->TX[n].DTR = length;
    can->TX[n].DLR = words[0];
    can->TX[n].DHR = words[1];
    can->TX[n].IR = id_word | 1u;
    return n;
}
#define CAN_STD(id) ((uint32_t)(id) << 21)
#define CAN_EXT(id) (((uint32_t)(id) << 3) | 4u)
