import { type DeviceType, defineDevice } from '../../device.js';
import { notModelled, r, reg, registers, repeat, rw } from '../../registers.js';

/** Units of the Cortex-M4 that answer with their reset values and say so when they are switched on. */

const FPU_OFF = 'the floating-point unit';
const FPU = registers({
  FPCCR: reg(
    0x00,
    {
      LSPACT: r(0),
      USER: r(1),
      THREAD: r(3),
      HFRDY: r(4),
      MMRDY: r(5),
      BFRDY: r(6),
      MONRDY: r(8),
      LSPEN: rw(30),
      ASPEN: rw(31),
    },
    0xc000_0000,
    'ARMv7-M B3.2.21',
  ),
  FPCAR: reg(0x04, { ADDRESS: rw(3, 29) }, 0, 'ARMv7-M B3.2.22'),
  FPDSCR: reg(
    0x08,
    {
      RMode: notModelled(rw(22, 2), FPU_OFF),
      FZ: notModelled(rw(24), FPU_OFF),
      DN: notModelled(rw(25), FPU_OFF),
      AHP: notModelled(rw(26), FPU_OFF),
    },
    0,
    'ARMv7-M B3.2.23',
  ),
  MVFR0: reg(0x0c, { MVFR0: r(0, 32) }, 0x1011_0021, 'DDI 0439D 7.3.1'),
  MVFR1: reg(0x10, { MVFR1: r(0, 32) }, 0x1100_0011, 'DDI 0439D 7.3.1'),
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
export const fpu = defineDevice({ name: 'fpu', size: 0x14, registers: FPU }) as DeviceType;
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
