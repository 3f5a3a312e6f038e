import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../device.js';
import { r, reg, registers, repeat, rw } from '../../registers.js';
import { i32 } from '../../state.js';

/** Sources of QEMU's `virt`: 1–95; source 0 means "none". */
export const PLIC_SOURCES = 96;
const WORDS = PLIC_SOURCES / 32;
/** Machine and supervisor context of hart 0, in QEMU's order; without S mode the second one drives nothing. */
const CONTEXTS = 2;

/** The platform-level interrupt controller (RISC-V PLIC specification 1.0.0), levels 0–7. */
export const PLIC = registers({
  priority: repeat(PLIC_SOURCES - 1, 4, reg(0x4, { PRIORITY: rw(0, 3) }, 0, 'PLIC 4')),
  pending: repeat(WORDS, 4, reg(0x1000, { PENDING: r(0, 32) }, 0, 'PLIC 5')),
  enable0: repeat(WORDS, 4, reg(0x2000, { ENABLE: rw(0, 32) }, 0, 'PLIC 6')),
  enable1: repeat(WORDS, 4, reg(0x2080, { ENABLE: rw(0, 32) }, 0, 'PLIC 6')),
  context: repeat(CONTEXTS, 0x1000, {
    threshold: reg(0x20_0000, { THRESHOLD: rw(0, 3) }, 0, 'PLIC 7'),
    claim: reg(0x20_0004, { SOURCE: rw(0, 32) }, 0, 'PLIC 8, 9'),
  }),
});

const STATE = {
  /** Requests that the core has accepted and nobody has claimed, a bit a source. */
  pending: i32(WORDS),
  /** Sources whose gateway waits for a completion. */
  busy: i32(WORDS),
  /** Levels of the sources. */
  level: i32(WORDS),
} as const;

type Context = DeviceContext<typeof PLIC, typeof STATE>;

/** `irq1` … `irq95` are its inputs, `meip` and `seip` its outputs. */
export const plic: DeviceType<Handle<typeof PLIC>> = defineDevice({
  name: 'plic',
  size: 0x20_2000,
  registers: PLIC,
  state: STATE,
  setup(d) {
    const arbiter = new Arbiter(d);
    for (let source = 1; source < PLIC_SOURCES; source++) {
      d.input(`irq${source}`, (level) => arbiter.setLevel(source, level));
    }
    for (const [word, register] of d.regs.pending.entries()) d.computed(register, () => d.state.pending[word]! >>> 0);
    for (const register of [...d.regs.priority, ...d.regs.enable0, ...d.regs.enable1]) {
      d.onWrite(register, () => arbiter.update());
    }
    for (const [context, { threshold, claim }] of d.regs.context.entries()) {
      d.onWrite(threshold, () => arbiter.update());
      d.onRead(claim, () => arbiter.claim(context));
      d.onWrite(claim, (_value, _old, written) => arbiter.complete(context, written));
    }
    // devices that are reset after this one let go of their lines first
    const resample = d.event('resample', () => arbiter.resample());
    d.onReset(() => resample.after(0));
  },
});

/** Gateways and priorities. Every source is level-triggered, as the devices of the board are. */
class Arbiter {
  readonly #d: Context;
  readonly #outputs;
  readonly #inputs;

  constructor(d: Context) {
    this.#d = d;
    this.#outputs = [d.output('meip'), d.output('seip')];
    this.#inputs = Array.from({ length: PLIC_SOURCES }, (_, source) =>
      source === 0 ? undefined : d.input(`irq${source}`),
    );
  }

  setLevel(source: number, level: number): void {
    setBit(this.#d.state.level, source, level !== 0);
    this.#request(source);
    this.update();
  }

  /** After a reset of everything: a line may be high still. */
  resample(): void {
    for (let source = 1; source < PLIC_SOURCES; source++) {
      setBit(this.#d.state.level, source, this.#inputs[source]!.level !== 0);
      this.#request(source);
    }
    this.update();
  }

  /** The highest-priority pending and enabled source, or 0; the threshold has no part in it (PLIC 8). */
  claim(context: number): number {
    const source = this.#best(context);
    if (source !== 0) {
      setBit(this.#d.state.pending, source, false);
      this.update();
    }
    return source;
  }

  /** Ignored unless the source is enabled for the context (PLIC 9). */
  complete(context: number, source: number): void {
    if (source <= 0 || source >= PLIC_SOURCES || !this.#enabled(context, source)) return;
    setBit(this.#d.state.busy, source, false);
    this.#request(source);
    this.update();
  }

  update(): void {
    for (const [context, output] of this.#outputs.entries()) {
      const best = this.#best(context);
      const threshold = this.#d.regs.context[context]!.threshold.THRESHOLD;
      output.set(best !== 0 && this.#priority(best) > threshold ? 1 : 0);
    }
  }

  /** A gateway forwards one request at a time: the next one only after completion (PLIC 1.2). */
  #request(source: number): void {
    const { level, busy, pending } = this.#d.state;
    if (!hasBit(level, source) || hasBit(busy, source)) return;
    setBit(busy, source, true);
    setBit(pending, source, true);
  }

  #best(context: number): number {
    let best = 0;
    let highest = 0;
    for (const [word, requests] of this.#d.state.pending.entries()) {
      let candidates = requests & this.#enables(context)[word]!.value;
      while (candidates !== 0) {
        const source = 32 * word + 31 - Math.clz32(candidates & -candidates);
        candidates &= candidates - 1;
        if (this.#priority(source) > highest) {
          best = source;
          highest = this.#priority(source);
        }
      }
    }
    return best;
  }

  #enables(context: number) {
    return context === 0 ? this.#d.regs.enable0 : this.#d.regs.enable1;
  }
  #enabled(context: number, source: number): boolean {
    return ((this.#enables(context)[source >> 5]!.value >>> (source & 31)) & 1) !== 0;
  }
  #priority(source: number): number {
    return source === 0 ? 0 : this.#d.regs.priority[source - 1]!.PRIORITY;
  }
}

function hasBit(words: Int32Array, index: number): boolean {
  return ((words[index >> 5]! >>> (index & 31)) & 1) !== 0;
}
function setBit(words: Int32Array, index: number, on: boolean): void {
  const bit = 1 << (index & 31);
  words[index >> 5] = on ? words[index >> 5]! | bit : words[index >> 5]! & ~bit;
}
