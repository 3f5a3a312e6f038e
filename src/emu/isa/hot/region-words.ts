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
  const effects = region.blocks.map(({ steps }) => effectsOf(steps));
  const first = wordsFrom(region, effects, live, 0n);
  // a loop that begins at the region's first address may make words itself of what it then relies upon
  const back = effects.flatMap((own, index) =>
    index > 0 && codeSuccessors(region, index).includes(1) ? [wordsAfter(own, first[index]!)] : [],
  );
  const again = back.length === 0 ? 0n : back.reduce((all, words) => all & words, live[1]!);
  return again === 0n ? first : wordsFrom(region, effects, live, again);
}

/** `entry`: what holds words where the region is entered at its first address. */
function wordsFrom(
  region: Region,
  effects: readonly Effects[],
  live: readonly Registers[],
  entry: Registers,
): readonly Registers[] {
  const { blocks, entries, blockAt } = region;
  const places = new Set([...entries.keys()].map((pc) => blockAt.get(pc)!));
  // at first everything is taken for a word, and then what cannot be kept up is given up
  const before: Registers[] = blocks.map((_, index) => (places.has(index) ? live[index]! : -1n));
  before[0] = 0n;
  before[1] = entry;
  const changed = new Set(blocks.keys());
  for (const index of changed) {
    changed.delete(index); // and comes again behind all others if it has to
    const after = wordsAfter(effects[index]!, before[index]!);
    for (const to of codeSuccessors(region, index)) {
      const kept = before[to]! & after;
      if (kept === before[to]) continue;
      before[to] = kept;
      changed.add(to);
    }
  }
  return before.map((known) => (known < 0n ? 0n : known)); // what no code leads to
}

/** A register is written: what it holds then is a word if those do that it `needs`, or never. Without a register all is forgotten. */
interface Effect {
  readonly register: Registers | undefined;
  readonly needs: Registers | 'never';
}
type Effects = readonly Effect[];

function wordsAfter(effects: Effects, before: Registers): Registers {
  let words = before;
  for (const { register, needs } of effects) {
    if (register === undefined) words = 0n;
    else if (needs !== 'never' && (words & needs) === needs) words |= register;
    else words &= ~register;
  }
  return words;
}

const FORGET: Effect = { register: undefined, needs: 'never' };

function effectsOf(steps: readonly Step[]): Effects {
  const effects: Effect[] = [];
  for (const { parts, calls } of steps) {
    for (const { program } of parts) effects.push(...effectsOfProgram(program));
    // the subroutine writes what it likes
    if (calls) effects.push(FORGET);
  }
  return effects;
}

function effectsOfProgram(program: Program): Effects {
  const effects: Effect[] = [];
  let depth = 0;
  for (const node of program) {
    if (node.op === 'if' || node.op === 'bits') depth++;
    else if (node.op === 'end') depth--;
    else if (node.op === 'helper') return [FORGET];
    else if (node.op === 'setReg') {
      const isKnown = depth === 0 && effects.length === 0;
      effects.push({ register: bitOf(program, node), needs: isKnown ? needsOf(program, node.args[1]) : 'never' });
    }
  }
  return effects;
}

/** Registers that have to hold words for a value to be one. */
function needsOf(program: Program, id: number): Registers | 'never' {
  const node = program[id]!;
  if (wordOf(program, node, NOTHING_KNOWN) !== 'any') return 0n;
  let asked = 0n;
  const all: KnownWords = {
    wordIn: (index) => {
      asked |= 1n << BigInt(index);
      return 'word';
    },
  };
  return wordOf(program, node, all) === 'any' ? 'never' : asked;
}

const NOTHING_KNOWN: KnownWords = { wordIn: () => 'any' };
