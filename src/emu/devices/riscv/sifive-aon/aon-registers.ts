import { type RegisterOptions, type RegisterSpec, r, reg, registers, repeat, rw, w } from '../../../registers.js';

/** The block keeps its registers while the rest of the chip is off: no reset of the machine sets them, the block does. */
const KEPT: RegisterOptions = { backup: true };
const kept = <F extends RegisterSpec['fields']>(offset: number, fields: F, reset: number, section: string) =>
  reg(offset, fields, reset, section, KEPT);

const INSTRUCTION = {
  delay: rw(0, 4),
  pmu_out_0_en: rw(4),
  pmu_out_1_en: rw(5),
  corerst: rw(7),
  hfclkrst: rw(8),
  isolate: rw(9),
} as const;

/** Instructions of the PMU's programs after a reset (FE310 15.5, 15.6). */
export const WAKEUP_PROGRAM = [0x1f0, 0x0f8, 0x030, 0x030, 0x030, 0x030, 0x030, 0x030] as const;
export const SLEEP_PROGRAM = [0x0f0, 0x1f0, 0x1d0, 0x1c0, 0x1c0, 0x1c0, 0x1c0, 0x1c0] as const;

/** SiFive FE310-G002 manual v19p05, chapters 13 to 16. */
export const AON = registers({
  wdogcfg: kept(
    0x000,
    {
      wdogscale: rw(0, 4),
      wdogrsten: rw(8),
      wdogzerocmp: rw(9),
      wdogenalways: rw(12),
      wdogcoreawake: rw(13),
      wdogip0: rw(28),
    },
    0,
    'FE310 14.3',
  ),
  wdogcount: kept(0x008, { wdogcount: rw(0, 31) }, 0, 'FE310 14.1'),
  wdogs: kept(0x010, { wdogs: r(0, 16) }, 0, 'FE310 14.3'),
  wdogfeed: kept(0x018, { wdogfeed: rw(0, 32) }, 0, 'FE310 14.6'),
  wdogkey: kept(0x01c, { wdogkey: rw(0, 32) }, 0, 'FE310 14.5'),
  // the manual leaves it open; with all ones nothing is due before software says so
  wdogcmp0: kept(0x020, { wdogcmp0: rw(0, 16) }, 0xffff, 'FE310 14.4'),
  rtccfg: kept(0x040, { rtcscale: rw(0, 4), rtcenalways: rw(12), rtcip0: r(28) }, 0, 'FE310 16.3'),
  rtccountlo: kept(0x048, { rtccountlo: rw(0, 32) }, 0, 'FE310 16.1'),
  rtccounthi: kept(0x04c, { rtccounthi: rw(0, 16) }, 0, 'FE310 16.1'),
  rtcs: kept(0x050, { rtcs: r(0, 32) }, 0, 'FE310 16.2'),
  rtccmp0: kept(0x060, { rtccmp0: rw(0, 32) }, 0xffff_ffff, 'FE310 16.4'),
  lfrosccfg: kept(
    0x070,
    { lfroscdiv: rw(0, 6), lfrosctrim: rw(16, 5), lfroscen: rw(30), lfroscrdy: r(31) },
    0xc010_0004,
    'FE310 6.8',
  ),
  lfclkmux: kept(0x07c, { lfextclk_sel: rw(0), lfextclk_mux_status: r(31) }, 0, 'FE310 6.9'),
  backup: repeat(16, 4, kept(0x080, { backup: rw(0, 32) }, 0, 'FE310 13.6')),
  pmuwakeupi0: kept(0x100, INSTRUCTION, WAKEUP_PROGRAM[0], 'FE310 15.5'),
  pmuwakeupi1: kept(0x104, INSTRUCTION, WAKEUP_PROGRAM[1], 'FE310 15.5'),
  pmuwakeupi2: kept(0x108, INSTRUCTION, WAKEUP_PROGRAM[2], 'FE310 15.5'),
  pmuwakeupi3: kept(0x10c, INSTRUCTION, WAKEUP_PROGRAM[3], 'FE310 15.5'),
  pmuwakeupi4: kept(0x110, INSTRUCTION, WAKEUP_PROGRAM[4], 'FE310 15.5'),
  pmuwakeupi5: kept(0x114, INSTRUCTION, WAKEUP_PROGRAM[5], 'FE310 15.5'),
  pmuwakeupi6: kept(0x118, INSTRUCTION, WAKEUP_PROGRAM[6], 'FE310 15.5'),
  pmuwakeupi7: kept(0x11c, INSTRUCTION, WAKEUP_PROGRAM[7], 'FE310 15.5'),
  pmusleepi0: kept(0x120, INSTRUCTION, SLEEP_PROGRAM[0], 'FE310 15.5'),
  pmusleepi1: kept(0x124, INSTRUCTION, SLEEP_PROGRAM[1], 'FE310 15.5'),
  pmusleepi2: kept(0x128, INSTRUCTION, SLEEP_PROGRAM[2], 'FE310 15.5'),
  pmusleepi3: kept(0x12c, INSTRUCTION, SLEEP_PROGRAM[3], 'FE310 15.5'),
  pmusleepi4: kept(0x130, INSTRUCTION, SLEEP_PROGRAM[4], 'FE310 15.5'),
  pmusleepi5: kept(0x134, INSTRUCTION, SLEEP_PROGRAM[5], 'FE310 15.5'),
  pmusleepi6: kept(0x138, INSTRUCTION, SLEEP_PROGRAM[6], 'FE310 15.5'),
  pmusleepi7: kept(0x13c, INSTRUCTION, SLEEP_PROGRAM[7], 'FE310 15.5'),
  pmuie: kept(0x140, { por: r(0), rtc: rw(1), dwakeup: rw(2), awakeup: rw(3) }, 1, 'FE310 15.8'),
  pmucause: kept(0x144, { wakeupcause: r(0, 2), resetcause: r(8, 2) }, 0, 'FE310 15.9'),
  pmusleep: kept(0x148, { sleep: w(0, 32) }, 0, 'FE310 15.7'),
  pmukey: kept(0x14c, { pmukey: rw(0, 32) }, 0, 'FE310 15.4'),
});

/** Written to wdogkey or pmukey it opens the registers for one write (14.5, 15.4). */
export const KEY = 0x0051_f15e;
/** What a watchdog is fed with (14.6). */
export const FOOD = 0x0d09_f00d;
