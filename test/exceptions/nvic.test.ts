import { describe, expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { IRQS, irq, NVIC_IPR, NVIC_ISER, NVIC_ISPR, note, rig, SCB } from './rig.js';
import { bx, type Code, mov32, movs, msr, poke, SYSM, stay, str } from './thumb.js';

const NVIC_ICER = 0xe000_e180;
const NVIC_ICPR = 0xe000_e280;
const STIR = 0xe000_ef00;
const LAST_WORD = (1 << (IRQS - 64)) - 1;

function nvic() {
  const { machine } = rig(stay);
  return {
    machine,
    read: (at: number, size = 4) => machine.bus.read(at, size),
    write: (at: number, value: number, size = 4) => machine.bus.write(at, size, value),
  };
}

describe('NVIC registers (B3.4)', () => {
  test('set and clear enable; interrupts that are not there read as zero', () => {
    const { read, write } = nvic();
    write(NVIC_ISER + 8, 0xffff_ffff);
    expect(read(NVIC_ISER + 8)).toBe(LAST_WORD);
    expect(read(NVIC_ICER + 8)).toBe(LAST_WORD);
    write(NVIC_ISER + 8, 0);
    expect(read(NVIC_ISER + 8)).toBe(LAST_WORD);
    write(NVIC_ICER + 8, 1);
    expect(read(NVIC_ISER + 8)).toBe(LAST_WORD - 1);
    expect(read(NVIC_ISER)).toBe(0);
  });

  test('set and clear pending', () => {
    const { read, write } = nvic();
    write(NVIC_ISPR + 4, 0x8000_0001);
    expect(read(NVIC_ISPR + 4)).toBe(0x8000_0001);
    write(NVIC_ICPR + 4, 1);
    expect(read(NVIC_ICPR + 4)).toBe(0x8000_0000);
    expect(read(SCB.ICSR) & (1 << 22)).toBe(1 << 22);
  });

  test('priorities by byte, halfword and word, upper four bits only', () => {
    const { read, write } = nvic();
    write(NVIC_IPR + 81, 0xff, 1);
    expect(read(NVIC_IPR + 80)).toBe(0xf000);
    write(NVIC_IPR + 82, 0xff, 1);
    expect(read(NVIC_IPR + 80)).toBe(0xf000);
    write(NVIC_IPR + 4, 0x1234_5678);
    expect(read(NVIC_IPR + 4)).toBe(0x1030_5070);
    write(NVIC_IPR + 6, 0xabcd, 2);
    expect(read(NVIC_IPR + 4)).toBe(0xa0c0_5070);
    expect(read(NVIC_IPR + 7, 1)).toBe(0xa0);
  });

  test('the handle says what an interrupt is', () => {
    const { machine, write } = nvic();
    const handle = machine.handle('nvic') as {
      isEnabled(n: number): boolean;
      isPending(n: number): boolean;
      priorityOf(n: number): number;
    };
    write(NVIC_ISER, 1 << 7);
    write(NVIC_ISPR, 1 << 7);
    write(NVIC_IPR + 7, 0x50, 1);
    expect([handle.isEnabled(7), handle.isPending(7), handle.priorityOf(7), handle.isEnabled(8)]).toEqual([
      true,
      true,
      0x50,
      false,
    ]);
  });

  test('SHPR shows the implemented system handlers only', () => {
    const { read, write } = nvic();
    for (const [offset, expected] of [
      [0, 0x00f0_f0f0],
      [4, 0xf000_0000],
      [8, 0xf0f0_00f0],
    ] as const) {
      write(SCB.SHPR1 + offset, 0xffff_ffff);
      expect(read(SCB.SHPR1 + offset)).toBe(expected);
    }
  });

  test('AIRCR keeps PRIGROUP only with the key', () => {
    const { read, write } = nvic();
    write(SCB.AIRCR, 0x05fa_0300);
    expect(read(SCB.AIRCR)).toBe(0xfa05_0300);
    write(SCB.AIRCR, 0x0000_0700);
    expect(read(SCB.AIRCR)).toBe(0xfa05_0300);
  });
});

describe('STIR (B3.2.26)', () => {
  const unprivileged: Code = [...movs(0, 1), ...msr(SYSM.CONTROL, 0)];
  const trigger: Code = [...mov32(0, STIR), ...movs(1, 5), ...str(1, 0)];
  const handlers = { [irq(5)]: [...note(5), ...bx(14)], [EXCEPTION.hardFault]: stay };

  test('pends an interrupt by its number', () => {
    const { cycles, trace } = rig([...poke(NVIC_ISER, 1 << 5), ...trigger, ...stay], handlers);
    cycles(200);
    expect(trace()).toEqual([5]);
  });
  test('is open to unprivileged code only where CCR.USERSETMPEND says so', () => {
    const open = rig(
      [...poke(NVIC_ISER, 1 << 5), ...poke(SCB.CCR, 0x202), ...unprivileged, ...trigger, ...stay],
      handlers,
    );
    open.cycles(200);
    expect(open.trace()).toEqual([5]);
    expect(open.cpu.faults).toEqual([]);
    const closed = rig([...poke(NVIC_ISER, 1 << 5), ...unprivileged, ...trigger, ...stay], handlers);
    closed.cycles(200);
    expect(closed.cpu.faults[0]).toMatchObject({ cause: 'BusFault', address: STIR });
    expect(closed.trace()).toEqual([]);
  });
});
