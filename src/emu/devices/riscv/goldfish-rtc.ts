import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../device.js';
import { r, reg, registers, rw, w } from '../../registers.js';
import { i32 } from '../../state.js';

const SECTION = 'Goldfish RTC';

/** The real-time clock of Android's Goldfish platform (Linux, drivers/rtc/rtc-goldfish.c), nanoseconds in two words. */
const GOLDFISH_RTC = registers({
  /** Reading it latches the upper word. */
  TIME_LOW: reg(0x00, { TIME: rw(0, 32) }, 0, SECTION),
  TIME_HIGH: reg(0x04, { TIME: rw(0, 32) }, 0, SECTION),
  /** Writing it sets the alarm, so ALARM_HIGH comes first. */
  ALARM_LOW: reg(0x08, { ALARM: rw(0, 32) }, 0, SECTION),
  ALARM_HIGH: reg(0x0c, { ALARM: rw(0, 32) }, 0, SECTION),
  IRQ_ENABLED: reg(0x10, { ENABLE: rw(0) }, 0, SECTION),
  CLEAR_ALARM: reg(0x14, { CLEAR: w(0, 32) }, 0, SECTION),
  ALARM_STATUS: reg(0x18, { RUNNING: r(0) }, 0, SECTION),
  CLEAR_INTERRUPT: reg(0x1c, { CLEAR: w(0, 32) }, 0, SECTION),
});

const STATE = {
  /** Low and high word of what is added to machine time, in ns. */
  offset: i32(2),
  /** The upper word of the time as of the last read of TIME_LOW. */
  latched: i32(),
  /** 1 while the alarm's interrupt waits to be cleared. */
  pending: i32(),
} as const;
type Context = DeviceContext<typeof GOLDFISH_RTC, typeof STATE>;

export interface GoldfishRtcOptions {
  /** Seconds from 1970 to machine time 0. Default: 2024-01-01 00:00:00 UTC. */
  readonly epochSeconds?: number;
}

const EPOCH_2024 = 1_704_067_200;
const NS = 1_000_000_000n;

/** Counts machine time from a fixed date on, so that every run reads the same. A reset brings that date back. */
export function goldfishRtc({
  epochSeconds = EPOCH_2024,
}: GoldfishRtcOptions = {}): DeviceType<Handle<typeof GOLDFISH_RTC>> {
  return defineDevice({
    name: 'goldfish-rtc',
    size: 0x1000,
    registers: GOLDFISH_RTC,
    state: STATE,
    setup(d) {
      const rtc = new Rtc(d);
      d.onReset(() => rtc.reset(BigInt(epochSeconds) * NS));
    },
  });
}

class Rtc {
  readonly #d: Context;
  readonly #irq;
  readonly #alarm;

  constructor(d: Context) {
    this.#d = d;
    this.#irq = d.output('irq');
    this.#alarm = d.event('alarm', () => this.#ring(), d.clockNamed('ns'));
    const { regs, state } = d;
    d.onRead(regs.TIME_LOW, () => {
      state.latched[0] = Number(BigInt.asIntN(32, this.#time >> 32n));
      return Number(this.#time & 0xffff_ffffn);
    });
    d.computed(regs.TIME_HIGH, () => state.latched[0]! >>> 0);
    d.computed(regs.ALARM_STATUS, () => (this.#alarm.armed ? 1 : 0));
    this.#connect();
  }

  /** `start` is the date of machine time 0, whenever the reset comes. */
  reset(start: bigint): void {
    this.#setOffset(start);
  }

  #connect(): void {
    const { regs, state } = this.#d;
    this.#d.onWrite(regs.TIME_LOW, (value) => {
      this.#setTime((this.#time & ~0xffff_ffffn) | BigInt(value));
    });
    this.#d.onWrite(regs.TIME_HIGH, (value) => {
      this.#setTime((this.#time & 0xffff_ffffn) | (BigInt(value) << 32n));
    });
    this.#d.onWrite(regs.ALARM_LOW, () => this.#setAlarm());
    this.#d.onWrite(regs.IRQ_ENABLED, () => this.#update());
    this.#d.onWrite(regs.CLEAR_ALARM, () => this.#alarm.cancel());
    this.#d.onWrite(regs.CLEAR_INTERRUPT, () => {
      state.pending[0] = 0;
      this.#update();
    });
  }

  get #time(): bigint {
    return BigInt.asUintN(64, BigInt(this.#d.time.ns()) + wordsToBig(this.#d.state.offset));
  }
  #setTime(time: bigint): void {
    this.#setOffset(time - BigInt(this.#d.time.ns()));
    if (this.#alarm.armed) this.#setAlarm();
  }
  #setOffset(offset: bigint): void {
    this.#d.state.offset[0] = Number(BigInt.asIntN(32, offset));
    this.#d.state.offset[1] = Number(BigInt.asIntN(32, offset >> 32n));
  }

  /** An alarm of the past rings at once. */
  #setAlarm(): void {
    const { regs } = this.#d;
    const missing = ((BigInt(regs.ALARM_HIGH.value) << 32n) | BigInt(regs.ALARM_LOW.value)) - this.#time;
    if (missing <= 0n) this.#ring();
    else if (missing > BigInt(Number.MAX_SAFE_INTEGER)) this.#alarm.cancel();
    else this.#alarm.after(Number(missing));
  }
  #ring(): void {
    this.#alarm.cancel();
    this.#d.state.pending[0] = 1;
    this.#update();
  }
  #update(): void {
    this.#irq.set(this.#d.state.pending[0]! & this.#d.regs.IRQ_ENABLED.ENABLE);
  }
}

function wordsToBig(words: Int32Array): bigint {
  return (BigInt(words[1]!) << 32n) | BigInt(words[0]! >>> 0);
}
