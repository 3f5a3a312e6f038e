import type { Net, NetDriver } from '../../../net.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { Signal } from '../../../signal.js';
import type { RtcCounter } from './rtc-counter.js';
import type { RtcContext } from './rtc-registers.js';

/** PC13 is bit 13 of its port, PI8 bit 8. */
const PC13 = 1 << 13;
const PI8 = 1 << 8;
/** The calibration output of 512 Hz is RTCCLK / 64. */
const HALF_512_HZ = 32;
/** Flags that OSEL shows: none, alarm A, alarm B, wake-up. */
const SHOWN = [0, 1 << 8, 1 << 9, 1 << 10] as const;

/**
 * RTC_AF1 (PC13) and RTC_AF2 (PI8): RM0090 26.3.14, 26.3.15, tables 37 and 38. The alarm output goes before the calibration output,
 * both before the port. Outputs `pc` and `pi` are masks of the pins that the ports leave to the RTC.
 */
export class RtcOutput {
  readonly #d: RtcContext;
  readonly #counter: RtcCounter;
  readonly #pin: NetDriver;
  readonly #takenC: Signal;
  readonly #takenI: Signal;
  readonly #toggle: TimedEvent;

  constructor(d: RtcContext, counter: RtcCounter, pc13: Net) {
    this.#d = d;
    this.#counter = counter;
    this.#pin = pc13.driver(d.name);
    this.#takenC = d.output('pc');
    this.#takenI = d.output('pi');
    this.#toggle = d.event('calibrationOutput', () => this.#calibration(), d.clock, { backup: true });
  }

  /** Whatever the pins show may have changed. */
  follow(): void {
    const { CR, TAFCR } = this.#d.regs;
    const [tamper1, tamper2] = [TAFCR.TAMP1E, TAFCR.TAMP2E];
    const inputC = (tamper1 && !TAFCR.TAMP1INSEL) || (CR.TSE && !TAFCR.TSINSEL);
    const inputI = (tamper1 && TAFCR.TAMP1INSEL) || tamper2 || (CR.TSE && TAFCR.TSINSEL);
    this.#takenC.set(CR.OSEL || CR.COE || inputC ? PC13 : 0);
    this.#takenI.set(inputI ? PI8 : 0);
    this.#toggle.cancel();
    if (CR.OSEL) this.#alarm();
    else if (CR.COE) this.#calibration();
    else this.#pin.set('none');
  }

  /** The flag, or with POL its inverse; open drain without ALARMOUTTYPE. */
  #alarm(): void {
    const { CR, ISR, TAFCR } = this.#d.regs;
    const high = (ISR.value & SHOWN[CR.OSEL]!) !== 0 ? CR.POL === 0 : CR.POL === 1;
    this.#pin.set(high ? (TAFCR.ALARMOUTTYPE ? 'high' : 'none') : 'low');
  }

  /** RTCCLK / 64 from the asynchronous prescaler, or (COSEL) ck_apre / 256: bit 7 of SSR. */
  #calibration(): void {
    const counter = this.#counter;
    if (this.#d.regs.CR.COSEL) {
      const { u, ssr } = counter.at();
      this.#pin.set((ssr >>> 7) & 1 ? 'high' : 'low');
      if (!counter.stopped) this.#at(counter.rawOfApre(u + (ssr & 127) + 1));
    } else {
      const count = counter.calibrated(counter.now);
      this.#pin.set(Math.floor(count / HALF_512_HZ) & 1 ? 'high' : 'low');
      this.#at(counter.rawOf((Math.floor(count / HALF_512_HZ) + 1) * HALF_512_HZ));
    }
  }
  #at(raw: number): void {
    this.#toggle.at(Math.max(raw, this.#counter.now + 1));
  }
}
