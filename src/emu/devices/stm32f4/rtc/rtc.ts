import { defineDevice, type ResetCause } from '../../../device.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { Signal } from '../../../signal.js';
import { APB_NARROW } from '../apb.js';
import { RtcAccess } from './rtc-access.js';
import { RtcAlarm } from './rtc-alarms.js';
import { RtcCounter } from './rtc-counter.js';
import { rtcHandle } from './rtc-handle.js';
import { RtcOutput } from './rtc-output.js';
import { RtcReference } from './rtc-reference.js';
import { RTC, RTC_STATE, type RtcContext } from './rtc-registers.js';
import { RtcSetting } from './rtc-setting.js';
import { RtcShadow } from './rtc-shadow.js';
import { RtcStamp } from './rtc-stamp.js';
import { RtcTamper } from './rtc-tamper.js';
import { RtcWakeUp } from './rtc-wakeup.js';

/** RTCCLK cycles until ALRAWF, ALRBWF or WUTWF is set: "around 2" (26.3.5). */
const WRITABLE_CYCLES = 2;
/** Bits of ISR that WPR's keys protect: RSF and INIT (26.3.5: all but 13:8). */
const KEYED = (1 << 5) | (1 << 7);
/** CR.REFCKON, FMT and DCE can be written only in initialization mode (26.6.3). */
const ONLY_IN_INIT = 0xd0;
const WUCKSEL = 7;
/** ALRAE, ALRBE and WUTE in CR, and the flags in ISR that say that what they start can be written. */
const STARTED = [
  { enable: 1 << 8, writable: 1 << 0 },
  { enable: 1 << 9, writable: 1 << 1 },
  { enable: 1 << 10, writable: 1 << 2 },
] as const;
/** INIT, INITF and RSF. */
const SYSTEM_RESET = (1 << 7) | (1 << 6) | (1 << 5);

/** The parts of the real-time clock, and the registers they share: CR and ISR. */
class Rtc {
  readonly #d: RtcContext;
  readonly access: RtcAccess;
  readonly counter: RtcCounter;
  readonly #shadow: RtcShadow;
  readonly setting: RtcSetting;
  readonly #alarms: readonly RtcAlarm[];
  readonly #wakeUp: RtcWakeUp;
  readonly #reference: RtcReference;
  readonly #stamp: RtcStamp;
  readonly #tamper: RtcTamper;
  readonly #output: RtcOutput;
  readonly #writable: readonly TimedEvent[];
  readonly #lines: readonly Signal[];

  constructor(d: RtcContext) {
    this.#d = d;
    const nets = [d.net('PC13'), d.net('PI8')] as const;
    this.access = new RtcAccess(d);
    this.counter = new RtcCounter(d);
    this.#shadow = new RtcShadow(d, this.counter);
    const users = { hold: () => this.#wakeUp.hold(), plan: () => this.#plan() };
    this.setting = new RtcSetting(d, this.counter, this.#shadow, users);
    this.#reference = new RtcReference(d, this.counter, users);
    this.#alarms = [this.#alarm('A'), this.#alarm('B')];
    this.#wakeUp = new RtcWakeUp(d, this.counter, () => this.#raise(1 << 10));
    this.#stamp = new RtcStamp(d, this.counter, () => this.#changed());
    const pulls = nets.map((net) => net.driver(`${d.name}.precharge`));
    this.#tamper = new RtcTamper(d, nets, pulls, () => this.#tampered());
    this.#output = new RtcOutput(d, this.counter, nets[0]);
    this.#writable = STARTED.map(({ writable }, i) => {
      const fire = (): void => {
        d.regs.ISR.value |= writable;
      };
      return d.event(`writable${i}`, fire, d.clock, { backup: true });
    });
    this.#lines = ['alarm', 'wakeTimer', 'tampStamp'].map((name) => d.output(name));
    this.counter.reset();
    this.#listen(nets);
    this.#hook();
  }

  #alarm(which: 'A' | 'B'): RtcAlarm {
    const { regs } = this.#d;
    const [time, subsecond] = which === 'A' ? [regs.ALRMAR, regs.ALRMASSR] : [regs.ALRMBR, regs.ALRMBSSR];
    const fire = (): void => {
      this.#raise(which === 'A' ? 1 << 8 : 1 << 9);
      this.#alarms[which === 'A' ? 0 : 1]!.plan(true);
    };
    const event = this.#d.event(`alarm${which}`, fire, this.#d.clock, { backup: true });
    return new RtcAlarm({ time, subsecond }, this.counter, () => regs.CR.FMT === 1, event);
  }

  #listen(nets: readonly [ReturnType<RtcContext['net']>, ReturnType<RtcContext['net']>]): void {
    const { pins } = this.#d.state;
    for (const [pin, net] of nets.entries()) {
      net.listen(() => {
        if (pins[pin] === net.digital) return;
        pins[pin] = net.digital;
        this.#stamp.edge(pin, net);
        this.#tamper.edge(pin, net);
      });
    }
    this.#d.input('backupReset', (level) => level && this.resetDomain());
    this.#d.input('protectionErased', (level) => level && this.#eraseBackup());
  }

  #hook(): void {
    const { access } = this;
    const { regs } = this.#d;
    this.setting.hook(access);
    access.onWrite(regs.CR, (value, old, written) => this.#control(value, old, written));
    access.onDomainWrite(regs.ISR, (value, old) => this.#status(value, old));
    access.onWrite(regs.WUTR, (_value, old) => {
      if (!regs.ISR.WUTWF) access.refuse(regs.WUTR, old, 'while the wake-up timer runs', WAIT_FOR_WUTWF);
    });
    for (const [i, registers] of [
      [regs.ALRMAR, regs.ALRMASSR],
      [regs.ALRMBR, regs.ALRMBSSR],
    ].entries()) {
      for (const register of registers) {
        access.onWrite(register, (_value, old) => {
          if (regs.ISR.INITF || regs.ISR.value & STARTED[i]!.writable) return;
          const which = i === 0 ? 'A' : 'B';
          access.refuse(
            register,
            old,
            `while alarm ${which} is enabled`,
            `clear RTC.CR.ALR${which}E and wait for ALR${which}WF`,
          );
        });
      }
    }
    access.onDomainWrite(regs.TAFCR, (_value, old) => {
      this.#tamper.configure(old);
      this.#changed();
    });
    for (const { R } of regs.BKP) access.onDomainWrite(R, () => {});
  }

  #control(value: number, old: number, written: number): void {
    const { CR, ISR } = this.#d.regs;
    this.counter.changed();
    if (!ISR.INITF) CR.value = (value & ~ONLY_IN_INIT) | (old & ONLY_IN_INIT);
    if ((value ^ old) & WUCKSEL && !ISR.WUTWF) {
      this.access.refuse(CR, (CR.value & ~WUCKSEL) | (old & WUCKSEL), 'while the wake-up timer runs', WAIT_FOR_WUTWF);
    }
    const changed = CR.value ^ old;
    if (changed & CR.value & (1 << 4)) this.#reference.enable();
    if (changed & (1 << 5)) CR.BYPSHAD ? this.#shadow.begin() : this.#shadow.synchronise();
    for (const [i, { enable, writable }] of STARTED.entries()) {
      if (!(changed & enable)) continue;
      const on = (CR.value & enable) !== 0;
      if (on) ISR.value &= ~writable;
      if (on) this.#writable[i]!.cancel();
      else this.#writable[i]!.after(WRITABLE_CYCLES);
      if (i < 2) this.#alarms[i]!.plan(on);
      else on ? this.#wakeUp.start() : this.#wakeUp.stop();
    }
    if (CR.WUTE && (CR.value & WUCKSEL) === 3 && this.#d.regs.WUTR.WUT === 0) this.#forbidden();
    this.setting.daylightSaving(written);
    this.#changed();
  }

  /** 26.6.6. */
  #forbidden(): void {
    this.#d.report({
      kind: 'misuse',
      rule: 'configuration',
      what: 'the wake-up timer of the RTC counts RTCCLK / 2 (WUCKSEL = 3) with WUT = 0, which is forbidden',
      remedy: 'give RTC.WUTR at least 1, or another clock',
      section: 'RM0090 26.6.6',
    });
  }

  /** ISR: flags go by writing zeros; INIT and RSF need the keys. */
  #status(value: number, old: number): void {
    const { ISR } = this.#d.regs;
    if ((value ^ old) & KEYED && !this.access.open) {
      ISR.value = (value & ~KEYED) | (old & KEYED);
      this.access.tellKeys(ISR);
    }
    const changed = ISR.value ^ old;
    if (changed & (1 << 11)) this.#stamp.cleared();
    if (changed & (1 << 7)) this.setting.initChanged();
    if (changed & (1 << 5)) this.#shadow.synchronise();
    if (changed) this.#changed();
  }

  #raise(flag: number): void {
    this.#d.regs.ISR.value |= flag;
    this.#changed();
  }
  #tampered(): void {
    if (this.#d.regs.TAFCR.TAMPTS) this.#stamp.take();
    this.#changed();
  }

  /** Interrupts (EXTI lines 17, 22, 21; 26.5) and pins. */
  #changed(): void {
    const { ISR, CR, TAFCR } = this.#d.regs;
    const [alarm, wakeTimer, tampStamp] = this.#lines;
    alarm!.set((ISR.ALRAF & CR.ALRAIE) | (ISR.ALRBF & CR.ALRBIE));
    wakeTimer!.set(ISR.WUTF & CR.WUTIE);
    tampStamp!.set((ISR.TSF & CR.TSIE) | ((ISR.TAMP1F | ISR.TAMP2F) & TAFCR.TAMPIE));
    this.#output.follow();
  }

  /** The calendar was set, or stopped. */
  #plan(): void {
    const { CR } = this.#d.regs;
    this.#alarms[0]!.plan(CR.ALRAE === 1);
    this.#alarms[1]!.plan(CR.ALRBE === 1);
    this.#wakeUp.plan();
    this.#output.follow();
  }

  #eraseBackup(): void {
    for (const { R } of this.#d.regs.BKP) R.value = 0;
  }

  /** The whole backup domain: registers, calendar, what is planned. */
  resetDomain(): void {
    const { regs, state } = this.#d;
    for (const register of [regs.CR, regs.ISR, regs.PRER, regs.WUTR, regs.CALIBR, regs.ALRMAR, regs.ALRMBR]) {
      register.value = register.reset;
    }
    for (const register of [regs.TSTR, regs.TSDR, regs.TSSSR, regs.CALR, regs.TAFCR, regs.ALRMASSR, regs.ALRMBSSR]) {
      register.value = register.reset;
    }
    this.#eraseBackup();
    for (const words of [state.keys, state.initial, state.calibration, state.shift, state.wakeUp, state.stamped])
      words.fill(0);
    state.samples.fill(0);
    this.setting.reset();
    this.#wakeUp.stop();
    this.#stamp.reset();
    this.#tamper.reset();
    for (const event of this.#writable) event.cancel();
    this.counter.reset();
    this.#shadow.reset();
    this.#plan();
    this.#changed();
  }

  reset(cause: ResetCause, battery: boolean): void {
    if (cause === 'power-on' && !battery) {
      this.resetDomain();
      return;
    }
    // 26.3.7: of all registers these bits; the calendar goes on.
    this.#d.regs.ISR.value &= ~SYSTEM_RESET;
    if (this.counter.stopped) this.setting.leave();
    this.#shadow.reset();
    this.#changed();
  }
}

const WAIT_FOR_WUTWF = 'clear RTC.CR.WUTE and wait for RTC.ISR.WUTWF first';

/**
 * Real-time clock: RM0090 chapter 26. Everything is counted in RTCCLK (its row's clock) and worked out when somebody looks; only what
 * is enabled (alarms, wake-up timer, outputs, samples of tamper inputs) has events. All of it is in the backup domain.
 *
 * Wires: outputs `alarm`, `wakeTimer`, `tampStamp` (EXTI lines 17, 22, 21), `pc` and `pi` (pins that the ports leave to it); inputs
 * `backupAccess` (PWR_CR.DBP), `battery`, `backupReset` (RCC_BDCR.BDRST), `protectionErased` (read protection went).
 */
export function rtc() {
  return defineDevice({
    name: 'stm32f4-rtc',
    size: 0x400,
    registers: RTC,
    narrow: APB_NARROW,
    state: RTC_STATE,
    setup(d) {
      const battery = d.input('battery');
      const unit = new Rtc(d);
      d.onReset((_kind, cause) => unit.reset(cause, battery.level !== 0));
      return rtcHandle(unit.counter, unit.setting);
    },
  });
}
