import { type DeviceContext, type DeviceMemory, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { r, reg, registers, rw } from '../../../registers.js';
import { f64, u8 } from '../../../state.js';

/** SiFive FE310-G002 manual v19p05, chapter 12, table 32. */
const OTP = registers({
  otp_lock: reg(0x00, { lock: rw(0) }, 0, 'FE310 12.3'),
  otp_ck: reg(0x04, { ck: rw(0) }, 0, 'FE310 12.2'),
  otp_oe: reg(0x08, { oe: rw(0) }, 0, 'FE310 12.2'),
  otp_sel: reg(0x0c, { sel: rw(0) }, 0, 'FE310 12.2'),
  otp_we: reg(0x10, { we: rw(0) }, 0, 'FE310 12.2'),
  otp_mr: reg(0x14, { mr: rw(0, 32) }, 0, 'FE310 12.2'),
  otp_mrr: reg(0x18, { mrr: rw(0, 32) }, 0, 'FE310 12.2'),
  otp_mpp: reg(0x1c, { mpp: rw(0, 32) }, 0, 'FE310 12.2'),
  otp_vrren: reg(0x20, { vrren: rw(0) }, 0, 'FE310 12.2'),
  otp_vppen: reg(0x24, { vppen: rw(0) }, 0, 'FE310 12.2'),
  otp_a: reg(0x28, { a: rw(0, 14) }, 0, 'FE310 12.2'),
  otp_d: reg(0x2c, { d: rw(0, 32) }, 0, 'FE310 12.2'),
  otp_q: reg(0x30, { q: r(0, 32) }, 0, 'FE310 12.2'),
  otp_rsctrl: reg(0x34, { scale: rw(0, 3), tas: rw(3), trp: rw(4), tacc: rw(5) }, 0x21, 'FE310 12.5'),
});

const STATE = {
  /** Machine time at which otp_ck went high, in ns. */
  rose: f64(),
  told: u8(),
} as const;
type Context = DeviceContext<typeof OTP, typeof STATE>;

/** 12.6: a bit is programmed by a pulse of 50 µs. */
const PULSE_NS = 50_000;

/**
 * The one-time programmable memory of the FE310-G002: 8 KiB that read as ones until a bit is programmed to 0. It is read
 * through its window (`otp.cells`), or bit for bit by the programmed-I/O registers, which take effect while `otp_lock` is held.
 */
export const fe310Otp: DeviceType<Handle<typeof OTP>> = defineDevice({
  name: 'fe310-otp',
  size: 0x1000,
  registers: OTP,
  state: STATE,
  setup(d) {
    const { regs } = d;
    const cells = d.memory('cells', () => d.fault('the OTP memory is written through its registers only'));
    d.output('access');
    const offset = () => (regs.otp_a.a * 4) % cells.size;
    for (const register of [regs.otp_ck, regs.otp_oe, regs.otp_sel, regs.otp_we, regs.otp_a, regs.otp_d]) {
      d.onWrite(register, (value, old) => {
        // 12.3: without the lock the registers stay as they are
        if (regs.otp_lock.lock === 0) register.value = old;
        else if (register === regs.otp_ck) clock(d, cells, offset(), value, old);
      });
    }
    const { otp_q } = regs;
    d.computed(otp_q, () => (regs.otp_sel.sel && regs.otp_oe.oe ? cells.load(offset(), 4) : 0));
  },
});

/** The end of a pulse on otp_ck programs the bits that otp_d has high. */
function clock(d: Context, cells: DeviceMemory, offset: number, level: number, before: number): void {
  const { regs, state, time } = d;
  if (level > before) state.rose[0] = time.ns();
  if (level >= before || regs.otp_we.we === 0 || regs.otp_sel.sel === 0) return;
  const bits = regs.otp_d.d;
  if ((bits & (bits - 1)) !== 0) tell(d, 'more than one bit of otp_d is high', 'program one bit at a time');
  if (time.ns() - state.rose[0]! < PULSE_NS) {
    tell(d, 'the pulse on otp_ck was shorter than 50 µs: nothing is programmed', 'hold otp_ck high for 50 µs');
    return;
  }
  const word = cells.load(offset, 4) & ~bits;
  cells.fill(offset, Uint8Array.of(word, word >>> 8, word >>> 16, word >>> 24));
}

function tell(d: Context, what: string, remedy: string): void {
  if (d.state.told[0] !== 0) return;
  d.state.told[0] = 1;
  d.report({ kind: 'misuse', rule: 'sequence', what: `${d.name}: ${what}`, remedy, section: 'FE310 12.6' });
}
