import type { Node, Program } from '../ir.js';
import { constantOf, type Step } from './flow.js';
import type { Region } from './region.js';

/** Registers as bits. */
export type Registers = bigint;

/** Blocks of a region to which the code of a block may lead, leaving out ways to places, which execute nothing. */
export function codeSuccessors({ blocks, blockAt }: Region, index: number): readonly number[] {
  const { successors, ways, detours } = blocks[index]!;
  const straight = successors.slice(0, successors.length - ways.length - detours.size);
  return [...straight, ...[...detours.keys()].map((pc) => blockAt.get(pc)!)];
}

/** Registers that code of the region may read, by block, as they are where the block begins. What follows an exit does not count. */
export function liveBefore(region: Region): readonly Registers[] {
  const { blocks } = region;
  const own = blocks.map(({ steps }) => usesOf(steps));
  const live = blocks.map(() => 0n);
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = blocks.length - 1; index >= 0; index--) {
      let behind = 0n;
      for (const to of codeSuccessors(region, index)) behind |= live[to]!;
      const { read, written } = own[index]!;
      const before = read | (behind & ~written);
      if (before === live[index]) continue;
      live[index] = before;
      changed = true;
    }
  }
  return live;
}

export interface Uses {
  /** Before they are written. */
  readonly read: Registers;
  /** On every path. */
  readonly written: Registers;
}

export function usesOf(steps: readonly Step[]): Uses {
  let [read, written] = [0n, 0n];
  for (const { parts } of steps) {
    for (const { program, predicate } of parts) {
      let depth = predicate ? 1 : 0;
      for (const node of program) {
        if (node.op === 'reg') read |= bitOf(program, node) & ~written;
        else if (node.op === 'setReg' && depth === 0) written |= bitOf(program, node);
        else if (node.op === 'if' || node.op === 'bits') depth++;
        else if (node.op === 'end') depth--;
      }
    }
  }
  return { read, written };
}

export function bitOf(program: Program, { args }: Extract<Node, { op: 'reg' | 'setReg' }>): Registers {
  const index = constantOf(program, args[0]);
  return index === undefined ? 0n : 1n << BigInt(index);
}
