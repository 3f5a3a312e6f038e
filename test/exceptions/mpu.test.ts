import { describe, expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { note, RAM, type Rigged, rig, SCB } from './rig.js';
import {
  bx,
  type Code,
  cpsid,
  isb,
  ldr,
  mov32,
  movs,
  msr,
  nop,
  poke,
  SYSM,
  stay,
  str,
  svc,
  udf,
  vadd,
} from './thumb.js';

const MPU = { TYPE: 0xe000_ed90, CTRL: 0xe000_ed94, RNR: 0xe000_ed98, RBAR: 0xe000_ed9c, RASR: 0xe000_eda0 } as const;
const { memManage, hardFault, svCall } = EXCEPTION;
const [ENABLE, HFNMIENA, PRIVDEFENA] = [1, 2, 4] as const;
const NORMAL = 3 << 16;
const XN = 1 << 28;
const AREA = RAM + 0x4000;

const size = (log2: number) => (log2 - 1) << 1;
const ap = (bits: number) => bits << 24;
const region = (number: number, base: number, rasr: number): Code => [
  ...poke(MPU.RBAR, (base | 16 | number) >>> 0),
  ...poke(MPU.RASR, rasr >>> 0),
];
const on = (ctrl: number): Code => [...poke(MPU.CTRL, ctrl), ...isb];
const enableFaults = poke(SCB.SHCSR, 1 << 16);
/** Privileged code may do everything; one region of 32 bytes denies everything. */
const guarded: Code = [...enableFaults, ...region(7, AREA, ap(0) | NORMAL | size(5) | 1), ...on(ENABLE | PRIVDEFENA)];
const strh = (rt: number, rn: number): Code => [0x8000 | (rn << 3) | rt];
const ldrt = (rt: number, rn: number): Code => [0xf850 | rn, (rt << 12) | 0xe00];
const push = (list: number): Code => [0xb400 | list];

const status = ({ word }: Rigged) => [word(SCB.CFSR), word(SCB.MMFAR)];
const run = (main: Code, handlers: Readonly<Record<number, Code>> = { [memManage]: stay, [hardFault]: stay }) => {
  const rigged = rig([...main, ...stay], handlers);
  rigged.cycles(500);
  return rigged;
};

describe('registers (B3.5)', () => {
  const bus = () => rig(stay).machine.bus;

  test('there are eight regions, of one kind', () => {
    expect(bus().read(MPU.TYPE, 4)).toBe(0x800);
    expect([MPU.CTRL, MPU.RNR, MPU.RBAR, MPU.RASR].map((register) => bus().read(register, 4))).toEqual([0, 0, 0, 0]);
  });

  test('RBAR with VALID selects the region, and reads as base and number (B3.5.8)', () => {
    const b = bus();
    b.write(MPU.RBAR, 4, 0x2000_0015);
    expect([b.read(MPU.RNR, 4), b.read(MPU.RBAR, 4)]).toEqual([5, 0x2000_0005]);
    b.write(MPU.RBAR, 4, 0x2000_0043);
    expect([b.read(MPU.RNR, 4), b.read(MPU.RBAR, 4)]).toEqual([5, 0x2000_0045]);
    b.write(MPU.RASR, 4, 0xffff_ffff);
    expect(b.read(MPU.RASR, 4)).toBe(0x173f_ff3f);
    b.write(MPU.RNR, 4, 4);
    expect([b.read(MPU.RBAR, 4), b.read(MPU.RASR, 4)]).toEqual([4, 0]);
  });

  test('aliases are the same registers: four regions in one go (B3.5.7)', () => {
    const b = bus();
    for (let i = 0; i < 4; i++) {
      b.write(MPU.RBAR + 8 * i, 4, (0x1000_0000 * i) | 16 | i);
      b.write(MPU.RASR + 8 * i, 4, size(20 + i));
    }
    expect(b.read(MPU.RNR, 4)).toBe(3);
    expect([0, 8, 16, 24].map((alias) => b.read(MPU.RBAR + alias, 4))).toEqual(Array(4).fill(0x3000_0003));
    b.write(MPU.RNR, 4, 1);
    expect([b.read(MPU.RBAR + 16, 4), b.read(MPU.RASR + 24, 4)]).toEqual([0x1000_0001, size(21)]);
  });

  test('RASR takes half-words: attributes, and size (B3.5.9)', () => {
    const low = size(10) | 1;
    const { word } = run([
      ...mov32(0, MPU.RASR),
      ...mov32(1, low),
      ...strh(1, 0),
      ...mov32(0, MPU.RASR + 2),
      ...strh(1, 0),
    ]);
    expect(word(SCB.CFSR)).toBe(0);
    const rigged = run([...mov32(0, MPU.RASR), ...mov32(1, low), ...strh(1, 0)]);
    expect(rigged.machine.bus.read(MPU.RASR, 4)).toBe(low);
  });

  test('a region that is not there, and settings that are UNPREDICTABLE, are reported', () => {
    const { machine } = rig(stay);
    machine.bus.write(MPU.RNR, 4, 8);
    machine.bus.write(MPU.RBAR, 4, 0x2000_0019);
    machine.bus.write(MPU.CTRL, 4, HFNMIENA);
    machine.bus.write(MPU.RBAR, 4, 0x2000_0030);
    machine.bus.write(MPU.RASR, 4, size(6) | ap(3) | 1);
    machine.bus.write(MPU.CTRL, 4, ENABLE);
    expect(machine.guestErrors.map(({ what }) => what)).toEqual([
      'region 8 of the MPU was selected; there are 8',
      'region 9 of the MPU was selected; there are 8',
      'MPU_CTRL.HFNMIENA was set while ENABLE is 0, which is UNPREDICTABLE',
      'region 0 of the MPU of 64 bytes has the base address 0x20000020, which is UNPREDICTABLE',
    ]);
  });

  test('a reset switches it off', () => {
    const rigged = run(guarded);
    rigged.machine.reset('pin');
    rigged.cycles(1);
    expect(rigged.machine.bus.read(MPU.CTRL, 4)).toBe(0);
    expect(rigged.machine.bus.read(MPU.RASR, 4)).toBe(0);
  });
});

describe('accesses', () => {
  const read = (address: number): Code => [...mov32(2, address), ...ldr(3, 2)];

  test('are refused exactly in the region: 32 bytes', () => {
    const before = [...read(AREA - 4), ...read(AREA + 32)];
    expect(status(run([...guarded, ...before]))).toEqual([0, 0]);
    expect(status(run([...guarded, ...before, ...read(AREA)]))).toEqual([0x82, AREA]);
    expect(status(run([...guarded, ...before, ...read(AREA + 28)]))).toEqual([0x82, AREA + 28]);
  });

  test('that reach over the border are refused at their first byte inside (B2.3.4)', () => {
    expect(status(run([...guarded, ...read(AREA - 2)]))).toEqual([0x82, AREA]);
    expect(status(run([...guarded, ...read(AREA - 1)]))).toEqual([0x82, AREA]);
    expect(status(run([...guarded, ...read(AREA + 30)]))).toEqual([0x82, AREA + 30]);
  });

  test('in sub-regions of 32 bytes', () => {
    const setting = [...enableFaults, ...region(7, AREA, ap(0) | NORMAL | (0x7e << 8) | size(8) | 1), ...on(5)];
    expect(status(run([...setting, ...read(AREA + 32), ...read(AREA + 220)]))).toEqual([0, 0]);
    expect(status(run([...setting, ...read(AREA + 28)]))).toEqual([0x82, AREA + 28]);
    expect(status(run([...setting, ...read(AREA + 224)]))).toEqual([0x82, AREA + 224]);
  });

  test('of LDRT have the permission of unprivileged code', () => {
    const setting = [...enableFaults, ...region(7, AREA, ap(1) | NORMAL | size(12) | 1), ...on(5)];
    const load = [...setting, ...read(AREA), ...mov32(2, AREA + 8)];
    expect(status(run([...load, ...ldr(3, 2)]))).toEqual([0, 0]);
    expect(status(run([...load, ...ldrt(3, 2)]))).toEqual([0x82, AREA + 8]);
  });

  test('to the private peripheral bus are not checked', () => {
    const setting = [...enableFaults, ...region(7, 0xe000_0000, ap(0) | size(29) | 1), ...on(5)];
    expect(status(run([...setting, ...read(SCB.ICSR)]))).toEqual([0, 0]);
  });

  test('that are unaligned fault in Device memory (A3.2.1)', () => {
    const device = [...enableFaults, ...region(7, AREA, ap(3) | (1 << 16) | size(12) | 1), ...on(5)];
    const UNALIGNED = 1 << 24;
    expect(run([...device, ...read(AREA + 4)]).word(SCB.CFSR)).toBe(0);
    expect(run([...device, ...read(AREA + 4), ...read(AREA + 6)]).word(SCB.CFSR)).toBe(UNALIGNED);
    expect(run([...guarded, ...read(AREA + 0x42)]).word(SCB.CFSR)).toBe(0);
  });

  test('with MemManage disabled are a HardFault', () => {
    const { word, cpu } = run([...region(7, AREA, ap(0) | size(5) | 1), ...on(5), ...read(AREA)]);
    expect([word(SCB.CFSR), word(SCB.HFSR), cpu.register('xpsr') & 0x1ff]).toEqual([0x82, 1 << 30, hardFault]);
    expect(cpu.faults[0]).toMatchObject({ kind: 'HardFault', cause: 'MemManage', address: AREA });
  });
});

test('external RAM in a Device region takes no unaligned accesses, until the MPU makes it Normal memory (B3.1)', () => {
  const SDRAM = 0xc000_0000;
  const memories = { sdram: { kind: 'ram', size: 0x1000, address: SDRAM } } as const;
  const loads = (at: number): Code => [...mov32(2, at), ...str(2, 2), ...ldr(3, 2)];
  const run = (main: Code) => {
    const rigged = rig([...main, ...stay], { [hardFault]: stay }, { memories });
    rigged.cycles(300);
    return rigged.word(SCB.CFSR);
  };
  expect(run([...loads(SDRAM + 4), ...loads(SDRAM + 8)])).toBe(0);
  expect(run([...loads(SDRAM + 4), ...loads(SDRAM + 6)])).toBe(1 << 24);
  const normal = [...region(0, SDRAM, ap(3) | NORMAL | XN | size(12) | 1), ...on(ENABLE | PRIVDEFENA)];
  expect(run([...normal, ...loads(SDRAM + 4), ...loads(SDRAM + 6), ...loads(SDRAM + 9)])).toBe(0);
});

describe('fetches', () => {
  test('of what is execute never are refused, with the address as return address (IACCVIOL)', () => {
    const setting = [...enableFaults, ...region(7, RAM, ap(3) | NORMAL | XN | size(17) | 1), ...on(5)];
    const rigged = run([...setting, ...mov32(2, AREA | 1), ...bx(2)]);
    expect(rigged.word(SCB.CFSR)).toBe(1);
    expect(rigged.cpu.faults[0]!.pc).toBe(AREA);
  });

  test('go on in the middle of a page where it ends, and not further', () => {
    // two NOPs, the second of them in another region
    const code = [...mov32(2, AREA), ...mov32(3, 0xbf00_bf00), ...str(3, 2), ...str(3, 2, 28), ...str(3, 2, 32)];
    const setting = [...region(7, AREA + 32, ap(3) | NORMAL | XN | size(5) | 1), ...on(5)];
    const rigged = run([...enableFaults, ...code, ...setting, ...mov32(2, AREA + 29), ...bx(2)]);
    expect([rigged.word(SCB.CFSR), rigged.cpu.faults[0]!.pc]).toEqual([1, AREA + 32]);
  });

  test('of code that was executed before it became execute never', () => {
    const subroutine = [...mov32(2, AREA), ...mov32(3, 0x4770_bf00), ...str(3, 2)];
    const blx: Code = [0x4790];
    const setting = [...region(7, AREA, ap(3) | NORMAL | XN | size(5) | 1), ...on(5)];
    const call = [...mov32(2, AREA | 1), ...blx];
    const rigged = run([...enableFaults, ...subroutine, ...call, ...call, ...setting, ...call]);
    expect([rigged.word(SCB.CFSR), rigged.cpu.faults.length, rigged.cpu.faults[0]!.pc]).toEqual([1, 1, AREA]);
  });
});

describe('priority', () => {
  const deny = region(7, AREA, ap(0) | size(5) | 1);
  const look: Code = [...mov32(2, AREA), ...ldr(3, 2), ...movs(7, 1), ...stay];

  test('−1 and −2 have the default map, unless HFNMIENA is set', () => {
    const free = rig([...deny, ...on(ENABLE | PRIVDEFENA), ...udf(0)], { [hardFault]: look });
    free.cycles(500);
    expect([free.cpu.register('r7'), free.cpu.locked]).toEqual([1, false]);
    const checked = rig([...deny, ...on(ENABLE | HFNMIENA | PRIVDEFENA), ...udf(0)], { [hardFault]: look });
    checked.cycles(500);
    expect([checked.cpu.register('r7'), checked.cpu.locked]).toEqual([0, true]);
  });

  test('FAULTMASK too', () => {
    const free = run([...deny, ...on(ENABLE | PRIVDEFENA), ...cpsid('f'), ...look]);
    expect([free.cpu.register('r7'), free.word(SCB.CFSR)]).toEqual([1, 0]);
  });
});

describe('stacks', () => {
  const thread = (psp: number, control: number): Code => [
    ...mov32(0, psp),
    ...msr(SYSM.PSP, 0),
    ...movs(0, control),
    ...msr(SYSM.CONTROL, 0),
    ...isb,
  ];

  test('a push into the guard faults at its address, and so does the stacking that follows (MSTKERR)', () => {
    const main = [...guarded, ...thread(AREA + 36, 2), ...push(0b110)];
    const rigged = run(main);
    expect(status(rigged)).toEqual([0x92, AREA + 28]);
    expect(rigged.cpu.register('xpsr') & 0x1ff).toBe(memManage);
  });

  test('a push that ends before the guard does not', () => {
    const rigged = run([...guarded, ...thread(AREA + 40 + 32, 2), ...push(0b110)]);
    expect(status(rigged)).toEqual([0, 0]);
  });

  test('the frame of an exception that overflows into it', () => {
    const rigged = run([...guarded, ...thread(AREA + 60, 2), ...svc(0)], { [memManage]: stay, [svCall]: bx(14) });
    expect(rigged.word(SCB.CFSR) & 0xff).toBe(0x10);
  });

  test('unprivileged threads come and go: everything is checked as theirs, and as the kernel’s', () => {
    // flash and the stacks are for everybody, the kernel's data is not
    const setting = [
      ...enableFaults,
      ...region(0, 0, ap(6) | NORMAL | size(16) | 1),
      ...region(1, RAM + 0x6000, ap(3) | NORMAL | size(13) | 1),
      ...on(ENABLE | PRIVDEFENA),
    ];
    const user = [...thread(RAM + 0x7000, 3), ...svc(1), ...svc(2), ...mov32(4, AREA), ...ldr(5, 4)];
    const kernel: Code = [...note(1), ...bx(14)];
    const rigged = rig([...setting, ...user, ...stay], { [svCall]: kernel, [memManage]: stay });
    rigged.cycles(500);
    expect(rigged.trace()).toEqual([1, 1]);
    expect(status(rigged)).toEqual([0x82, AREA]);
  });
});

test('floating-point registers that are stacked late have the permissions of the thread (MLSPERR, B1.5.7)', () => {
  // The thread may use the 32 bytes of its basic frame; what is above is the kernel's.
  const setting = (user: number) => [
    ...poke(SCB.CPACR, 0xf << 20),
    ...enableFaults,
    ...region(0, 0, ap(6) | NORMAL | size(16) | 1),
    ...region(1, AREA, ap(3) | NORMAL | size(5) | 1),
    ...region(2, AREA + 128, ap(3) | NORMAL | size(7) | 1),
    ...on(ENABLE | PRIVDEFENA),
    ...mov32(0, AREA + 0x68),
    ...msr(SYSM.PSP, 0),
    ...movs(0, 2 | user),
    ...msr(SYSM.CONTROL, 0),
    ...isb,
    ...vadd,
    ...svc(0),
  ];
  const handlers = { [svCall]: [...vadd, ...movs(6, 1), ...bx(14)], [memManage]: [...movs(7, 1), ...stay] };
  const end = (user: number) => {
    const rigged = rig([...setting(user), ...stay], handlers);
    rigged.cycles(600);
    return [rigged.word(SCB.CFSR), rigged.cpu.register('r6'), rigged.cpu.register('r7')];
  };
  expect(end(0)).toEqual([0, 1, 0]);
  expect(end(1)).toEqual([0x20, 1, 1]);
});

test('what is set survives a snapshot, and a restore brings back what was let through then', () => {
  const read: Code = [...mov32(2, AREA), ...ldr(3, 2), ...movs(7, 1)];
  const rigged = rig([...enableFaults, ...nop, ...guarded, ...read, ...stay], { [memManage]: stay });
  const { machine, cpu, word } = rigged;
  rigged.cycles(6);
  const off = machine.snapshot();
  while (cpu.register('r2') !== AREA) machine.step();
  const active = machine.snapshot();
  rigged.cycles(50);
  expect(status(rigged)).toEqual([0x82, AREA]);
  const end = machine.hash();
  machine.restore(off);
  expect(word(MPU.CTRL)).toBe(0);
  machine.restore(active);
  expect([word(MPU.CTRL), word(SCB.CFSR)]).toEqual([5, 0]);
  rigged.cycles(50);
  expect(machine.hash()).toBe(end);
  // with the MPU off the same load is let through
  machine.restore(active);
  machine.bus.write(MPU.CTRL, 4, 0);
  rigged.cycles(50);
  expect([word(SCB.CFSR), cpu.register('r7')]).toEqual([0, 1]);
});
