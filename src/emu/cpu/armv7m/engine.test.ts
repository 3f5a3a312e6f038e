import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, encodings } from '../../../../test/differential/thumb-encodings.js';
import { Emitter } from '../../isa/emitter.js';
import { type FlatMachine, flatMachine } from '../../isa/engine-harness.js';
import { type Environment, evaluate, type Outcome } from '../../isa/evaluate.js';
import type { Fields, Row } from '../../isa/instruction.js';
import { ENGINE } from '../../isa/layout.js';
import type { Scalar } from '../../isa/semantics.js';
import { emit, fieldsOf, staticsOf } from '../../isa/variant.js';
import { FPSCR_STATUS } from './float-status.js';
import { armv7em } from './isa.js';
import { conditionHolds } from './pseudocode.js';

/** Random instruction × random state: the engine must end as the reference evaluator does. */

const BASE = 0x2000_0000;
const SIZE = 0x2000;
const CODE = BASE + 0x400;
const CASES_PER_ROW = 60;

interface State {
  readonly registers: number[];
  readonly scalars: Record<string, number>;
  readonly ram: Uint8Array;
}
interface End extends State {
  readonly how: string;
  readonly pc: number;
  readonly cycles: number;
}

/** Addresses in RAM mostly, so that most accesses succeed. */
const word = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: BASE + 0x100, max: BASE + SIZE - 0x100 }).map((x) => (x & ~3) | 0) },
  { weight: 2, arbitrary: fc.integer({ min: BASE, max: BASE + SIZE - 1 }) },
  { weight: 3, arbitrary: fc.integer({ min: -40, max: 300 }) },
  { weight: 3, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.constantFrom(0x7fff_ffff, -0x8000_0000, -1, 0, 0xffff, -0x8000) },
);
/** Singles of all kinds, as bits: near 1, and what needs more than the host's arithmetic. */
const single = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(fc.integer({ min: 0x3e00_0000, max: 0x4100_0000 }), bitOf(31)).map(([x, s]) => x | s),
  },
  { weight: 2, arbitrary: word },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 1 << 31, 1, 0x7f_ffff, 0x80_0000, 0x7f7f_ffff, 0x7f80_0000, 0x7f80_0001, 0x7fc0_1234),
  },
);
function bitOf(position: number) {
  return fc.constantFrom(0, 1 << position);
}
const bit = fc.integer({ min: 0, max: 1 });
const scalars = fc.record({
  n: word,
  z: fc.oneof(word, fc.constant(0)),
  c: bit,
  va: word,
  vb: word,
  q: bit,
  ge: fc.integer({ min: 0, max: 15 }),
  // The condition 1111 does not occur; bits 3:0 are 0 outside an IT block.
  itstate: fc.oneof(
    fc.constant(0),
    fc.tuple(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 1, max: 15 })).map(([c, m]) => (c << 4) | m),
  ),
  exclusive: bit,
  ipsr: fc.constantFrom(0, 0, 3, 15, 40),
  primask: bit,
  faultmask: bit,
  basepri: fc.constant(0),
  control: fc.integer({ min: 0, max: 3 }),
  ccr: fc.constantFrom(0, 0x10, 0x18),
  event: bit,
  stackLimit: word,
  stackPc: fc.constantFrom(0, 0x0800_0100),
  fpnzcv: fc.integer({ min: 0, max: 15 }).map((flags) => flags << 28),
  // to nearest and inexact before, mostly
  fpscr: fc.oneof(
    fc.constant(0x10),
    fc.integer().map((bits) => bits & FPSCR_STATUS),
  ),
  fpready: fc.constantFrom(1, 1, 1, 0),
}); // prettier-ignore
const start = fc.record({
  registers: fc
    .tuple(fc.array(word, { minLength: 16, maxLength: 16 }), fc.array(single, { minLength: 32, maxLength: 32 }))
    .map((files) => files.flat()),
  scalars,
  ram: fc.nat(7),
});

/** Contents of RAM to start from, by number. */
const RAMS = Array.from({ length: 8 }, (_, seed) =>
  Uint8Array.from({ length: SIZE }, (__, i) => Math.imul(i ^ seed, 0x9e37_79b1) >>> 24),
);

/** What helpers answer in both: their arguments, mixed. */
const helper = (name: string, args: readonly number[]): number =>
  args.reduce((sum, x) => Math.imul(sum, 31) + x, name.length) | 0;
const helpers = Object.fromEntries(
  Object.keys(armv7em.helpers).map((name) => [name, (...args: number[]) => helper(name, args)]),
);

function reference(row: Row, encoding: number, from: State): End {
  const state: State = { registers: [...from.registers], scalars: { ...from.scalars }, ram: from.ram.slice() };
  const view = new DataView(state.ram.buffer);
  const offset = (address: number, size: number): number => {
    if (address < BASE || address + size > BASE + SIZE) throw new RangeError(`no memory at 0x${address.toString(16)}`);
    return address - BASE;
  };
  const environment: Environment = {
    register: (index) => state.registers[index]!,
    setRegister: (index, value) => {
      state.registers[index] = Number(value);
    },
    scalar: (name) => state.scalars[name]!,
    setScalar: (name, value) => {
      state.scalars[name] = Number(value);
    },
    load: (address, size) => {
      const at = offset(address, size);
      return BigInt(size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at, true) : view.getUint32(at, true));
    },
    store: (address, size, value) => {
      const at = offset(address, size);
      for (let i = 0; i < size; i++) view.setUint8(at + i, Number((value >> BigInt(8 * i)) & 0xffn));
    },
    helper: (name, args) => helper(name, args.map(Number)),
  };
  const { itstate } = from.scalars as { itstate: number };
  const next = CODE + row.pattern.length / 8;
  const advance = () => {
    state.scalars['itstate'] = (itstate & 7) === 0 ? 0 : (itstate & 0xe0) | ((itstate << 1) & 0x1f);
  };
  const inItBlock = (itstate & 15) !== 0;
  try {
    if (inItBlock && !row.unconditional && !conditionNow(itstate >>> 4, environment)) {
      advance();
      return { ...state, how: 'budget', pc: next, cycles: 1 };
    }
    const fields = fieldsOf(row, encoding);
    const cycles = cyclesOf(from);
    const variant = { row, statics: staticsOf(row, fields), inItBlock };
    const outcome = evaluate(emit(armv7em, variant, { fields: { ...fields, ...cycles }, pc: CODE }), environment);
    if (inItBlock && !(outcome.kind === 'trap' && outcome.resume === 'this')) advance();
    return { ...state, ...ending(outcome, next), cycles: outcome.cycles };
  } catch (error) {
    // Which registers a faulting LDM had loaded is not compared: the instruction is restarted.
    return { ...state, how: (error as Error).message, pc: CODE, cycles: 0 };
  }
}

function ending(outcome: Outcome, next: number): { how: string; pc: number } {
  if (outcome.kind === 'trap')
    return { how: `${outcome.trap} ${outcome.argument}`, pc: outcome.resume === 'this' ? CODE : next };
  return { how: 'budget', pc: outcome.kind === 'branch' ? outcome.target : next };
}

function conditionNow(condition: number, environment: Environment): boolean {
  const o = new Emitter({ length: 2, scalars: armv7em.state.scalars });
  const holds = conditionHolds(o, condition);
  let value: Scalar | undefined;
  o.helper('result', [holds], 'void');
  evaluate(o.program, {
    ...environment,
    helper: (_, [result]) => {
      value = result;
      return undefined;
    },
  });
  return value !== 0;
}

const machine: FlatMachine = flatMachine(armv7em, SIZE, { base: BASE, helpers });
const { layout } = machine.engine;
// the evaluator knows no memory
machine.words[ENGINE.piecesCost >> 2] = 0;

/** What the instruction costs among those that stand behind it by chance. */
function cyclesOf(from: State): Fields {
  machine.ram.set(from.ram);
  return machine.engine.decode(CODE)!.fields;
}

function engine(from: State): End {
  machine.ram.set(from.ram);
  machine.words.set(from.registers, layout.registers >> 2);
  for (const [name, value] of Object.entries(from.scalars)) machine.words[layout.scalars[name]!.offset >> 2] = value;
  machine.engine.invalidate(CODE, 4);
  machine.engine.pc = CODE;
  machine.engine.budget = 1000;
  let how: string;
  try {
    const exit = machine.engine.step();
    how = exit.kind === 'trap' ? `${exit.trap} ${exit.argument}` : exit.kind;
  } catch (error) {
    how = (error as Error).message;
  }
  return {
    registers: [...machine.words.subarray(layout.registers >> 2, (layout.registers >> 2) + 48)],
    scalars: Object.fromEntries(
      Object.keys(from.scalars).map((name) => [name, machine.words[layout.scalars[name]!.offset >> 2]!]),
    ),
    ram: machine.ram.slice(),
    how,
    pc: machine.engine.pc,
    cycles: how.startsWith('no memory') ? 0 : 1000 - machine.engine.budget,
  };
}

describe('the cold engine executes ARMv7E-M as the evaluator does', () => {
  it.each(armv7em.rows.map((row) => [row.text, row.pattern.text, row] as const))('%s  %s', (_, __, row) => {
    fc.assert(
      fc.property(encodings(row), start, (encoding, { ram, ...rest }) => {
        const from = { ...rest, ram: RAMS[ram]!.slice() };
        from.ram.set(bytesOf(row, encoding), CODE - BASE);
        const [ours, expected] = [engine(from), reference(row, encoding, from)];
        expect({ ...ours, ram: 0 }).toEqual({ ...expected, ram: 0 });
        expect(Buffer.compare(ours.ram, expected.ram)).toBe(0);
      }),
      { numRuns: CASES_PER_ROW, seed: 11 },
    );
  });
});
