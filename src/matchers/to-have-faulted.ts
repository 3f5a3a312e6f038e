import { unknown } from '../emu/options.js';
import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { grouped } from './message.js';
import { type Bench, benchOf, type FaultRecord } from './subject.js';

const MOST = 5;

/** By the manuals' names: ARMv7-M B1.5.2 (and lockup, B1.5.15), RISC-V privileged table 3.6. */
const ARM_FAULTS = ['HardFault', 'MemManage', 'BusFault', 'UsageFault', 'lockup'] as const;
const RISCV_FAULTS = [
  'instruction address misaligned',
  'instruction access fault',
  'illegal instruction',
  'breakpoint',
  'load address misaligned',
  'load access fault',
  'store/AMO address misaligned',
  'store/AMO access fault',
] as const;
export const FAULT_KINDS = [...ARM_FAULTS, ...RISCV_FAULTS] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

function checkKind(kind: unknown, { instructionSet }: Bench): void {
  const kinds: readonly string[] = { arm: ARM_FAULTS, riscv: RISCV_FAULTS, unknown: FAULT_KINDS }[instructionSet];
  if (kind !== undefined && !kinds.includes(kind as string))
    throw unknown('toHaveFaulted', 'fault', String(kind), kinds);
}

function faultsText(faults: readonly FaultRecord[], count: number): string {
  if (faults.length === 0) return 'none';
  const more = count > MOST ? [`and ${grouped(count - MOST)} more`] : [];
  return [...faults.slice(0, MOST).map((fault) => fault.text), ...more].join('\n');
}

/** The CPU took a fault, of a kind by the manual's name (`'HardFault'`) or of any. Never runs the machine. */
export function toHaveFaulted(this: MatcherState, received: unknown, kind?: FaultKind): MatcherResult {
  const { bench, name } = benchOf(received);
  checkKind(kind, bench);
  bench.askedForFaults(kind);
  return verdict({
    state: this,
    subject: name,
    matcher: 'toHaveFaulted',
    args: [kind],
    pass: bench.faults.some((fault) => kind === undefined || fault.name === kind),
    rows: () => [
      ['Expected', `${this.isNot ? 'no ' : 'a '}${kind ?? 'fault'}`],
      ['Faults', faultsText(bench.faults, bench.faultCount)],
      ...placeRows(bench),
    ],
  });
}
