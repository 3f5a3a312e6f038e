import { type DeviceType, defineDevice } from '../../device.js';
import { markNamedOnly } from '../../not-modelled.js';
import { notModelled, r, reg, registers, rw, w } from '../../registers.js';
import { componentIds } from './coresight-ids.js';

const TRACE_PORT = 'the trace port';
const INTEGRATION = 'integration mode';
const TOPOLOGY = 'a debugger that claims the unit';

/** Trace Port Interface Unit (C1.10, DDI 0439D chapter 11): by name. What the ITM sends is read from the ITM itself. */
const TPIU = registers({
  SSPSR: reg(0x000, { SWIDTH: r(0, 32) }, 0x0000_000b, 'ARMv7-M C1.10.3'),
  CSPSR: reg(0x004, { CWIDTH: notModelled(rw(0, 32), TRACE_PORT) }, 0x0000_0001, 'ARMv7-M C1.10.4'),
  ACPR: reg(0x010, { SWOSCALER: notModelled(rw(0, 16), TRACE_PORT) }, 0, 'ARMv7-M C1.10.5'),
  SPPR: reg(0x0f0, { TXMODE: notModelled(rw(0, 2), TRACE_PORT) }, 0x0000_0001, 'ARMv7-M C1.10.6'),
  FFSR: reg(0x300, { FlInProg: r(0), FtStopped: r(1), TCPresent: r(2), FtNonStop: r(3) }, 8, 'DDI 0439D 11.3.3'),
  FFCR: reg(0x304, { EnFCont: notModelled(rw(1), TRACE_PORT), TrigIn: r(8) }, 0x0000_0102, 'DDI 0439D 11.3.4'),
  FSCR: reg(0x308, { CycCount: r(0, 12) }, 0, 'DDI 0439D table 11-1'),
  TRIGGER: reg(0xee8, { TRIGGER: r(0) }, 0, 'DDI 0439D 11.3.5'),
  FIFO0: reg(0xeec, { ETM: r(0, 32) }, 0, 'DDI 0439D 11.3.6'),
  ITATBCTR2: reg(0xef0, { ATREADY: r(0) }, 0, 'DDI 0439D 11.3.7'),
  ITATBCTR0: reg(0xef8, { ATVALID: r(0) }, 0, 'DDI 0439D 11.3.9'),
  FIFO1: reg(0xefc, { ITM: r(0, 32) }, 0, 'DDI 0439D 11.3.8'),
  ITCTRL: reg(0xf00, { Mode: notModelled(rw(0, 2), INTEGRATION) }, 0, 'DDI 0439D 11.3.10'),
  CLAIMSET: reg(0xfa0, { CLAIMSET: notModelled(rw(0, 4), TOPOLOGY) }, 0xf, 'DDI 0439D table 11-1'),
  CLAIMCLR: reg(0xfa4, { CLAIMCLR: notModelled(rw(0, 4), TOPOLOGY) }, 0, 'DDI 0439D table 11-1'),
  DEVID: reg(0xfc8, { DEVID: r(0, 32) }, 0xca1, 'DDI 0439D 11.3.11'),
  DEVTYPE: reg(0xfcc, { SubType: r(4, 4), MajorType: r(0, 4) }, 0x11, 'DDI 0439D 11.3.12'),
  ...componentIds({ part: 0x9a1, class: 9 }, 'DDI 0439D table 11-1'),
});
export const tpiu = markNamedOnly(defineDevice({ name: 'tpiu', size: 0x1000, registers: TPIU }) as DeviceType);

const TRACE = 'instruction trace';
const traced = (offset: number, reset = 0) =>
  reg(offset, { VALUE: notModelled(rw(0, 32), TRACE) }, reset, 'DDI 0439D table 10-3');
const fixed = (offset: number, value: number) => reg(offset, { VALUE: r(0, 32) }, value, 'DDI 0439D table 10-3');

/** Embedded Trace Macrocell (DDI 0439D chapter 10): by name. */
const ETM = registers({
  CR: traced(0x000, 0x0000_0411),
  CCR: fixed(0x004, 0x8c80_2000),
  TRIGGER: traced(0x008),
  SR: traced(0x010),
  SCR: fixed(0x014, 0x0002_0d09),
  TEEVR: traced(0x020),
  TECR1: traced(0x024),
  FFLR: traced(0x028),
  CNTRLDVR1: traced(0x140),
  SYNCFR: fixed(0x1e0, 0x0000_0400),
  IDR: fixed(0x1e4, 0x4114_f250),
  CCER: fixed(0x1e8, 0x1854_1800),
  TESSEICR: traced(0x1f0),
  TSEVR: traced(0x1f8),
  TRACEIDR: traced(0x200),
  IDR2: fixed(0x208, 0),
  PDSR: fixed(0x314, 1),
  ITMISCIN: fixed(0xee0, 0),
  ITTRIGOUT: reg(0xee8, { VALUE: notModelled(w(0, 32), INTEGRATION) }, 0, 'DDI 0439D table 10-3'),
  ITATBCTR2: fixed(0xef0, 0),
  ITATBCTR0: reg(0xef8, { VALUE: notModelled(w(0, 32), INTEGRATION) }, 0, 'DDI 0439D table 10-3'),
  ITCTRL: traced(0xf00),
  CLAIMSET: traced(0xfa0, 0xf),
  CLAIMCLR: traced(0xfa4),
  LAR: reg(0xfb0, { KEY: notModelled(w(0, 32), TRACE) }, 0, 'DDI 0439D table 10-3'),
  LSR: fixed(0xfb4, 3),
  AUTHSTATUS: fixed(0xfb8, 0),
  DEVTYPE: fixed(0xfcc, 0x13),
  ...componentIds({ part: 0x925, class: 9 }, 'DDI 0439D table 10-3'),
});
export const etm = markNamedOnly(defineDevice({ name: 'etm', size: 0x1000, registers: ETM }) as DeviceType);
