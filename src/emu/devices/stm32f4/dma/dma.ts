import { defineDevice } from '../../../device.js';
import { DmaController, STATE } from './dma-controller.js';
import { DMA } from './dma-registers.js';
import type { Controller } from './dma-requests.js';

/**
 * DMA controller: RM0090 chapter 10.
 *
 * Wires: outputs `irq0` to `irq7`, one a stream. For each request of tables 42 and 43 an input `<stream>.<channel>` (`5.4`), high
 * while the peripheral asks (bit 1 says, where the peripheral is the flow controller, that it asks for the last time), and an
 * output `<stream>.<channel>.ack`, which pulses with 1 for each request served, with 3 where that was the last item of NDTR
 * and 5 where it was the last but one.
 */
export function dma(name: Controller) {
  return defineDevice({
    name: `stm32f4-${name}`,
    size: 0x400,
    registers: DMA,
    // 10.2: the programming interface supports 32-bit accesses only; the bus shows narrower stores on all lanes.
    narrow: 'widen',
    state: STATE,
    setup(d) {
      const controller = new DmaController(d, name);
      const { LIFCR, HIFCR } = d.regs;
      for (const [i, regs] of d.regs.S.entries()) {
        const stream = controller.streams[i]!;
        d.onWrite(regs.CR, (value, old, written) => controller.control(i, value, old, written));
        d.onRead(regs.NDTR, () => {
          controller.settle();
          return regs.NDTR.value;
        });
        d.onWrite(regs.NDTR, (_value, old) => {
          if (!controller.guard(i, 'NDTR', old)) stream.program();
        });
        d.onWrite(regs.PAR, (_value, old) => void controller.guard(i, 'PAR', old));
        d.onWrite(regs.M0AR, (_value, old) => controller.buffer(i, 0, old));
        d.onWrite(regs.M1AR, (_value, old) => controller.buffer(i, 1, old));
        d.onRead(regs.FCR, () => {
          controller.settle();
          return regs.FCR.value;
        });
        d.onWrite(regs.FCR, (value, old) => controller.fifoControl(i, value, old));
      }
      const clear = (register: typeof LIFCR, first: number) => (_value: number, _old: number, written: number) => {
        register.value = 0;
        for (let i = 0; i < 4; i++) controller.streams[first + i]!.flags.clear(written);
      };
      d.onWrite(LIFCR, clear(LIFCR, 0));
      d.onWrite(HIFCR, clear(HIFCR, 4));
    },
  });
}
