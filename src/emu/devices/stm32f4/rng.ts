import { type DeviceContext, defineDevice } from '../../device.js';
import { r, rc_w0, reg, registers, rw } from '../../registers.js';

/** RM0090 section 24.4. */
const RNG = registers({
  CR: reg(0x00, { RNGEN: rw(2), IE: rw(3) }, 0, 'RM0090 24.4.1'),
  SR: reg(0x04, { DRDY: r(0), CECS: r(1), SECS: r(2), CEIS: rc_w0(5), SEIS: rc_w0(6) }, 0, 'RM0090 24.4.2'),
  DR: reg(0x08, { RNDATA: r(0, 32) }, 0, 'RM0090 24.4.3'),
});

/** 24.4.3: periods of the 48 MHz clock until the next number is there. */
const PERIODS_A_NUMBER = 40;
/** 24.3.2: a clock below HCLK / 16 is a clock error. */
const SLOWEST = 16;

/** Number `index` of the sequence of `seed`: the finalizer of MurmurHash3 over a Weyl sequence, which has no short period. */
function numberOf(seed: number, index: number): number {
  let mixed = (seed + Math.imul(index + 1, 0x9e37_79b9)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

type Context = DeviceContext<typeof RNG>;

class Generator {
  readonly #d: Context;
  readonly #seed: number;
  /** What survives resets, since the noise does not start anew with them: the seeds given, and how many numbers were made since. */
  readonly #seeds;
  readonly #made;
  /** 1 when a test broke the clock, 0 when it mended it: the last entry counts. */
  readonly #broken;
  readonly #irq;
  readonly #number;
  readonly #clock;

  constructor(d: Context, seed: number) {
    this.#d = d;
    this.#seed = seed;
    this.#seeds = d.log('seeds');
    this.#made = d.log('made', { limit: 1 });
    this.#broken = d.log('broken', { kind: 'u8' });
    this.#irq = d.output('irq');
    this.#clock = d.clockNamed('usb48');
    this.#number = d.event('number', () => this.#ready(), this.#clock);
    this.#clock.onChange(() => this.#checkClock());
    d.clock.onChange(() => this.#checkClock());
  }

  /** A write to CR. */
  control(old: number): void {
    const { CR, SR } = this.#d.regs;
    const was = (old >>> 2) & 1;
    if (CR.RNGEN && !was) {
      // 24.3.2: clearing and setting RNGEN starts anew after a seed error.
      SR.SECS = 0;
      this.#checkClock();
      if (!this.#clock.running) this.#reportNoClock();
      this.#next();
    } else if (!CR.RNGEN && was) this.#number.cancel();
    this.update();
  }
  read(): number {
    const { SR, DR } = this.#d.regs;
    if (!SR.DRDY) {
      this.#d.report({
        kind: 'misuse',
        rule: 'sequence',
        what: 'RNG.DR was read while RNG.SR.DRDY is 0: there is no number in it',
        remedy: 'wait for DRDY before each number',
        section: 'RM0090 24.3.1',
      });
      return 0;
    }
    const number = DR.value;
    SR.DRDY = 0;
    DR.value = 0;
    this.#next();
    this.update();
    return number;
  }
  update(): void {
    const { CR, SR } = this.#d.regs;
    this.#irq.set(CR.IE && (SR.DRDY || SR.SEIS || SR.CEIS) ? 1 : 0);
  }

  seed(seed: number): void {
    this.#seeds.append(seed | 0);
    this.#made.append(0);
  }
  seedError(): void {
    const { SR } = this.#d.regs;
    SR.SECS = 1;
    SR.SEIS = 1;
    this.#number.cancel();
    this.update();
  }
  breakClock(broken: boolean): void {
    this.#broken.append(broken ? 1 : 0);
    this.#checkClock();
    if (!broken) this.#next();
  }

  #next(): void {
    const { CR, SR } = this.#d.regs;
    if (!CR.RNGEN || SR.DRDY || SR.SECS || SR.CECS || this.#number.armed) return;
    this.#number.after(PERIODS_A_NUMBER);
  }
  #ready(): void {
    const { SR, DR } = this.#d.regs;
    const index = last(this.#made) ?? 0;
    this.#made.append(index + 1);
    DR.value = numberOf(last(this.#seeds) ?? this.#seed, index);
    SR.DRDY = 1;
    this.update();
  }

  /** 24.3.2: no numbers without a clock of at least HCLK / 16. */
  #checkClock(): void {
    const { CR, SR } = this.#d.regs;
    if (!CR.RNGEN) return;
    const wrong = this.#clock.hertz < this.#d.clock.hertz / SLOWEST || last(this.#broken) === 1;
    if (wrong && !SR.CECS) {
      SR.CEIS = 1;
      this.#number.cancel();
    }
    SR.CECS = wrong ? 1 : 0;
    if (!wrong) this.#next();
    this.update();
  }
  #reportNoClock(): void {
    this.#d.report({
      kind: 'misuse',
      rule: 'clock-gated',
      what: 'RNG.CR.RNGEN was set without a 48 MHz clock: no number will come, RNG.SR.CEIS is set',
      remedy: 'start the PLL with PLLQ so that it gives 48 MHz (RCC.PLLCFGR, RCC.CR.PLLON)',
      section: 'RM0090 24.3.2',
    });
  }
}

function last(log: { readonly length: number; at(index: number): number | undefined }): number | undefined {
  return log.at(log.length - 1);
}

export interface RngOptions {
  /** Which sequence of numbers comes: the same one in every run. */
  readonly seed?: number;
}

/** Random number generator: RM0090 chapter 24. The numbers follow from a seed, so that tests repeat. */
export function rng(options: RngOptions = {}) {
  return defineDevice({
    name: 'stm32f4-rng',
    size: 0x400,
    registers: RNG,
    setup(d) {
      const generator = new Generator(d, options.seed ?? 0);
      const { CR, SR, DR } = d.regs;
      d.onWrite(CR, (_value, old) => generator.control(old));
      d.onWrite(SR, () => generator.update());
      d.onRead(DR, () => generator.read());
      return {
        /** Begins the sequence of this seed with the next number. */
        seed: (seed: number) => generator.seed(seed),
        /** What a fault of the noise source sets: SECS and SEIS, until RNGEN is cleared and set (24.3.2). */
        injectSeedError: () => generator.seedError(),
        /** A 48 MHz clock that is too slow, until `mendClock()`: CECS and CEIS. */
        injectClockError: () => generator.breakClock(true),
        mendClock: () => generator.breakClock(false),
      };
    },
  });
}
