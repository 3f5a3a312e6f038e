import type { Program } from '../ir.js';
import { type KnownWords, wordOf } from '../words.js';
import type { Step } from './flow.js';
import type { Region } from './region.js';
import { bitOf, codeSuccessors, liveBefore, type Registers } from './region-liveness.js';

/**
 * Registers of 64 bits that hold words with the sign extended where each block begins, whichever code of the region came
 * before; of those where the region can be entered, only such as are read there: on the way in it is looked whether they do.
 */
export function wordsBefore(region: Region): readonly Registers[] {
  const live = liveBefore(region);
  const first = wordsFrom(region, live, 0n);
  // a loop that begins at the region's first address may make words itself of what it then relies upon
  const back = region.blocks.flatMap(({ steps }, index) =>
    index > 0 && codeSuccessors(region, index).includes(1) ? [wordsAfter(steps, first[index]!)] : [],
  );
  const again = back.length === 0 ? 0n : back.reduce((all, words) => all & words, live[1]!);
  return again === 0n ? first : wordsFrom(region, live, again);
}

/** `entry`: what holds words where the region is entered at its first address. */
function wordsFrom(region: Region, live: readonly Registers[], entry: Registers): readonly Registers[] {
  const { blocks, entries, blockAt } = region;
  const places = new Set([...entries.keys()].map((pc) => blockAt.get(pc)!));
  // at first everything is taken for a word, and then what cannot be kept up is given up
  const before: Registers[] = blocks.map((_, index) => (places.has(index) ? live[index]! : -1n));
  before[0] = 0n;
  before[1] = entry;
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = 1; index < blocks.length; index++) {
      const after = wordsAfter(blocks[index]!.steps, before[index]!);
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
