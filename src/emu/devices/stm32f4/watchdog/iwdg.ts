import { type DeviceContext, defineDevice, type ResetCause } from '../../../device.js';
import { r, reg, registers, rw, w } from '../../../registers.js';
import { backup, f64, i32, u8 } from '../../../state.js';
import { APB_NARROW } from '../apb.js';

/** RM0090 section 21.4. They lie in the VDD domain: Standby mode resets KR and RLR only. */
const IWDG = registers({
  KR: reg(0x00, { KEY: w(0, 16) }, 0, 'RM0090 21.4.1'),
  PR: reg(0x04, { PR: rw(0, 3) }, 0, 'RM0090 21.4.2', { backup: true }),
  RLR: reg(0x08, { RL: rw(0, 12) }, 0x0000_0fff, 'RM0090 21.4.3', { backup: true }),
  SR: reg(0x0c, { PVU: r(0), RVU: r(1) }, 0, 'RM0090 21.4.4', { backup: true }),
});

const STATE = {
  /** 1 after key 0x5555: PR and RLR can be written. */
  open: u8(),
  running: backup(u8()),
  /** PR and RLR as the counter knows them: in the VDD domain, so later than the registers. */
  used: backup(i32(2)),
  /** LSI tick at which the count is what `count` says. */
  origin: backup(f64()),
  count: backup(i32()),
  reload: backup(u8()),
};
type Context = DeviceContext<typeof IWDG, typeof STATE>;

const KEY = { reload: 0xaaaa, access: 0x5555, start: 0xcccc } as const;
/** Cycles of LSI that an update of PR or RLR takes at most (21.4.4); the model takes them all. */
const UPDATE_CYCLES = 5;
const [PRESCALER, RELOAD] = [0, 1] as const;

/** 21.4.2: 4, 8 … 256. */
function divisor(pr: number): number {
  return 4 << Math.min(pr, 6);
}

/**
 * Independent watchdog: RM0090 chapter 21. Counts LSI, which it keeps on, in Stop and Standby mode, too; only a reset ends it. The
 * reset comes `(RLR + 1) × divisor` periods of LSI after the last reload (table 107); a reload starts the divider anew.
 *
 * Wires: output `lsiForced` (RCC keeps LSI on), input `hardware` (option bit WDG_SW is 0: it runs from every reset on).
 */
class Iwdg {
  readonly #d: Context;
  readonly #expire: ReturnType<Context['event']>;
  readonly #update: ReturnType<Context['event']>;
  readonly #lsiForced: ReturnType<Context['output']>;
  readonly #hardware: ReturnType<Context['input']>;

  constructor(d: Context) {
    this.#d = d;
    const { KR, PR, RLR } = d.regs;
    this.#lsiForced = d.output('lsiForced');
    this.#hardware = d.input('hardware', (level) => level && this.#start());
    const [kept, expire] = [{ backup: true }, () => d.requestReset('watchdog')];
    this.#expire = d.event('expire', expire, d.clock, kept);
    this.#update = d.event('update', () => this.#updated(), d.clock, kept);
    d.onWrite(KR, (_value, _old, written) => {
      KR.value = 0;
      this.#key(written & 0xffff);
    });
    d.onWrite(PR, (_value, old) => this.#write(PR, old, 1));
    d.onWrite(RLR, (_value, old) => this.#write(RLR, old, 2));
    d.onReset((_kind, cause) => this.#reset(cause));
    d.state.used[RELOAD] = RLR.reset;
    d.state.count[0] = RLR.reset;
  }

  /** Down-counter, 12 bits. */
  get counter(): number {
    const { count, origin, used, running } = this.#d.state;
    if (!running[0]) return count[0]!;
    return Math.max(0, count[0]! - Math.floor((this.#d.clock.now() - origin[0]!) / divisor(used[PRESCALER]!)));
  }
  get running(): boolean {
    return this.#d.state.running[0] === 1;
  }

  #key(key: number): void {
    const { open } = this.#d.state;
    open[0] = key === KEY.access ? 1 : 0;
    if (key === KEY.reload) this.#reload();
    else if (key === KEY.start) this.#start();
  }

  /** A reload that comes while RLR is being taken over waits for it. */
  #reload(): void {
    const { state, regs } = this.#d;
    if (regs.SR.value) state.reload[0] = 1;
    else this.#load(state.used[RELOAD]!);
  }

  /** 21.3: from the start on it counts down: from 0xFFF, unless it was reloaded before. */
  #start(): void {
    const { running } = this.#d.state;
    if (running[0]) return;
    running[0] = 1;
    this.#lsiForced.set(1);
    this.#load(this.#d.state.count[0]!);
  }

  #load(count: number): void {
    const { state, clock } = this.#d;
    state.count[0] = count;
    state.origin[0] = clock.now();
    this.#arm();
  }
  #arm(): void {
    const { running, origin, count, used } = this.#d.state;
    if (running[0]) this.#expire.at(origin[0]! + (count[0]! + 1) * divisor(used[PRESCALER]!));
  }

  #write(register: Context['regs']['PR'] | Context['regs']['RLR'], old: number, busy: number): void {
    const { SR } = this.#d.regs;
    const { open } = this.#d.state;
    if (open[0] && !(SR.value & busy)) {
      SR.value |= busy;
      // Two writes share one synchronisation: it ends with the later one.
      this.#update.after(UPDATE_CYCLES);
      return;
    }
    register.value = old;
    const why = open[0] ? 'the update before is not done' : 'key 0x5555 was not written';
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `IWDG.${register.name} was written, but ${why}: the write is lost`,
      remedy: open[0] ? `wait until IWDG.SR.${busy === 1 ? 'PVU' : 'RVU'} is 0` : 'write 0x5555 to IWDG.KR first',
      section: register.section,
    });
  }

  #updated(): void {
    const { state, regs } = this.#d;
    const prescaled = state.used[PRESCALER] !== regs.PR.value;
    // The count so far is kept; what is left goes by the new divisor.
    const left = this.counter;
    state.used.set([regs.PR.value, regs.RLR.value]);
    regs.SR.value = 0;
    if (state.reload[0]) this.#load(regs.RLR.value);
    else if (prescaled && this.running) this.#load(left);
    state.reload[0] = 0;
  }

  #reset(cause: ResetCause): void {
    const { state, regs } = this.#d;
    if (cause !== 'standby') this.#stop();
    else regs.RLR.value = regs.RLR.reset;
    if (this.#hardware.level) this.#start();
    // Over Standby mode it goes on.
    this.#lsiForced.set(state.running[0]!);
  }

  #stop(): void {
    const { state, regs } = this.#d;
    state.running[0] = 0;
    this.#expire.cancel();
    this.#update.cancel();
    state.used.set([0, regs.RLR.reset]);
    state.count[0] = regs.RLR.reset;
    state.reload[0] = 0;
    for (const register of [regs.PR, regs.RLR, regs.SR]) register.value = register.reset;
  }
}

export function iwdg() {
  return defineDevice({
    name: 'stm32-iwdg',
    size: 0x400,
    registers: IWDG,
    narrow: APB_NARROW,
    state: STATE,
    setup(d) {
      const unit = new Iwdg(d);
      return {
        /** The down-counter, which firmware cannot read. */
        get counter() {
          return unit.counter;
        },
        get running() {
          return unit.running;
        },
      };
    },
  });
}
