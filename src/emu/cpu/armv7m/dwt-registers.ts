import { notModelled, r, reg, registers, repeat, rw } from '../../registers.js';
import { componentIds } from './coresight-ids.js';

const POWER_ON = { powerOnOnly: true };
const unknown = (name: string) => ({ [name]: notModelled(rw(0, 8), 'this counter') });

/** Data Watchpoint and Trace unit (C1.8), four comparators. */
export const DWT = registers({
  CTRL: reg(
    0x000,
    {
      CYCCNTENA: rw(0),
      POSTPRESET: notModelled(rw(1, 4), 'PC sampling'),
      POSTINIT: notModelled(rw(5, 4), 'PC sampling'),
      CYCTAP: notModelled(rw(9), 'PC sampling'),
      SYNCTAP: notModelled(rw(10, 2), 'trace'),
      PCSAMPLENA: notModelled(rw(12), 'PC sampling'),
      EXCTRCENA: notModelled(rw(16), 'exception trace'),
      CPIEVTENA: notModelled(rw(17), 'CPICNT'),
      EXCEVTENA: rw(18),
      SLEEPEVTENA: rw(19),
      LSUEVTENA: notModelled(rw(20), 'LSUCNT'),
      FOLDEVTENA: notModelled(rw(21), 'FOLDCNT'),
      CYCEVTENA: notModelled(rw(22), 'trace'),
      NOPRFCNT: r(24),
      NOCYCCNT: r(25),
      NOEXTTRIG: r(26),
      NOTRCPKT: r(27),
      NUMCOMP: r(28, 4),
    },
    0x4000_0000,
    'ARMv7-M C1.8.7',
    POWER_ON,
  ),
  CYCCNT: reg(0x004, { CYCCNT: rw(0, 32) }, 0, 'ARMv7-M C1.8.8', POWER_ON),
  CPICNT: reg(0x008, unknown('CPICNT'), 0, 'ARMv7-M C1.8.9'),
  EXCCNT: reg(0x00c, { EXCCNT: rw(0, 8) }, 0, 'ARMv7-M C1.8.10'),
  SLEEPCNT: reg(0x010, { SLEEPCNT: rw(0, 8) }, 0, 'ARMv7-M C1.8.11'),
  LSUCNT: reg(0x014, unknown('LSUCNT'), 0, 'ARMv7-M C1.8.12'),
  FOLDCNT: reg(0x018, unknown('FOLDCNT'), 0, 'ARMv7-M C1.8.13'),
  PCSR: reg(0x01c, { EIASAMPLE: r(0, 32) }, 0, 'ARMv7-M C1.8.14'),
  COMPARATOR: repeat(4, 0x10, {
    COMP: reg(0x20, { COMP: rw(0, 32) }, 0, 'ARMv7-M C1.8.15', POWER_ON),
    MASK: reg(0x24, { MASK: rw(0, 5) }, 0, 'ARMv7-M C1.8.16', POWER_ON),
    FUNCTION: reg(
      0x28,
      {
        FUNCTION: rw(0, 4),
        EMITRANGE: notModelled(rw(5), 'data trace'),
        CYCMATCH: rw(7),
        DATAVMATCH: rw(8),
        LNK1ENA: r(9),
        DATAVSIZE: rw(10, 2),
        DATAVADDR0: rw(12, 4),
        DATAVADDR1: rw(16, 4),
        MATCHED: r(24),
      },
      0,
      'ARMv7-M C1.8.17',
      POWER_ON,
    ),
  }),
  ...componentIds({ part: 0x002, revision: 3 }, 'DDI 0439D table 9-1'),
});
