import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { r, reg, registers, rw } from '../../../registers.js';
import { backup, i32 } from '../../../state.js';

/** SiFive FU540-C000 manual v1p0, chapter 12: a fuse array of 4096 words behind the pins of its macro. */
const OTP = registers({
  pa: reg(0x00, { pa: rw(0, 12) }, 0, 'FU540 12'),
  paio: reg(0x04, { paio: rw(0, 5) }, 0, 'FU540 12'),
  pas: reg(0x08, { pas: rw(0) }, 0, 'FU540 12'),
  pce: reg(0x0c, { pce: rw(0) }, 0, 'FU540 12'),
  pclk: reg(0x10, { pclk: rw(0) }, 0, 'FU540 12'),
  pdin: reg(0x14, { pdin: rw(0) }, 0, 'FU540 12'),
  pdout: reg(0x18, { pdout: r(0, 32) }, 0, 'FU540 12'),
  pdstb: reg(0x1c, { pdstb: rw(0) }, 0, 'FU540 12'),
  pprog: reg(0x20, { pprog: rw(0) }, 0, 'FU540 12'),
  ptc: reg(0x24, { ptc: rw(0, 5) }, 0, 'FU540 12'),
  ptm: reg(0x28, { ptm: rw(0, 3) }, 0, 'FU540 12'),
  ptm_rep: reg(0x2c, { ptm_rep: rw(0, 3) }, 0, 'FU540 12'),
  ptr: reg(0x30, { ptr: rw(0, 2) }, 0, 'FU540 12'),
  ptrim: reg(0x34, { ptrim: rw(0) }, 0, 'FU540 12'),
  pwe: reg(0x38, { pwe: rw(0) }, 0, 'FU540 12'),
});

const WORDS = 0x1000;
const STATE = {
  /** Bits that are programmed, so that an array of zeros is as it leaves the factory: all ones. */
  programmed: backup(i32(WORDS)),
  /** The word that the last clock read. */
  read: i32(),
} as const;
type Context = DeviceContext<typeof OTP, typeof STATE>;

/** Where the serial number stands, and its complement (HiFive Unleashed's boot loader). */
const SERIAL_WORD = 0xfc;

export interface Fu540OtpOptions {
  /** 1 if not given. */
  readonly serial?: number;
}

/**
 * The FU540's fuses: with the macro switched on (pce), awake (pdstb) and repaired (ptrim) a rising pclk reads word `pa`; while pprog is
 * set a pulse on pwe programs bit `paio` of it to 0.
 */
export function fu540Otp(options: Fu540OtpOptions = {}): DeviceType<Handle<typeof OTP>> {
  const serial = options.serial ?? 1;
  return defineDevice({
    name: 'fu540-otp',
    size: 0x1000,
    registers: OTP,
    state: STATE,
    setup(d) {
      const { regs, state } = d;
      state.programmed[SERIAL_WORD] = ~serial;
      state.programmed[SERIAL_WORD + 1] = serial;
      const awake = () => regs.pce.pce !== 0 && regs.pdstb.pdstb !== 0 && regs.ptrim.ptrim !== 0;
      d.computed(regs.pdout, () => (awake() ? state.read[0]! >>> 0 : 0));
      d.onWrite(regs.pclk, (value, old) => {
        if (value > old && awake()) state.read[0] = ~state.programmed[regs.pa.pa]!;
      });
      d.onWrite(regs.pwe, (value, old) => value < old && program(d));
    },
  });
}

function program({ regs, state, report, name }: Context): void {
  if (regs.pce.pce === 0 || regs.pprog.pprog === 0) {
    const what = `${name}.pwe was pulsed without pce and pprog: nothing is programmed`;
    report({ kind: 'misuse', rule: 'sequence', what, remedy: 'set pce and pprog first', section: 'FU540 12' });
    return;
  }
  if (regs.pdin.pdin === 0) return;
  state.programmed[regs.pa.pa]! |= 1 << regs.paio.paio;
}
