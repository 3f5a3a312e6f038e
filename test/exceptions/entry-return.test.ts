import { expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { mainAddress, rig, STACK } from './rig.js';
import { bx, type Code, mov32, movRegister, movs, stay, svc } from './thumb.js';

test('reset takes SP and PC from the vector table, in privileged Thread mode on the main stack (B1.5.5)', () => {
  const { cpu } = rig(stay);
  expect(cpu.register('sp')).toBe(STACK);
  expect(cpu.pc).toBe(mainAddress);
  expect(cpu.register('lr')).toBe(0xffff_ffff);
  expect(cpu.register('control')).toBe(0);
  expect(cpu.register('xpsr') & 0x0100_01ff).toBe(0x0100_0000);
  expect(cpu.describe()).toBe('thread mode');
});

test('SVC stacks eight words, and returns to the instruction after it (B1.5.6)', () => {
  const registers = [0, 1, 2, 3, 12].flatMap((r) => [...mov32(r, 0x1111_0000 + r)]);
  const main: Code = [...registers, ...svc(7), ...movs(5, 1), ...stay];
  const handler: Code = [...movRegister(4, 13), ...movRegister(6, 14), ...bx(14)];
  const { cpu, word, cycles } = rig(main, { [EXCEPTION.svCall]: handler });
  cycles(200);
  const frame = cpu.register('r4');
  expect(frame).toBe(STACK - 0x20);
  expect([0, 1, 2, 3, 4].map((i) => word(frame + 4 * i))).toEqual([
    0x1111_0000, 0x1111_0001, 0x1111_0002, 0x1111_0003, 0x1111_000c,
  ]);
  expect(word(frame + 0x14)).toBe(0xffff_ffff);
  expect(word(frame + 0x18)).toBe(mainAddress + 2 * (registers.length + 1));
  expect(word(frame + 0x1c) & 0x0100_03ff).toBe(0x0100_0000);
  expect(cpu.register('r6')).toBe(0xffff_fff9);
  expect(cpu.register('r5')).toBe(1);
  expect(cpu.register('sp')).toBe(STACK);
  expect(cpu.describe()).toBe('thread mode');
});

test("'irq' events name each exception as it begins and ends", () => {
  const { machine, cycles } = rig([...svc(0), ...stay], { [EXCEPTION.svCall]: bx(14) });
  const events: unknown[] = [];
  machine.on('irq', ({ name, change }) => events.push([name, change]));
  cycles(100);
  expect(events).toEqual([
    ['SVCall', 'enter'],
    ['SVCall', 'leave'],
  ]);
});
