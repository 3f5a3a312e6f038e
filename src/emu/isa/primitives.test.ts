import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Emitter, Long } from './emitter.js';
import { flatMachine } from './engine-harness.js';
import { type Environment, evaluate } from './evaluate.js';
import { defineIsa, type Isa, insn, type Row } from './instruction.js';
import type { PureOp, Type, Value } from './ir.js';
import { emit } from './variant.js';

/** A made-up ISA with one instruction per primitive: rd ← op(r0, r1, r2), every type through 64-bit registers. */
interface Case {
  readonly name: string;
  readonly result: Type;
  readonly compute: (o: Emitter, args: readonly Long[]) => Value;
}

const narrow = (o: Emitter, type: Type, value: Long): Value => {
  if (type === 'i64') return value;
  if (type === 'i32') return o.wrap(value);
  return o.pure('reinterpret', type, type === 'f64' ? value : o.wrap(value));
};
const widen = (o: Emitter, value: Value): Long => {
  if (value.type === 'i64') return value as Long;
  if (value.type === 'i32') return o.extendS(value as Value<'i32'>);
  if (value.type === 'f64') return o.pure('reinterpret', 'i64', value);
  return o.extendS(o.pure('reinterpret', 'i32', value));
};

const of = (op: PureOp, from: Type, to: Type, arity: number): Case => ({
  name: `${op} ${from} → ${to}`,
  result: to,
  compute: (o, args) => o.pure(op, to, ...args.slice(0, arity).map((arg) => narrow(o, from, arg))),
});
const integers = ['i32', 'i64'] as const;
const floats = ['f32', 'f64'] as const;

const cases: Case[] = [
  ...integers.flatMap((type) => [
    ...(
      ['add', 'sub', 'mul', 'divS', 'divU', 'remS', 'remU', 'and', 'or', 'xor', 'shl', 'shrS', 'shrU', 'rotr'] as const
    ).map((op) => of(op, type, type, 2)),
    ...(['clz', 'ctz', 'popcnt', 'extend8S', 'extend16S'] as const).map((op) => of(op, type, type, 1)),
    ...(['eq', 'ne', 'ltS', 'ltU', 'leS', 'leU'] as const).map((op) => of(op, type, 'i32', 2)),
    {
      name: `select ${type}`,
      result: type,
      compute: (o: Emitter, [c, a, b]: readonly Long[]) =>
        o.select(o.wrap(c!), narrow(o, type, a!) as Value<'i32'>, narrow(o, type, b!) as Value<'i32'>),
    },
    ...floats.flatMap((float) => [
      of('convertS', type, float, 1),
      of('convertU', type, float, 1),
      of('truncSatS', float, type, 1),
      of('truncSatU', float, type, 1),
    ]),
  ]),
  ...floats.flatMap((type) => [
    ...(['add', 'sub', 'mul', 'fdiv'] as const).map((op) => of(op, type, type, 2)),
    ...(['sqrt', 'neg', 'abs', 'nearest', 'ceil', 'floor', 'trunc'] as const).map((op) => of(op, type, type, 1)),
    ...(['eq', 'ne', 'lt', 'le'] as const).map((op) => of(op, type, 'i32', 2)),
  ]),
  of('wrap', 'i64', 'i32', 1),
  of('extendS', 'i32', 'i64', 1),
  of('extendU', 'i32', 'i64', 1),
  of('promote', 'f32', 'f64', 1),
  of('demote', 'f64', 'f32', 1),
]; // prettier-ignore

const rows: Row[] = cases.map((each, index) =>
  insn(`1111 ${index.toString(2).padStart(8, '0')} dddd` as '1111 00000000 dddd', each.name, 'alu', 'none', (o, f) => {
    o.setReg<'i64'>(f.d, widen(o, each.compute(o, [o.reg<'i64'>(0), o.reg<'i64'>(1), o.reg<'i64'>(2)])));
  }),
);

const isa: Isa = defineIsa({
  name: 'primitives',
  rows,
  state: { registers: { count: 16, type: 'i64' }, scalars: {} },
  timing: () => 1,
  takenCycles: 0,
  traps: [],
  helpers: {},
  linkage: { links: [], stack: -1 },
  formats: {},
  lengthOf: () => 2,
  join: (first) => first,
});

const EDGES = [
  0n,
  1n,
  -1n,
  2n,
  31n,
  32n,
  63n,
  64n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 63n,
  (1n << 63n) - 1n,
  0x3f80_0000n,
  0xbf80_0000n,
  0x7f80_0000n,
  0xff80_0000n,
  0x7fc0_0000n,
  0x3ff0_0000_0000_0000n,
  0xbff8_0000_0000_0000n,
  0x7ff0_0000_0000_0000n,
  0x4340_0000_0000_0001n,
  0x3f00_0000n,
  0x3fe0_0000_0000_0000n,
].map((edge) => BigInt.asIntN(64, edge)); // prettier-ignore
const operand = fc.oneof(fc.constantFrom(...EDGES), fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }));

/** The bits of a result, with every NaN made one (payloads are the hardware's own affair). */
function comparable(type: Type, bits: bigint): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, bits);
  const nan =
    (type === 'f64' && Number.isNaN(view.getFloat64(0))) || (type === 'f32' && Number.isNaN(view.getFloat32(4)));
  return nan ? 'NaN' : bits.toString(16);
}

test('every primitive means the same in the reference evaluator and in WebAssembly', () => {
  const { engine, words, ram, base, memory } = flatMachine(isa, 0x1000);
  const registers = new BigInt64Array(memory.buffer, engine.layout.registers, 16);
  for (const [index, { result, name }] of cases.entries()) {
    const word = 0xf003 | (index << 4);
    ram.set([word & 0xff, word >> 8], index * 2);
    fc.assert(
      fc.property(operand, operand, operand, (a, b, c) => {
        const file = [a, b, c, 0n];
        const environment = {
          register: (at: number) => file[at]!,
          setRegister: (at: number, value: bigint) => {
            file[at] = value;
          },
        } as unknown as Environment;
        const variant = { row: rows[index]!, statics: {}, inItBlock: false };
        evaluate(emit(isa, variant, { fields: { d: 3 }, pc: base }), environment);
        registers.set([a, b, c, 0n]);
        engine.pc = base + index * 2;
        engine.budget = 1;
        expect(engine.run().kind).toBe('budget');
        expect(comparable(result, registers[3]!), name).toBe(comparable(result, file[3]!));
      }),
      { numRuns: 60 },
    );
  }
  expect(words.length).toBeGreaterThan(0);
});
