import { describe, expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { IRQS, irq, NVIC_IPR, NVIC_ISER, NVIC_ISPR, note, PENDSVSET, RESULT, rig, SCB } from './rig.js';
import {
  bx,
  type Code,
  cpsid,
  cpsie,
  ldr,
  ldrex,
  mov32,
  movs,
  mrs,
  msr,
  nop,
  poke,
  pokeByte,
  SYSM,
  save,
  stay,
  strex,
  svc,
} from './thumb.js'; // prettier-ignore

const { pendSV, sysTick, hardFault, svCall } = EXCEPTION;
const enable = (number: number): Code => poke(NVIC_ISER + 4 * (number >> 5), 1 << (number & 31));
const priority = (number: number, value: number): Code => pokeByte(NVIC_IPR + number, value);
const returning = (code: Code): Code => [...code, ...bx(14)];

describe('lines', () => {
  test('the last interrupt of the chip is taken when its line rises, and no further one exists', () => {
    const last = IRQS - 1;
    const { line, cycles, trace, cpu } = rig([...enable(last), ...stay], { [irq(last)]: returning(note(9)) });
    cycles(100);
    line(last, 1);
    line(last, 0);
    cycles(100);
    expect(trace()).toEqual([9]);
    expect(() => cpu.interrupt(IRQS)).toThrow('there is no interrupt 82');
  });

  test('a line that is still high at return pends again; once low it does not (B3.4.1)', () => {
    const { line, cycles, trace } = rig([...enable(5), ...stay], { [irq(5)]: returning(note(5)) });
    cycles(100);
    line(5, 1);
    cycles(24 + 14);
    expect(trace().length).toBeGreaterThanOrEqual(1);
    cycles(300);
    const many = trace().length;
    expect(many).toBeGreaterThan(4);
    line(5, 0);
    cycles(1000);
    expect(trace().length).toBeLessThanOrEqual(many + 1);
  });

  test('a pulse while the interrupt is active pends it once more', () => {
    const { line, cycles, trace } = rig([...enable(5), ...stay], {
      [irq(5)]: returning([...note(5), ...Array(40).fill(0xbf00)]),
    });
    cycles(100);
    line(5, 1);
    line(5, 0);
    cycles(30);
    line(5, 1);
    line(5, 0);
    cycles(400);
    expect(trace()).toEqual([5, 5]);
  });

  test('clearing the pending state does not help against a line that is high', () => {
    const { line, cycles, word } = rig([
      ...poke(0xe000_e280, 1 << 5),
      ...mov32(0, NVIC_ISPR),
      ...ldr(1, 0),
      ...save(RESULT, 1),
      ...stay,
    ]);
    line(5, 1);
    cycles(100);
    expect(word(RESULT)).toBe(1 << 5);
  });
});

describe('timing (DDI 0439D 3.9.1)', () => {
  /** Cycle at which a handler's first instruction begins: machine cycles when pc stands there. */
  const cyclesAt = (run: ReturnType<typeof rig>, pc: number): number => {
    run.cpu.breakpoints.add(pc);
    expect(run.machine.runCycles(10_000)).toBe('breakpoint');
    run.cpu.breakpoints.delete(pc);
    return run.machine.cycles;
  };

  const FIRST = 0x1000 + 0x200 * irq(1);
  const SECOND = 0x1000 + 0x200 * irq(2);
  /** Cycles from a handler that is nothing but BX LR to the thread, and to the next handler. */
  function leaving(pending: readonly number[]): { entry: number; exit: number; run: ReturnType<typeof rig> } {
    const main: Code = [...enable(1), ...enable(2), ...Array(200).fill(0xbf00), ...stay];
    const run = rig(main, { [irq(1)]: bx(14), [irq(2)]: stay });
    run.cycles(60);
    const start = run.machine.cycles;
    const { pc } = run.cpu;
    for (const number of pending) run.line(number, 1);
    for (const number of pending) run.line(number, 0);
    const entered = cyclesAt(run, FIRST);
    const left = cyclesAt(run, pending.length > 1 ? SECOND : pc);
    return { entry: entered - start, exit: left - entered, run };
  }

  test('entry takes 12 cycles, return 10, a tail-chain 6 without unstacking', () => {
    const alone = leaving([1]);
    const chained = leaving([1, 2]);
    expect(alone.entry).toBe(12);
    expect(chained.entry).toBe(12);
    // BX is in both: 1 cycle, and up to 3 to fill the pipeline.
    expect(alone.exit - 10).toBeGreaterThanOrEqual(1);
    expect(alone.exit - 10).toBeLessThanOrEqual(4);
    expect(alone.exit - chained.exit).toBe(10 - 6);
    expect(chained.run.cpu.register('lr')).toBe(0xffff_fff9);
  });

  test('a higher interrupt that arrives during stacking is taken first, for no extra time (late arrival)', () => {
    const run = rig([...enable(1), ...enable(2), ...priority(1, 0x80), ...priority(2, 0x10), ...stay], {
      [irq(1)]: returning(note(1)),
      [irq(2)]: returning(note(2)),
    });
    run.cycles(200);
    const start = run.machine.cycles;
    run.line(1, 1);
    run.line(1, 0);
    run.machine.runCycles(1); // stacking has begun
    run.line(2, 1);
    run.line(2, 0);
    const entered = cyclesAt(run, 0x1000 + 0x200 * irq(2));
    expect(entered - start).toBe(12);
    run.cycles(200);
    expect(run.trace()).toEqual([2, 1]);
  });
});

describe('pending and active state', () => {
  test('ICSR clears PendSV and SysTick', () => {
    const main: Code = [
      ...cpsid('i'),
      ...poke(SCB.ICSR, PENDSVSET | (1 << 26)),
      ...poke(SCB.ICSR, (1 << 27) | (1 << 25)),
      ...cpsie('i'),
      ...nop,
      ...note(1),
      ...stay,
    ];
    const { cycles, trace } = rig(main, { [pendSV]: returning(note(14)), [sysTick]: returning(note(15)) });
    cycles(300);
    expect(trace()).toEqual([1]);
  });

  test('VECTPENDING hides what BASEPRI masks, not what PRIMASK masks (B3.2.4)', () => {
    const read = (to: number): Code => [...mov32(0, SCB.ICSR), ...ldr(1, 0), ...save(to, 1)];
    const main: Code = [
      ...cpsid('i'),
      ...priority(3, 0x60),
      ...enable(3),
      ...poke(NVIC_ISPR, 1 << 3),
      ...read(RESULT),
      ...movs(2, 0x60),
      ...msr(SYSM.BASEPRI, 2),
      ...read(RESULT + 4),
      ...stay,
    ]; // prettier-ignore
    const { cycles, word } = rig(main, { [irq(3)]: stay });
    cycles(300);
    expect((word(RESULT) >>> 12) & 0x1ff).toBe(irq(3));
    expect((word(RESULT + 4) >>> 12) & 0x1ff).toBe(0);
  });

  test('four priority bits: the lower ones read as zero, and BASEPRI too (B1.5.4)', () => {
    const main: Code = [
      ...priority(7, 0xff),
      ...mov32(0, NVIC_IPR + 7),
      0x7801,
      ...save(RESULT, 1),
      ...movs(2, 0x1f),
      ...msr(SYSM.BASEPRI, 2),
      ...mrs(3, SYSM.BASEPRI),
      ...save(RESULT + 4, 3),
      ...stay,
    ]; // prettier-ignore
    const { cycles, word } = rig(main);
    cycles(300);
    expect(word(RESULT)).toBe(0xf0);
    expect(word(RESULT + 4)).toBe(0x10);
  });

  test('the exclusive monitor is cleared on exception entry and on return (B1.5.6, B1.5.8)', () => {
    const main: Code = [...mov32(4, RESULT), ...ldrex(5, 4), ...svc(0), ...strex(6, 5, 4), ...stay];
    const onEntry = rig(main, { [svCall]: [...mov32(4, RESULT), ...strex(7, 5, 4), ...bx(14)] });
    onEntry.cycles(200);
    expect(onEntry.cpu.register('r7')).toBe(1);
    const onReturn = rig(main, { [svCall]: [...mov32(4, RESULT), ...ldrex(5, 4), ...bx(14)] });
    onReturn.cycles(200);
    expect(onReturn.cpu.register('r6')).toBe(1);
  });

  test('NONBASETHRDENA lets a handler return to Thread mode while another is active (B1.5.8)', () => {
    const nested = (ccr: number) =>
      rig(
        [
          ...poke(SCB.CCR, ccr),
          ...pokeByte(SCB.SHPR3 + 2, 0xf0),
          ...poke(SCB.ICSR, PENDSVSET),
          ...nop,
          ...nop,
          ...stay,
        ],
        {
          [pendSV]: [...svc(0), ...stay],
          // The frame says Thread mode: exception number 0.
          [svCall]: [0x9807, ...mov32(1, 0xffff_fe00), 0x4008, 0x9007, ...mov32(2, 0xffff_fff9), ...bx(2)],
          [hardFault]: stay,
        },
      );
    const allowed = nested(0x201);
    allowed.cycles(400);
    expect(allowed.cpu.describe()).toBe('thread mode');
    expect(allowed.cpu.faults).toEqual([]);
    const refused = nested(0x200);
    refused.cycles(400);
    expect(refused.cpu.faults[0]).toMatchObject({ kind: 'HardFault', cause: 'UsageFault', cfsr: 1 << 18 });
  });
});
