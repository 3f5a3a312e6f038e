import { UsageError } from '../../errors.js';
import type { CpuState } from './cpu-state.js';

const NUMBERED = Array.from({ length: 13 }, (_, i) => `r${i}`);
const SINGLES = Array.from({ length: 32 }, (_, i) => `s${i}`);
const SPECIAL = ['sp', 'lr', 'pc', 'xpsr', 'msp', 'psp', 'primask', 'basepri', 'faultmask', 'control'];
const NAMES = [...NUMBERED, ...SPECIAL, ...SINGLES, 'fpscr'];
const ALIASES: Readonly<Record<string, string>> = { r13: 'sp', r14: 'lr', r15: 'pc' };

/** The registers by name, as a test or a debugger asks for them. */
export class CoreRegisters {
  readonly names: readonly string[] = NAMES;
  readonly #state: CpuState;

  constructor(state: CpuState) {
    this.#state = state;
  }

  /** An unsigned word; S0–S31 as bits. */
  read(name: string): number {
    const state = this.#state;
    const at = index(name);
    if (at >= 0) return state.r[at]! >>> 0;
    const single = SINGLES.indexOf(canonical(name));
    if (single >= 0) return state.s[single]! >>> 0;
    switch (canonical(name)) {
      case 'pc':
        return state.pc;
      case 'xpsr':
        return state.xpsr >>> 0;
      case 'msp':
        return state.msp;
      case 'psp':
        return state.psp;
      case 'primask':
        return state.primask;
      case 'basepri':
        return state.basepri;
      case 'faultmask':
        return state.faultmask;
      case 'control':
        return state.control;
      case 'fpscr':
        return state.fpscr >>> 0;
      default:
        return unknown(name);
    }
  }

  write(name: string, value: number): void {
    const state = this.#state;
    const at = index(name);
    if (at >= 0) {
      state.r[at] = at === 13 ? value & ~3 : value;
      return;
    }
    const key = canonical(name);
    const single = SINGLES.indexOf(key);
    if (single >= 0) state.s[single] = value;
    else if (key === 'fpscr') state.fpscr = value;
    else if (key === 'pc') state.pc = value & ~1;
    else if (key === 'xpsr') state.xpsr = value;
    else if (key === 'msp') state.msp = value & ~3;
    else if (key === 'psp') state.psp = value & ~3;
    else if (key === 'primask' || key === 'faultmask') state[key] = value & 1;
    else if (key === 'basepri') state.basepri = value & 0xff;
    else if (key === 'control') setControl(state, value);
    else unknown(name);
  }
}

function setControl(state: CpuState, value: number): void {
  if (!state.handlerMode) state.selectStack((value & 2) !== 0);
  state.control = (state.control & ~5) | (value & 5);
}

function canonical(name: string): string {
  const lower = name.toLowerCase();
  return ALIASES[lower] ?? lower;
}
/** Position in the register file, −1 for what is not in it. */
function index(name: string): number {
  const key = canonical(name);
  if (key === 'sp') return 13;
  if (key === 'lr') return 14;
  return NUMBERED.indexOf(key);
}
function unknown(name: string): never {
  throw new UsageError({
    what: `there is no register '${name}'`,
    where: 'cortex-m4',
    remedy: `one of: ${NAMES.join(', ')}`,
  });
}
