/* CAN1 alone, in loop back mode, by polling: both FIFOs, filter match indices, all three mailboxes. No pins needed. */
#include "can.h"

DEFINE_RESULTS

int main(void) {
    static const uint8_t data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_CAN1EN);
    results[0] = CAN1->MSR;
    can_init(CAN1, 0, CAN_500K | CAN_BTR_LBKM | CAN_BTR_SILM);
    can_filter(0, 1, 1, 0, CAN_STD(0x100), CAN_STD(0x101)); /* FIFO 0: 0, 1 */
    can_filter(1, 0, 0, 1, (0x200u << 5) | (0x7f0u << 21), (0x300u << 5) | (0x700u << 21)); /* FIFO 1: 0, 1 */
    can_filter(2, 0, 1, 0, CAN_EXT(0x12340000), (0x1fff0000u << 3) | 4u); /* FIFO 0: 2 */
    can_start(CAN1);
    can_send(CAN1, CAN_STD(0x101), data, 8);
    can_send(CAN1, CAN_STD(0x205), data, 3);
    can_send(CAN1, CAN_EXT(0x12345678), data, 0);
    results[1] = can_send(CAN1, CAN_STD(0x100), data, 1);
    while ((CAN1->TSR & 0x10101u) != 0x10101u) {}
    results[2] = CAN1->TSR;
    CAN1->TSR = 0x10101u;
    results[3] = CAN1->TSR;
    can_send(CAN1, CAN_STD(0x3ab), data, 1);
    can_send(CAN1, CAN_STD(0x777), data, 1); /* no filter */
    while ((CAN1->TSR & 0x101u) != 0x101u) {}
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned n = 0; n < 2; n++) {
            volatile uint32_t *to = &results[8 + 8 * i + 4 * n];
            to[0] = CAN1->RFR[n] & 3u;
            to[1] = CAN1->RX[n].IR;
            to[2] = CAN1->RX[n].DTR;
            to[3] = CAN1->RX[n].DLR;
            CAN1->RFR[n] |= CAN_RFR_RFOM;
            while (CAN1->RFR[n] & CAN_RFR_RFOM) {}
        }
    }
    results[4] = (CAN1->RFR[0] & 3u) | ((CAN1->RFR[1] & 3u) << 4);
    results[5] = CAN1->ESR;
    finish();
}
