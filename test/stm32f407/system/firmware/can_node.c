/*
 * CAN1 at 500 kbit/s. Jumpers 1:0 are its number n. All nodes send at the same time: a frame 0x100 + n, then 0x7f0 - n. Jumper 5: silent
 * listening. results: 0 how many it heard, 1.. their identifiers and instants are in `heard`; 1 TSR, 2 ESR when its two are done or 30 ms over.
 */
#include "can.h"
#include "jumpers.h"

DEFINE_RESULTS

void CAN1_RX0_IRQHandler(void);

volatile uint32_t heard[16];

void CAN1_RX0_IRQHandler(void) {
    while (CAN1->RFR[0] & 3u) {
        if (results[0] < 16) heard[results[0]] = CAN1->RX[0].IR >> 21;
        results[0]++;
        CAN1->RFR[0] |= CAN_RFR_RFOM;
        while (CAN1->RFR[0] & CAN_RFR_RFOM) {}
    }
}

int main(void) {
    uint32_t n = jumpers();
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_CAN1EN);
    can_pins();
    can_init(CAN1, 4u, n & 32u ? CAN_500K | CAN_BTR_SILM : CAN_500K); /* TXFP: in the order of the requests */
    can_filter(0, 0, 1, 0, 0, 0);
    can_start(CAN1);
    CAN1->IER |= 2u; /* FMPIE0 */
    nvic_enable(20);
    cycles_start();
    while (DWT_CYCCNT < 16000) {}
    if (!(n & 32u)) {
        uint8_t data[2] = {(uint8_t)n, 0x77};
        can_send(CAN1, CAN_STD(0x100 + n), data, 2);
        can_send(CAN1, CAN_STD(0x7f0 - n), data, 1);
    }
    while (!(n & 32u) && (CAN1->TSR & 0x101u) != 0x101u && DWT_CYCCNT < 480000u) {}
    results[1] = CAN1->TSR;
    results[2] = CAN1->ESR;
    results[3] = DWT_CYCCNT;
    finish();
}
