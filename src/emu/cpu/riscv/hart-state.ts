import type { CpuSystem } from '../../cpu.js';
import type { StateLayout } from '../../isa/layout.js';
import type { Clock } from '../../time.js';
import { Counter64 } from './counter64.js';
import { CSR_WORDS, type CsrParts } from './csr-file.js';
import { RETIREMENT_WORDS, Retirement } from './retirement.js';

/** What knows how many instructions retired. */
export function retirementOf({ arena, memory, timebase }: CpuSystem, layout: StateLayout): Retirement {
  const words = arena.f64('cpu.retirement', RETIREMENT_WORDS);
  return new Retirement(words, memory.buffer, layout, () => timebase.cpuClock.now());
}

/** CSR words and the 64-bit counters; `own` says what the present instruction has added to cycles and instructions. */
export function csrParts(
  system: CpuSystem,
  mtime: Clock,
  retirement: Retirement,
  own: () => number,
): Omit<CsrParts, 'pending' | 'changed'> {
  const { arena, timebase } = system;
  const counter = (name: string, count: () => number, ownCount?: () => number) =>
    new Counter64(arena.i32(`cpu.${name}`, Counter64.WORDS), count, ownCount);
  return {
    words: arena.i32('cpu.csr', CSR_WORDS),
    mcycle: counter('mcycle', () => timebase.cpuClock.now(), own),
    minstret: counter('minstret', () => retirement.count(), own),
    mtime: counter('mtime', () => mtime.now()),
    report: (problem) => system.report(problem),
  };
}
