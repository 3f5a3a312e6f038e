/* Sends four frames and waits for the answer of an echo node (can_irq.c) to each. */
#include "can.h"

DEFINE_RESULTS

int main(void) {
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_CAN1EN);
    can_pins();
    can_init(CAN1, 0, CAN_500K);
    can_filter(0, 0, 1, 0, 0, 0);
    can_start(CAN1);
    cycles_start();
    for (unsigned i = 0; i < 4; i++) {
        uint8_t data[3] = { (uint8_t)i, 0x5a, 0xa5 };
        can_send(CAN1, CAN_STD(0x300 + 2 * i), data, 3);
        while (!(CAN1->RFR[0] & 3u)) {}
        results[2 * i] = CAN1->RX[0].IR >> 21;
        results[2 * i + 1] = CAN1->RX[0].DLR;
        CAN1->RFR[0] |= CAN_RFR_RFOM;
        while (!(CAN1->TSR & 1u)) {}
        CAN1->TSR = 1u;
    }
    results[8] = DWT_CYCCNT;
    results[9] = CAN1->ESR;
    finish();
}
