import { describe, expect, it } from 'vitest';
import { assemble } from '../../isa/disassembler.js';
import { type Environment, evaluate } from '../../isa/evaluate.js';
import { emit, fieldsOf, staticsOf } from '../../isa/variant.js';
import { armv7em } from './isa.js';

/** How instructions leave the engine, and what they have written by then: from the manual's pseudocode. */

const PC = 0x0800_0000;
const RAM = 0x2000_0000;
const WORDS = 8;

interface Start {
  readonly registers?: Readonly<Record<number, number>>;
  readonly scalars?: Readonly<Record<string, number>>;
  /** Words from RAM upwards; an access behind them faults. */
  readonly words?: readonly number[];
}

function execute(line: string, { registers = {}, scalars = {}, words = [] }: Start = {}) {
  const [found] = assemble(armv7em, line, PC);
  if (!found) throw new Error(`cannot assemble '${line}'`);
  const r = Array.from({ length: 16 }, (_, i) => registers[i] ?? 0);
  const state: Record<string, number> = {
    ...Object.fromEntries(Object.keys(armv7em.state.scalars).map((name) => [name, 0])),
    ...scalars,
  };
  const memory = Array.from({ length: WORDS }, (_, i) => words[i] ?? 0);
  const calls: string[] = [];
  const at = (address: number): number => {
    const index = (address - RAM) / 4;
    if (index < 0 || index >= WORDS) throw new RangeError('bus fault');
    return index;
  };
  const aligned = (address: number, size: number, strict: boolean | undefined): void => {
    if (strict && address % size !== 0) throw new RangeError('unaligned');
  };
  const environment: Environment = {
    register: (index) => r[index]!,
    setRegister: (index, value) => {
      r[index] = Number(value);
    },
    scalar: (name) => state[name]!,
    setScalar: (name, value) => {
      state[name] = Number(value);
    },
    load: (address, size, access) => {
      aligned(address, size, access.aligned);
      calls.push(`load ${address.toString(16)}${access.unprivileged ? ' unprivileged' : ''}`);
      return BigInt(memory[at(address)]! >>> 0);
    },
    store: (address, size, value, access) => {
      aligned(address, size, access.aligned);
      calls.push(`store ${address.toString(16)}${access.unprivileged ? ' unprivileged' : ''}`);
      memory[at(address)] = Number(value);
    },
    helper: (name, args) => {
      calls.push(`${name} ${args.join(' ')}`.trim());
      return 0;
    },
  };
  const { row, word } = found;
  const fields = fieldsOf(row, word);
  const program = emit(armv7em, { row, statics: staticsOf(row, fields), inItBlock: false }, { fields, pc: PC });
  const run = () => evaluate(program, environment);
  return { run, r, state, memory, calls };
}
const trapOf = (line: string, start?: Start) => execute(line, start).run();

describe('traps', () => {
  it.each([
    ['svc #5', { trap: 'svc', argument: 5, resume: 'next' }],
    ['bkpt #171', { trap: 'bkpt', argument: 171, resume: 'this' }],
    ['udf #1', { trap: 'undefined', argument: 0, resume: 'this' }],
    ['udf.w #1', { trap: 'undefined', argument: 0, resume: 'this' }],
    ['wfi', { trap: 'wfi', resume: 'next' }],
    ['mrc p15, #0, r0, c1, c0, #0', { trap: 'noCoprocessor', argument: 15, resume: 'this' }],
    ['cdp p10, #0, c0, c0, c0, #0', { trap: 'noCoprocessor', argument: 10, resume: 'this' }],
    ['ldc p11, c0, [r0, #4]', { trap: 'noCoprocessor', argument: 11, resume: 'this' }],
  ])('%s', (line, expected) => {
    expect(trapOf(line)).toMatchObject({ kind: 'trap', ...expected });
  });

  it('WFE goes on at once where an event is registered, and clears it (B1.5.18)', () => {
    const waiting = execute('wfe', { scalars: { event: 1 } });
    expect(waiting.run()).toMatchObject({ kind: 'next' });
    expect(waiting.state['event']).toBe(0);
    expect(trapOf('wfe')).toMatchObject({ trap: 'wfe', resume: 'next' });
  });

  it('a division by 0 gives 0, or a fault with CCR.DIV_0_TRP that leaves the destination (A7.7.195)', () => {
    const quiet = execute('udiv r0, r1, r2', { registers: { 0: 7, 1: 9 } });
    expect(quiet.run()).toMatchObject({ kind: 'next' });
    expect(quiet.r[0]).toBe(0);
    const trapped = execute('sdiv r0, r1, r2', { registers: { 0: 7, 1: 9 }, scalars: { ccr: 0x10 } });
    expect(trapped.run()).toMatchObject({ trap: 'divideByZero', resume: 'this' });
    expect(trapped.r[0]).toBe(7);
  });
});

describe('BXWritePC and LoadWritePC (B1.4.7)', () => {
  it('branch to Thumb code with bit 0 set', () => {
    expect(trapOf('bx r3', { registers: { 3: 0x0800_0101 } })).toMatchObject({ kind: 'branch', target: 0x0800_0100 });
  });
  it('go to ARM state, an invalid one, with bit 0 clear', () => {
    const call = execute('blx r3', { registers: { 3: 0x0800_0100 } });
    expect(call.run()).toMatchObject({ trap: 'invalidState', argument: 0x0800_0100 });
    expect(call.r[14]).toBe(PC + 3);
    expect(trapOf('bx pc')).toMatchObject({ trap: 'invalidState', argument: PC + 4 });
  });
  it.each([
    ['bx lr', { registers: { 14: 0xffff_fff9 | 0 } }],
    ['pop {r0, pc}', { registers: { 13: RAM }, words: [1, 0xffff_fff9] }],
    ['pop.w {pc}', { registers: { 13: RAM }, words: [0xffff_fff9] }],
    ['ldm.w r1, {r0, pc}', { registers: { 1: RAM }, words: [1, 0xffff_fff9] }],
    ['ldr pc, [r1], #4', { registers: { 1: RAM }, words: [0xffff_fff9] }],
  ])('%s returns from an exception in Handler mode only', (line, start) => {
    expect(trapOf(line, { ...start, scalars: { ipsr: 15 } })).toMatchObject({
      trap: 'exceptionReturn',
      argument: 0xffff_fff9 | 0,
    });
    expect(trapOf(line, start)).toMatchObject({ kind: 'branch', target: 0xffff_fff8 });
  });
  it('have written SP before the exception return', () => {
    const pop = execute('pop {r0, pc}', { registers: { 13: RAM }, words: [1, 0xffff_fff9], scalars: { ipsr: 15 } });
    pop.run();
    expect([pop.r[0], pop.r[13]]).toEqual([1, RAM + 8]);
  });
  it('MOV PC and ADD PC ignore bit 0 and never return from an exception', () => {
    const start = { registers: { 14: 0xffff_fff9 | 0 }, scalars: { ipsr: 15 } };
    expect(trapOf('mov pc, lr', start)).toMatchObject({ kind: 'branch', target: 0xffff_fff8 });
  });
});

describe('a fault abandons the instruction (B1.5.10)', () => {
  const end = RAM + 4 * WORDS;
  it.each([
    ['ldm r1!, {r0, r2}', 1],
    ['ldm r1, {r0-r2}', 1],
    ['ldm.w r1, {r0-r2, pc}', 1],
    ['pop {r0, r2}', 13],
    ['pop {r0, pc}', 13],
    ['push {r0, r2}', 13],
    ['stm r1!, {r0, r2}', 1],
    ['ldrd r1, r2, [r1, #0]', 1],
    ['ldr r0, [r1], #4', 1],
    ['str r0, [r1, #4]!', 1],
  ])('%s leaves its base as it was', (line, base) => {
    // The first word is the last one of RAM, the next one is behind it; PUSH and STR go up to or below RAM.
    const value = line.startsWith('push') ? RAM + 4 : line.startsWith('ldr r0') ? end : end - 4;
    const faulting = execute(line, { registers: { [base]: value, 15: 0 } });
    expect(faulting.run).toThrow('bus fault');
    expect(faulting.r[base]).toBe(value);
  });

  it.each([
    'ldm.w r1, {r2, r3}',
    'ldrd r2, r3, [r1, #4]',
    'ldrex r2, [r1, #0]',
    'ldrexh r2, [r1]',
    'strex r3, r2, [r1, #0]',
  ])('%s must be aligned', (line) => {
    expect(execute(line, { registers: { 1: RAM + 1 } }).run).toThrow('unaligned');
  });
});

describe('accesses', () => {
  it.each(['ldrt r0, [r1, #0]', 'strbt r0, [r1, #0]', 'ldrsht r0, [r1, #0]'])('%s is unprivileged', (line) => {
    const access = execute(line, { registers: { 1: RAM } });
    access.run();
    expect(access.calls[0]).toMatch(/unprivileged$/);
  });
  it('STREX stores once after LDREX, and tells so', () => {
    const open = execute('strex r0, r2, [r1, #0]', { registers: { 1: RAM, 2: 5 }, scalars: { exclusive: 1 } });
    open.run();
    expect([open.r[0], open.memory[0], open.state['exclusive']]).toEqual([0, 5, 0]);
    const closed = execute('strex r0, r2, [r1, #0]', { registers: { 1: RAM, 2: 5 } });
    closed.run();
    expect([closed.r[0], closed.memory[0], closed.calls]).toEqual([1, 0, []]);
  });
  it.each([
    ['msr primask, r1', 'msr 16 2 9'],
    ['msr apsr_nzcvqg, r1', 'msr 0 3 9'],
    ['cpsid if', 'cps 7'],
    ['cpsie i', 'cps 2'],
    ['sev', 'sev'],
    ['isb sy', 'barrier 2'],
  ])('%s calls %s', (line, call) => {
    const system = execute(line, { registers: { 1: 9 } });
    system.run();
    expect(system.calls).toEqual([call]);
  });
});
