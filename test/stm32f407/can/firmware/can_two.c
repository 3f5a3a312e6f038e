/* CAN1 and CAN2 on one bus: CAN2's filters begin at bank 14, both request at once and arbitration decides. */
#include "can.h"

DEFINE_RESULTS

int main(void) {
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_CAN1EN | RCC_APB1ENR_CAN2EN);
    can_pins();
    can_init(CAN1, 0, CAN_500K);
    can_init(CAN2, 0, CAN_500K);
    CAN1->FMR |= 1u;
    CAN1->FMR = (CAN1->FMR & ~0x3f00u) | (14u << 8);
    can_filter(0, 0, 1, 0, 0, 0);
    can_filter(14, 0, 1, 1, 0, 0);
    CAN1->MCR &= ~CAN_MCR_INRQ;
    CAN2->MCR &= ~CAN_MCR_INRQ;
    while (CAN1->MSR & CAN_MSR_INAK) {}
    while (CAN2->MSR & CAN_MSR_INAK) {}
    cycles_start();
    /* Both requests within the first bit. */
    CAN2->TX[0].DTR = 2;
    CAN2->TX[0].DLR = 0x2211;
    CAN1->TX[0].DTR = 8;
    CAN1->TX[0].DLR = 0x44332211;
    CAN1->TX[0].DHR = 0x88776655;
    CAN1->TX[0].IR = CAN_STD(0x101) | 1u;
    CAN2->TX[0].IR = CAN_STD(0x100) | 1u;
    while (!(CAN1->TSR & 1u) || !(CAN2->TSR & 1u)) {}
    results[0] = DWT_CYCCNT;
    results[1] = CAN1->TSR & 0xffu;
    results[2] = CAN2->TSR & 0xffu;
    results[3] = CAN1->RX[0].IR >> 21;
    results[4] = CAN1->RX[0].DLR;
    results[5] = CAN2->RX[1].IR >> 21;
    results[6] = CAN2->RX[1].DHR;
    results[7] = CAN2->RX[1].DTR;
    results[8] = CAN1->ESR | CAN2->ESR;
    finish();
}
