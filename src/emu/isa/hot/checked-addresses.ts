import { constantOf, type Part, type Step } from './flow.js';
import { Addresses, count, isStraight } from './segments.js';

export interface CheckedOptions {
  /** Whether an instruction's accesses are made in the region, which leaves where their address is misaligned, or has a high word. */
  readonly checks: (part: Part) => boolean;
  /** Whether its loads stay within one stretch of memory that begins and ends at least REACH bytes from the ends of the address space. */
  readonly staysInside: (part: Part) => boolean;
}

/** Most bytes between two accesses of which one speaks for the other. */
export const REACH = 4096;

interface Checked {
  readonly offset: number;
  readonly size: number;
  readonly inside: boolean;
}

/** Accesses of a block, by instruction and position in its program, whose address another one before them has shown to be aligned and to have no high word. */
export function checkedBefore(
  steps: readonly Step[],
  { checks, staysInside }: CheckedOptions,
): ReadonlyMap<Part, ReadonlySet<number>> {
  const found = new Map<Part, Set<number>>();
  const written = new Map<number, number>();
  /** By base register and how often that had been written. */
  const before = new Map<string, Checked[]>();
  for (const part of steps.flatMap(({ parts }) => parts)) {
    const { program } = part;
    if (part.predicate || !isStraight(program)) {
      if (program.some(({ op }) => op === 'helper')) before.clear();
      for (const node of program) if (node.op === 'setReg') count(written, constantOf(program, node.args[0])!);
      continue;
    }
    const addresses = new Addresses(program, written);
    for (const [id, node] of program.entries()) {
      addresses.next(id);
      if ((node.op !== 'load' && node.op !== 'store') || node.access.unprivileged || !checks(part)) continue;
      const address = addresses.at(node.args[0]);
      if (!address) continue;
      const key = `${address.base} ${address.version}`;
      const others = before.get(key) ?? [];
      before.set(key, others);
      const own = { offset: address.offset, size: node.size, inside: node.op === 'load' && staysInside(part) };
      if (others.some((other) => speaksFor(other, own))) found.set(part, (found.get(part) ?? new Set()).add(id));
      others.push(own);
    }
  }
  return found;
}

function speaksFor(other: Checked, { offset, size }: Checked): boolean {
  if (other.size < size) return false;
  const distance = offset - other.offset;
  return distance === 0 || (other.inside && Math.abs(distance) < REACH && distance % size === 0);
}
