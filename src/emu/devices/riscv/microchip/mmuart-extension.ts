import { type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { notModelled, r, reg, registers, rw } from '../../../registers.js';

/**
 * What the MMUART of Microchip's PolarFire SoC has behind the 16550's eight registers (PolarFire SoC technical reference manual,
 * MMUART register map): the fractional baud rate, and other modes of operation, none of which is modelled. Offsets count from the end of
 * the eight words.
 */
const EXTENSION = registers({
  IEM: reg(0x04, { modes: notModelled(rw(0, 5), 'interrupts of the other modes') }, 0, 'MMUART IEM'),
  IIM: reg(0x08, { modes: r(0, 5) }, 0, 'MMUART IIM'),
  MM0: reg(
    0x10,
    {
      ESYN: notModelled(rw(0, 3), 'synchronous mode'),
      ELIN: notModelled(rw(3), 'LIN'),
      ETTG: notModelled(rw(5), 'the time guard'),
      ERTO: notModelled(rw(6), 'the receiver time-out'),
      EFBR: rw(7),
    },
    0,
    'MMUART MM0',
  ),
  MM1: reg(
    0x14,
    {
      E_MSB_RX: notModelled(rw(0), 'MSB first'),
      E_MSB_TX: notModelled(rw(1), 'MSB first'),
      EIRD: notModelled(rw(2), 'IrDA'),
      EIRX: rw(3),
      EITX: rw(4),
      EITP: rw(5),
    },
    0,
    'MMUART MM1',
  ),
  MM2: reg(
    0x18,
    {
      EERR: notModelled(rw(0), 'smart cards'),
      EAFM: notModelled(rw(1), 'addresses'),
      EAFC: rw(2),
      ESWM: notModelled(rw(3), 'one wire'),
    },
    0,
    'MMUART MM2',
  ),
  DFR: reg(0x1c, { DFR: rw(0, 6) }, 0, 'MMUART DFR'),
  GFR: reg(0x24, { GLR: rw(0, 3) }, 0, 'MMUART GFR'),
  TTG: reg(0x28, { TTG: rw(0, 8) }, 0, 'MMUART TTG'),
  RTO: reg(0x2c, { RTO: rw(0, 8) }, 0, 'MMUART RTO'),
  ADR: reg(0x30, { ADR: rw(0, 8) }, 0, 'MMUART ADR'),
});

/** Wire `fraction`: the sixty-fourths that DFR adds to the UART's divisor while MM0.EFBR is set. */
export const mmuartExtension: DeviceType<Handle<typeof EXTENSION>> = defineDevice({
  name: 'mmuart-extension',
  size: 0xfe0,
  registers: EXTENSION,
  setup({ regs, onWrite, output }) {
    const fraction = output('fraction');
    const update = () => fraction.set(regs.MM0.EFBR ? regs.DFR.DFR : 0);
    onWrite(regs.MM0, update);
    onWrite(regs.DFR, update);
  },
});
