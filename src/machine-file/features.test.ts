import { describe, expect, test } from 'vitest';
import { defineDevice } from '../emu/device.js';
import type { Machine } from '../emu/machine.js';
import { fromFlags, type MachineFlags } from './flags.js';
import { machineFrom } from './index.js';
import { parseYaml } from './load-yaml.js';
import { KINDS } from './make-things.js';
import { rawOf } from './to-raw.js';
import { withExports } from './user-kinds.js';

const CPU = { cpu: ['rv32,clock=100MHz,resetVector=0x80000000'], memory: ['ram@0x8000_0000:64K'] };

function made(flags: MachineFlags): Machine {
  return machineFrom([fromFlags({ machine: 'none', ...flags }, '.')]).board.createMachine();
}
const fromYaml = (yaml: string) => machineFrom([parseYaml(yaml, 'machine.yaml', '.')]).board.createMachine();

describe('memory', () => {
  test('RAM, ROM and flash differ in what stores do and in what they hold at first', () => {
    const { bus } = made({
      ...CPU,
      memory: [...CPU.memory, 'rom@0:4K:rom', 'flash@0x100000:4K:flash', 'sram@0x200000:4K,fill=0x5a'],
    });
    bus.write(0x8000_0000, 4, 0x1234_5678);
    expect(bus.read(0x8000_0000, 4)).toBe(0x1234_5678);
    expect(bus.read(0x10_0000, 4)).toBe(0xffff_ffff);
    expect(bus.read(0x20_0000, 2)).toBe(0x5a5a);
    expect(() => bus.write(0, 4, 1)).toThrow('cannot be written');
    expect(() => bus.write(0x10_0000, 4, 1)).toThrow('cannot be written');
  });

  test('an alias shows a part of a memory elsewhere', () => {
    const { bus } = made({ ...CPU, alias: ['low@0x1000:0x100=ram+0x8000', 'all@0x40000000=ram'] });
    bus.write(0x8000_8004, 4, 0xcafe_f00d);
    expect(bus.read(0x1004, 4)).toBe(0xcafe_f00d);
    expect(bus.read(0x4000_8004, 4)).toBe(0xcafe_f00d);
    expect(bus.read(0x4000_fffc, 4)).toBe(0);
    bus.write(0x10fc, 4, 7);
    expect(bus.read(0x8000_80fc, 4)).toBe(7);
    expect(() => bus.read(0x1100, 4)).toThrow('nothing is mapped');
  });

  test('an alias of a device is the device', () => {
    const { bus } = made({
      ...CPU,
      device: ['calc=mmio-calculator@0x10000000'],
      alias: ['again@0x50000000=calc', 'result@0x60000000:4=calc+0xc'],
    });
    const [a, b, op] = [0, 4, 8];
    bus.write(0x5000_0000 + a, 4, 6);
    bus.write(0x1000_0000 + b, 4, 7);
    expect(bus.read(0x1000_0000 + a, 4)).toBe(6);
    expect(bus.read(0x5000_0000 + b, 4)).toBe(7);
    bus.write(0x5000_0000 + op, 4, 2);
    expect(bus.read(0x6000_0000, 4)).toBe(bus.read(0x1000_000c, 4));
    expect(() => bus.read(0x6000_0004, 4)).toThrow('nothing is mapped');
  });

  test('in a container offsets count from its begin, and the higher priority is seen', () => {
    const { bus } = fromYaml(`
machine: none
cpus: { cpu0: { type: rv32, clock: 1MHz, resetVector: 0 } }
containers:
  soc: { at: 0x4000_0000, size: 64K }
  inner: { in: soc, at: 0x8000, size: 4K, priority: 2 }
memory:
  low: { in: soc, at: 0, size: 64K, fill: 0x11 }
  over: { in: soc, at: 0x1000, size: 4K, fill: 0x22, priority: 1 }
  deep: { in: inner, at: 0x100, size: 64K, fill: 0x33 }
devices:
  calc: { type: mmio-calculator, in: soc, at: 0x1800, priority: 3 }
`);
    const at = (offset: number) => bus.read(0x4000_0000 + offset, 1);
    expect([0xfff, 0x1000, 0x17ff, 0x1fff, 0x2000].map(at)).toEqual([0x11, 0x22, 0x22, 0x22, 0x11]);
    expect(bus.regionAt(0x4000_1800)?.name).toBe('calc');
    // What a container cuts off is not seen behind it.
    expect([0x80ff, 0x8100, 0x8fff, 0x9000].map(at)).toEqual([0x11, 0x33, 0x33, 0x11]);
    // Behind the device the memory goes on where it would have been.
    bus.write(0x4000_0000 + 0x1ffc, 4, 0xaabb_ccdd);
    expect(bus.read(0x4000_0000 + 0x1ffc, 4)).toBe(0xaabb_ccdd);
    expect(() => bus.read(0x4001_0000, 4)).toThrow('nothing is mapped');
  });

  test('equal priorities that overlap in a container are a mistake', () => {
    const flags = {
      ...CPU,
      container: ['soc@0x40000000:1M'],
      memory: [...CPU.memory, 'a@0:8K,in=soc', 'b@0x1000:8K,in=soc'],
    };
    expect(() => made(flags)).toThrow(
      "memory 'b' (0x00001000–0x00002fff) and memory 'a' (0x00000000–0x00001fff) overlap in container 'soc'",
    );
  });
});

describe('interrupts', () => {
  test.each(['irq=10', 'irq=plic.10'])('%s is a line of the PLIC', (irq) => {
    const { description } = made({ ...CPU, device: [`uart0=ns16550@0x10000000,${irq}`] });
    expect(description.devices['uart0']).toMatchObject({ irq: 10 });
  });

  test('a wire says the same, also to the inputs of a hart', () => {
    const machine = made({
      ...CPU,
      device: ['a=mmio-calculator@0x10000000,busyCycles=5', 'b=mmio-calculator@0x10000100'],
      wire: ['a.irq = plic.3', 'b.irq -> hart0.msip'],
    });
    const { a, b } = machine.description.devices;
    expect(a).toMatchObject({ irq: 3 });
    expect(b).toMatchObject({ wires: { irq: 'cpu.hart0.msip' } });
  });

  test('one output drives several lines', () => {
    const { description } = made({ ...CPU, device: ['a=mmio-calculator@0x10000000,irq=3+4'] });
    expect(description.devices['a']).toMatchObject({ irq: 3, wires: { irq: 'cpu.4' } });
  });
});

describe('pins', () => {
  const BOARD = { board: 'stm32f4-discovery' };

  test('a part is wired to a pin', () => {
    const machine = machineFrom([
      fromFlags({ ...BOARD, part: ['lamp=led'], wire: ['gpioa.5=lamp.in'] }, '.'),
    ]).board.createMachine();
    machine.pinDriver('PA5').set('high');
    expect(machine.handle('lamp')).toMatchObject({ pin: 'PA5', lit: true });
  });

  test('pin to pin is one node, whichever is driven', () => {
    const machine = machineFrom([
      fromFlags({ ...BOARD, wire: ['gpioa.5=gpioc.3', 'PC3=PB1'] }, '.'),
    ]).board.createMachine();
    machine.pinDriver('PB1').set('high');
    expect(['PA5', 'PC3', 'PB1'].map((pin) => machine.pin(pin).level)).toEqual(['high', 'high', 'high']);
    machine.pinDriver('PA5').set('low');
    expect(machine.pin('PC3').level).toBe('low');
  });

  test('two drivers of joined pins are a mistake', () => {
    const flags = { ...BOARD, part: ['one=button,pin=PA5', 'other=button,pin=PC3'], wire: ['gpioa.5=gpioc.3'] };
    expect(() => machineFrom([fromFlags(flags, '.')])).toThrow("parts 'one' and 'other' both drive pin PC3");
  });
});

describe('clocks', () => {
  test('a PLL multiplies and divides exactly; the CPU follows its clock', () => {
    const machine = made({
      cpu: ['rv32,clock=core,resetVector=0'],
      clock: ['xtal=12MHz', 'pll=xtal*25/3', 'core=pll/7', 'slow=from=core,divide=16'],
      device: ['calc=mmio-calculator@0x1000,clock=slow'],
    });
    const { timebase } = machine;
    expect(timebase.find('pll')?.hertz).toBe(100e6);
    expect(timebase.cpuClock.frequency.toString()).toBe('100000000/7');
    expect(timebase.find('slow')?.frequency.toString()).toBe('6250000/7');
  });

  test('a gate is a bit of a device; what runs behind it stands while it is closed', () => {
    const machine = machineFrom([
      fromFlags({ board: 'stm32f4-discovery', clock: ['fast=apb1*4', 'gated=fast/2,gate=rcc.AHB1ENR.12'] }, '.'),
    ]).board.createMachine();
    const { timebase, bus } = machine;
    expect([timebase.find('fast')?.hertz, timebase.find('gated')?.hertz]).toEqual([64e6, 0]);
    bus.write(0x4002_3830, 4, 1 << 12);
    expect(timebase.find('gated')?.hertz).toBe(32e6);
    // RCC_CFGR.PPRE1 = 100: APB1 at half of HCLK.
    bus.write(0x4002_3808, 4, 0b100 << 10);
    expect([timebase.find('fast')?.hertz, timebase.find('gated')?.hertz]).toEqual([32e6, 16e6]);
    const snapshot = machine.snapshot();
    bus.write(0x4002_3830, 4, 0);
    expect(timebase.find('gated')?.hertz).toBe(0);
    machine.restore(snapshot);
    expect(timebase.find('gated')?.hertz).toBe(16e6);
  });
});

describe('processors', () => {
  test('a Cortex-M starts by the vector table that vtor names', () => {
    const machine = fromYaml(`
machine: none
cpus: { cpu0: { type: cortex-m4, clock: 16MHz, vtor: 0x0800_0000 } }
memory:
  flash: { at: 0x0800_0000, size: 4K, kind: flash, contents: ${Buffer.from(Uint32Array.of(0x2000_1000, 0x0800_0101).buffer).toString('base64')} }
  sram: { at: 0x2000_0000, size: 4K }
`);
    expect(machine.cpu.pc).toBe(0x0800_0100);
    expect(machine.cpu.register('sp')).toBe(0x2000_1000);
    expect(machine.bus.read(0xe000_ed08, 4)).toBe(0x0800_0000);
  });

  test('harts of one kind are a cluster; hart 0 may be the monitor core', () => {
    const machine = made({
      cpu: ['mon=sifive-e51,clock=100MHz,resetVector=0x80000000', 'app=sifive-u54,count=2'],
      memory: CPU.memory,
    });
    const cpu = machine.cpu as unknown as { harts: readonly { hartId: number }[] };
    expect(cpu.harts.length).toBe(3);
  });

  test('another core on a board keeps clock, addresses and interrupts', () => {
    const { board } = machineFrom([fromFlags({ machine: 'riscv-virt64', cpu: ['sifive-u54'] }, '.')]);
    const machine = board.createMachine();
    expect(machine.cpu.name).toBe('rv64imafdc');
    expect([machine.timebase.cpuClock.hertz, machine.cpu.pc, machine.bus.regionAt(0xc00_0000)?.name]).toEqual([
      100e6,
      0x1000,
      'plic',
    ]);
  });

  test('processors of other kinds stand beside each other, each with clock, names and interrupts of its own', () => {
    const machine = made({
      cpu: [
        'app=cortex-m4,clock=160MHz,irqs=32,vtor=0x08000000',
        'dsp=cortex-m4,clock=80MHz,irqs=8,vtor=0x08000000,count=2',
        'io=rv32,clock=40MHz,resetVector=0x08000000,timebase=1MHz',
        'big=rv64,clock=160MHz,resetVector=0x08000000,clint=0x3000000,plic=0x20000000,harts=2',
      ],
      memory: ['flash@0x08000000:64K:rom'],
      device: ['calc=mmio-calculator@0x10000000,irq=dsp.nvic.7'],
      wire: ['calc.irq = io.plic.3', 'calc.irq = big.hart1.seip', 'calc.irq = cpu.31', 'calc.irq = dsp_1.nmi'],
    });
    const { cpu, assembly, timebase } = machine;
    expect(cpu.cores!.map(({ name }) => name)).toEqual(['app', 'dsp', 'dsp_1', 'io', 'big']);
    expect(cpu.harts!.map(({ name, bits }) => `${name} ${bits}`)).toEqual([
      ...['app 32', 'dsp 32', 'dsp_1 32', 'io 32', 'big.hart0 64', 'big.hart1 64'],
    ]);
    expect(timebase.find('dsp')!.hertz).toBe(80e6);
    expect(timebase.find('io')!.hertz).toBe(40e6);
    expect(timebase.find('io.mtime')!.hertz).toBe(1e6);
    for (const name of ['nvic', 'dsp.nvic', 'dsp_1.systick', 'io.plic', 'big.clint']) {
      expect(assembly.devices.has(name), name).toBe(true);
    }
    assembly.wires.get('calc.irq')!.signal.set(1);
    const levels = ['cpu.irq31', 'dsp.irq7', 'dsp_1.nmi', 'io.plic.irq3', 'big.hart1.seip'].map(
      (name) => assembly.signals.get(name).level,
    );
    expect(levels).toEqual([1, 1, 1, 1, 1]);
  });

  test('of interrupt controllers at one address each processor sees its own', () => {
    // lui a1,0x2000; li a0,1; sw a0,0(a1); 1: j 1b
    const rise = Buffer.from(Uint32Array.of(0x0200_05b7, 0x0010_0513, 0x00a5_a023, 0x0000_006f).buffer);
    const rest = Buffer.from(Uint32Array.of(0x0000_006f).buffer);
    const machine = fromYaml(`
machine: none
cpus:
  a: { type: rv32, clock: 10MHz, resetVector: 0x80001000 }
  b: { type: rv32, clock: 20MHz, resetVector: 0x80000000 }
  c: { type: rv32, clock: 30MHz, resetVector: 0x80001000 }
memory:
  ram: { at: 0x80000000, size: 4K, contents: ${rise.toString('base64')} }
  more: { at: 0x80001000, size: 4K, contents: ${rest.toString('base64')} }
`);
    machine.runCycles(10_000);
    expect(
      ['cpu.msip', 'b.hart0.msip', 'b.msip', 'c.msip'].map((one) => machine.assembly.signals.get(one).level),
    ).toEqual([0, 0, 1, 0]);
  });

  test('what is wrong with several processors is said', () => {
    const two = ['cortex-m4,clock=1MHz,irqs=8', 'cortex-m4,irqs=8'];
    const calc = 'calc=mmio-calculator@0x10000000';
    expect(() => made({ cpu: two, device: [`${calc},irq=cpu1.9`] })).toThrow('interrupt 9 of calc.irq is none of nvic');
    expect(() => made({ cpu: two, device: [calc], wire: ['calc.irq = cpu2.1'] })).toThrow("'cpu2'");
    expect(() => made({ cpu: two, device: [calc], wire: ['calc.irq = cpu1.msip'] })).toThrow("no input 'msip'");
    expect(() => made({ cpu: two, image: ['examples/firmware-tests/uart-echo/uart-echo.elf,cpu=cpu3'] })).toThrow(
      "an image is for 'cpu3', which there is not",
    );
    expect(() => made({ cpu: ['a-b=cortex-m4,clock=1MHz', 'cortex-m4'] })).toThrow(
      "'a-b' cannot be the name of a core",
    );
    expect(() => made({ cpu: ['cortex-m4,clock=16777259', 'cortex-m4,clock=16777213'] })).toThrow('no simple ratio');
  });
});

test('options of a board, and of single devices, are set by name', () => {
  const { board } = machineFrom([
    fromFlags(
      { machine: 'virt', option: ['harts=2', 'ram=256M'], set: ['calc.busyCycles=16'], remove: ['banana'] },
      '.',
    ),
  ]);
  expect(board.description.memories['dram']?.size).toBe(256 << 20);
  expect(Object.keys(board.description.devices)).not.toContain('banana');
});

test('modules of a user are types by the names of their exports; a dump names them', () => {
  const answer = ({ value = 42 }: { value?: number }) => defineDevice({ name: 'answer', size: 4, read: () => value });
  const kinds = withExports(KINDS, { answer }, 'my-devices.ts');
  const yaml =
    'board: riscv-virt\ndeviceFiles: [./my-devices.ts]\ndevices: { a: { type: answer, at: 0x500_0000, value: 43 } }\n';
  const { board, model } = machineFrom([parseYaml(yaml, 'own.yaml', '/tmp')], { kinds });
  expect(board.createMachine().bus.read(0x500_0000, 4)).toBe(43);
  expect(rawOf(model, kinds)).toMatchObject({
    deviceFiles: ['/tmp/my-devices.ts'],
    devices: { a: { type: 'answer', value: 43 } },
  });
  expect(() => fromYaml(yaml)).toThrow('device files are modules, and those are loaded asynchronously');
});
