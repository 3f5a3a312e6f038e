import { type DeviceType, defineDevice } from '../../device.js';
import { notModelled, r, reg, registers, repeat, rw } from '../../registers.js';

/** Units of the Cortex-M4 that answer with their reset values and say so when they are switched on. */

const MPU_OFF = 'the memory protection unit';
const RBAR = { REGION: rw(0, 4), VALID: rw(4), ADDR: rw(5, 27) };
const RASR = {
  ENABLE: rw(0),
  SIZE: rw(1, 5),
  SRD: rw(8, 8),
  B: rw(16),
  C: rw(17),
  S: rw(18),
  TEX: rw(19, 3),
  AP: rw(24, 3),
  XN: rw(28),
};
const MPU = registers({
  MPU_TYPE: reg(0x00, { SEPARATE: r(0), DREGION: r(8, 8), IREGION: r(16, 8) }, 0x0000_0800, 'ARMv7-M B3.5.4'),
  MPU_CTRL: reg(0x04, { ENABLE: notModelled(rw(0), MPU_OFF), HFNMIENA: rw(1), PRIVDEFENA: rw(2) }, 0, 'ARMv7-M B3.5.5'),
  MPU_RNR: reg(0x08, { REGION: rw(0, 8) }, 0, 'ARMv7-M B3.5.6'),
  MPU_RBAR: reg(0x0c, RBAR, 0, 'ARMv7-M B3.5.8'),
  MPU_RASR: reg(0x10, RASR, 0, 'ARMv7-M B3.5.9'),
  ALIAS: repeat(3, 8, {
    RBAR: reg(0x14, RBAR, 0, 'ARMv7-M B3.5.8'),
    RASR: reg(0x18, RASR, 0, 'ARMv7-M B3.5.9'),
  }),
});

const ITM_OFF = 'instrumentation trace';
const ITM = registers({
  STIM: repeat(32, 4, reg(0x000, { STIMULUS: notModelled(rw(0, 32), ITM_OFF) }, 0, 'ARMv7-M C1.7.3')),
  TER: reg(0xe00, { STIMENA: rw(0, 32) }, 0, 'ARMv7-M C1.7.4'),
  TPR: reg(0xe40, { PRIVMASK: rw(0, 4) }, 0, 'ARMv7-M C1.7.5'),
  TCR: reg(
    0xe80,
    {
      ITMENA: notModelled(rw(0), ITM_OFF),
      TSENA: rw(1),
      SYNCENA: rw(2),
      TXENA: rw(3),
      SWOENA: rw(4),
      TSPRESCALE: rw(8, 2),
      GTSFREQ: rw(10, 2),
      TRACEBUSID: rw(16, 7),
      BUSY: r(23),
    },
    0,
    'ARMv7-M C1.7.6',
  ),
  LAR: reg(0xfb0, { KEY: rw(0, 32) }, 0, 'ARMv7-M D1.2.2'),
  LSR: reg(0xfb4, { SLI: r(0), SLK: r(1), nTT: r(2) }, 0, 'ARMv7-M D1.2.3'),
});

const FPB = registers({
  FP_CTRL: reg(
    0x00,
    { ENABLE: notModelled(rw(0), 'flash patch and breakpoint'), KEY: rw(1), NUM_CODE: r(4, 4), NUM_LIT: r(8, 4) },
    0x0000_0260,
    'ARMv7-M C1.11.3',
  ),
  FP_REMAP: reg(0x04, { REMAP: rw(5, 24), RMPSPT: r(29) }, 0x2000_0000, 'ARMv7-M C1.11.4'),
  FP_COMP: repeat(8, 4, reg(0x08, { ENABLE: rw(0), COMP: rw(2, 27), REPLACE: rw(30, 2) }, 0, 'ARMv7-M C1.11.5')),
});

const TRACE_PORT = 'the trace port';
const TPIU = registers({
  TPIU_SSPSR: reg(0x000, { SWIDTH: r(0, 32) }, 0x0000_000b, 'ARMv7-M C1.10.3'),
  TPIU_CSPSR: reg(0x004, { CWIDTH: notModelled(rw(0, 32), TRACE_PORT) }, 0x0000_0001, 'ARMv7-M C1.10.4'),
  TPIU_ACPR: reg(0x010, { SWOSCALER: notModelled(rw(0, 16), TRACE_PORT) }, 0, 'ARMv7-M C1.10.5'),
  TPIU_SPPR: reg(0x0f0, { TXMODE: notModelled(rw(0, 2), TRACE_PORT) }, 0x0000_0001, 'ARMv7-M C1.10.6'),
  TPIU_FFSR: reg(
    0x300,
    { FlInProg: r(0), FtStopped: r(1), TCPresent: r(2), FtNonStop: r(3) },
    0x0000_0008,
    'DDI 0439D 11.3',
  ),
  TPIU_FFCR: reg(0x304, { EnFCont: notModelled(rw(1), TRACE_PORT), TrigIn: r(8) }, 0x0000_0102, 'DDI 0439D 11.3'),
});

/** Where debuggers find the units: offsets from here, bit 0 present, bit 1 32-bit (C1.2.2). */
const ROM_TABLE = registers({
  SCS: reg(0x000, { ENTRY: r(0, 32) }, 0xfff0_f003, 'ARMv7-M C1.2.2'),
  DWT: reg(0x004, { ENTRY: r(0, 32) }, 0xfff0_2003, 'ARMv7-M C1.2.2'),
  FPB: reg(0x008, { ENTRY: r(0, 32) }, 0xfff0_3003, 'ARMv7-M C1.2.2'),
  ITM: reg(0x00c, { ENTRY: r(0, 32) }, 0xfff0_1003, 'ARMv7-M C1.2.2'),
  TPIU: reg(0x010, { ENTRY: r(0, 32) }, 0xfff4_1003, 'ARMv7-M C1.2.2'),
  ETM: reg(0x014, { ENTRY: r(0, 32) }, 0xfff4_2002, 'ARMv7-M C1.2.2'),
  END: reg(0x018, { ENTRY: r(0, 32) }, 0, 'ARMv7-M C1.2.2'),
  MEMTYPE: reg(0xfcc, { SYSMEM: r(0) }, 1, 'ARMv7-M C1.2.2'),
});

export const romTable = defineDevice({ name: 'romtable', size: 0x1000, registers: ROM_TABLE }) as DeviceType;
export const mpu = defineDevice({ name: 'mpu', size: 0x60, registers: MPU }) as DeviceType;
export const itm: DeviceType = defineDevice({
  name: 'itm',
  size: 0x1000,
  registers: ITM,
  setup(d) {
    // An enabled port is always ready (FIFOREADY), so that a firmware that waits for it goes on; what it sends is lost.
    for (const [port, register] of d.regs.STIM.entries()) {
      d.onRead(register, () => d.regs.TCR.ITMENA & (d.regs.TER.STIMENA >>> port) & 1);
    }
  },
});
export const fpb = defineDevice({ name: 'fpb', size: 0x1000, registers: FPB }) as DeviceType;
export const tpiu = defineDevice({ name: 'tpiu', size: 0x1000, registers: TPIU }) as DeviceType;
