import type { Program } from '../ir.js';
import { type KnownWords, wordOf } from '../words.js';
import type { Step } from './flow.js';
import type { Region } from './region.js';
import { bitOf, codeSuccessors, liveBefore, type Registers } from './region-liveness.js';

/**
 * Registers of 64 bits that hold words with the sign extended where each block begins, whichever code of the region came
 * before; of those where the region can be entered in its middle, only such as are read there: on the way in it is looked
 * whether they do. At the region's first address nothing is known.
 */
export function wordsBefore(region: Region): readonly Registers[] {
  const { blocks, entries, blockAt } = region;
  const live = liveBefore(region);
  const places = new Set([...entries.keys()].map((pc) => blockAt.get(pc)!));
  // at first everything is taken for a word, and then what cannot be kept up is given up
  const before: Registers[] = blocks.map((_, index) => (index <= 1 ? 0n : places.has(index) ? live[index]! : -1n));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [index, { steps }] of blocks.entries()) {
      const after = wordsAfter(steps, before[index]!);
      for (const to of codeSuccessors(region, index)) {
        const kept = before[to]! & after;
        if (kept === before[to]) continue;
        before[to] = kept;
        changed = true;
      }
    }
  }
  return before.map((known) => (known < 0n ? 0n : known)); // what no code leads to
}

function wordsAfter(steps: readonly Step[], before: Registers): Registers {
  let words = before;
  for (const { parts, calls } of steps) {
    for (const { program } of parts) words = wordsAfterProgram(program, words);
    // the subroutine writes what it likes
    if (calls) words = 0n;
  }
  return words;
}

function wordsAfterProgram(program: Program, before: Registers): Registers {
  const known: KnownWords = { wordIn: (index) => ((before >> BigInt(index)) & 1n ? 'word' : 'any') };
  let words = before;
  let depth = 0;
  let wrote = false;
  for (const node of program) {
    if (node.op === 'if' || node.op === 'bits') depth++;
    else if (node.op === 'end') depth--;
    else if (node.op === 'helper') return 0n;
    else if (node.op === 'setReg') {
      const bit = bitOf(program, node);
      const isWord = depth === 0 && !wrote && wordOf(program, program[node.args[1]]!, known) !== 'any';
      words = isWord ? words | bit : words & ~bit;
      wrote = true;
    }
  }
  return words;
}
