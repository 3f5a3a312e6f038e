import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { flatMachine } from '../../src/emu/isa/engine-harness.js';
import type { Flavour } from './thumb-image.js';
import { CODE, CONTINUE, LOG_ENTRY, LOG_NEXT, RAM, RAM_SIZE } from './thumb-map.js';

/** The same program in the cold engine, with as much of the exception model as the program's handler makes visible. */

const HARD_FAULT = 3;
const USAGE_FAULT = 6;
const SVCALL = 11;
/** Exception number and CFSR bits of each trap (B1.5.2, B3.2.15). */
const EXCEPTIONS: Readonly<Record<string, { readonly number: number; readonly cfsr: number }>> = {
  svc: { number: SVCALL, cfsr: 0 },
  // Without a debugger and with DebugMonitor disabled BKPT becomes a HardFault.
  bkpt: { number: HARD_FAULT, cfsr: 0 },
  undefined: { number: USAGE_FAULT, cfsr: 1 << 16 },
  invalidState: { number: USAGE_FAULT, cfsr: 1 << 17 },
  noCoprocessor: { number: USAGE_FAULT, cfsr: 1 << 19 },
  divideByZero: { number: USAGE_FAULT, cfsr: 1 << 25 },
};

export function runInEngine(image: Uint8Array, { divideTraps }: Flavour): Uint8Array {
  let otherSp = 0;
  const machine = flatMachine(armv7em, RAM_SIZE, {
    base: RAM,
    helpers: { mrs, msr, cps, sev: () => 0, barrier: () => 0 },
  });
  const { engine, words } = machine;
  machine.ram.set(image);
  const view = new DataView(machine.ram.buffer, machine.ram.byteOffset, RAM_SIZE);
  const scalar = (name: string) => words[engine.layout.scalars[name]!.offset >> 2]!;
  const setScalar = (name: string, value: number): void => {
    words[engine.layout.scalars[name]!.offset >> 2] = value;
  };
  const sp = (engine.layout.registers >> 2) + 13;

  function apsr(): number {
    const flags = (scalar('n') & 0x8000_0000) | (scalar('z') === 0 ? 1 << 30 : 0) | (scalar('c') << 29);
    return flags | (scalar('v') < 0 ? 1 << 28 : 0) | (scalar('q') << 27) | (scalar('ge') << 16);
  }
  function mrs(sysm: number): number {
    const usesPsp = (scalar('control') & 2) !== 0;
    if (sysm <= 3) return apsr();
    if (sysm === 8) return usesPsp ? otherSp : words[sp]!;
    if (sysm === 9) return usesPsp ? words[sp]! : otherSp;
    const names: Readonly<Record<number, string>> = {
      16: 'primask',
      17: 'basepri',
      18: 'basepri',
      19: 'faultmask',
      20: 'control',
    };
    return names[sysm] ? scalar(names[sysm]) : 0;
  }
  function msr(sysm: number, mask: number, value: number): number {
    const usesPsp = (scalar('control') & 2) !== 0;
    if (sysm <= 3) {
      if (mask & 2) {
        setScalar('n', value);
        setScalar('z', value & (1 << 30) ? 0 : 1);
        setScalar('c', (value >>> 29) & 1);
        setScalar('v', value << 3);
        setScalar('q', (value >>> 27) & 1);
      }
      if (mask & 1) setScalar('ge', (value >>> 16) & 15);
    } else if (sysm === 8 || sysm === 9) {
      if ((sysm === 9) === usesPsp) words[sp] = value & ~3;
      else otherSp = value & ~3;
    } else if (sysm === 16) setScalar('primask', value & 1);
    else if (sysm === 17) setScalar('basepri', value & 0xff);
    else if (sysm === 18) {
      const [now, next] = [scalar('basepri'), value & 0xff];
      if (next !== 0 && (next < now || now === 0)) setScalar('basepri', next);
    } else if (sysm === 19) setScalar('faultmask', value & 1);
    else if (sysm === 20) {
      if (((value & 2) !== 0) !== usesPsp) [words[sp], otherSp] = [otherSp, words[sp]!];
      setScalar('control', value & 3);
    }
    return 0;
  }
  function cps(effect: number): number {
    if (effect & 2) setScalar('primask', effect >> 2);
    if (effect & 1) setScalar('faultmask', effect >> 2);
    return 0;
  }

  /** Writes the log entry that the handler would write, and goes on where it would. */
  function raise(kind: string, argument: number): void {
    const exception = EXCEPTIONS[kind];
    if (!exception) throw new Error(`no handler for '${kind}' at 0x${engine.pc.toString(16)}`);
    const invalidState = kind === 'invalidState';
    if (invalidState) setScalar('itstate', 0);
    const it = scalar('itstate');
    const xpsr = apsr() | ((it & 3) << 25) | ((it >> 2) << 10) | (invalidState ? 0 : 1 << 24);
    const entry = view.getUint32(LOG_NEXT - RAM, true);
    const values = [exception.number, invalidState ? argument & ~1 : engine.pc, exception.cfsr, xpsr];
    for (const [i, value] of values.entries()) view.setUint32(entry - RAM + 4 * i, value >>> 0, true);
    view.setUint32(LOG_NEXT - RAM, entry + LOG_ENTRY, true);
    setScalar('itstate', 0);
    setScalar('exclusive', 0);
    engine.pc = view.getUint32(CONTINUE - RAM, true) & ~1;
  }

  setScalar('ccr', divideTraps ? 0x210 : 0x200);
  engine.pc = CODE;
  for (;;) {
    engine.budget = 1_000_000;
    const exit = engine.run();
    if (exit.kind === 'budget') continue;
    if (exit.kind === 'undefined') throw new Error(`undefined instruction at 0x${engine.pc.toString(16)}`);
    if (exit.kind !== 'trap') throw new Error(`stopped: ${exit.kind}`);
    if (exit.trap === 'bkpt' && exit.argument === 0xab) return machine.ram;
    if (exit.trap !== 'wfe') raise(exit.trap, exit.argument);
  }
}
