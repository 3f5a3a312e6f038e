import { expect, test } from 'vitest';
import { machineFrom } from './index.js';
import { parseYaml } from './load-yaml.js';

/** The message for a file. */
function messageOf(yaml: string): string {
  try {
    machineFrom([parseYaml(yaml, 'machine.yaml', '.')]);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no mistake';
}

const CPU = 'cpus: { cpu0: { type: rv32, clock: 100MHz, resetVector: 0x80000000 } }';

test('everything that is wrong is said at once, each with its line and a remedy', () => {
  const message = messageOf(`machine: none
${CPU}
memory:
  ram: { at: 0x80000000, size: 1M }
  rom: { at: 0x80080000, size: 1M, kind: rom }
clocks:
  pll: { from: hsi, multiply: 9 }
devices:
  uart0: { type: ns16650, at: 0x10000000, irq: 10 }
  uart1: { type: ns16550, at: 0x10000100, irq: 200, clock: uartclk }
  calc: { type: mmio-calculator, at: 0x10000200, busyCicles: 3, irq: plic.11, wires: { irk: cpu.meip } }
parts:
  led1: { type: led, pin: PA5 }
wires:
  - uart1.irq = plik.12
`);
  expect(message).toMatchInlineSnapshot(`
    "8 mistakes in the machine:
      machine.yaml:9:12: uart0: there is no device type 'ns16650'
          did you mean 'ns16550'?
      machine.yaml:11:50: there is no option 'busyCicles'
          did you mean 'busyCycles'?
      machine.yaml:7:10: clock 'pll' is made from 'hsi', which is no clock
          there are cpu
      machine.yaml:10:43: interrupt 200 of uart1.irq is none of plic
          give 1 to 95
      machine.yaml:15:5: 'plik.12': there is no device, part or CPU 'plik'
          did you mean 'plic'?
      machine.yaml:5:10: memory 'rom' (0x80080000–0x8017ffff) and memory 'ram' (0x80000000–0x800fffff) overlap
          move one of them, or give one a higher priority
      machine.yaml:10:53: device 'uart1' has clock 'uartclk', which there is not
          there are cpu, mtime, pll
      machine.yaml:13:3: part 'led1' is on pin PA5, which the chip does not have
          this machine has no pins: add a GPIO device"
  `);
});

test('one mistake is a message like others', () => {
  expect(messageOf(`machine: none\n${CPU}\nmemroy: {}\n`)).toMatchInlineSnapshot(`
    "there is no key 'memroy'
      where: machine.yaml:3:1
      remedy: did you mean 'memory'?"
  `);
});

test.each([
  ['board: riscv-vrit', "did you mean 'riscv-virt'?"],
  ['machine: none', 'the machine has no CPU'],
  ['machine: none\ncpus: { a: { type: cortex-m5, clock: 1MHz } }', "did you mean 'cortex-m4'?"],
  ['machine: none\ncpus: { a: { type: cortex-m4 } }', 'the CPU has no clock'],
  ['machine: none\ncpus: { a: { type: cortex-m4, clock: hse } }', "has clock 'hse', which there is not"],
  [`machine: none\n${CPU}\nmemory: { ram: { at: 0x80000002, size: 4K } }`, 'no multiple of 4'],
  [`machine: none\n${CPU}\nmemory: { ram: { at: 0xfffff000, size: 64K } }`, 'beyond 4 GiB'],
  [`machine: none\n${CPU}\nmemory: { ram: { at: 0x1_0000_0000, size: 64K } }`, 'beyond 4 GiB'],
  [`machine: none\n${CPU}\nmemory: { ram: { at: 0x80000000, size: 0 } }`, '1 byte at least'],
  [`machine: none\n${CPU}\nmemory: { ram: { at: 0x80000000, size: 4G } }`, 'cannot have 4294967296 bytes'],
  [`machine: none\n${CPU}\nmemory: { ram: { at: 0x80000000 } }`, 'has no size'],
  [`machine: none\n${CPU}\nmemory: { ram: { size: 4K } }`, 'has no address'],
  [`machine: none\n${CPU}\nmemory: { ram: { at: 0x80000000, size: 4X } }`, "'4X' is no size"],
  [
    `machine: none\n${CPU}\nmemory: { ram: { at: 0x80000000, size: 4K, file: missing.bin } }`,
    'missing.bin cannot be read (ENOENT)',
  ],
  [`machine: none\n${CPU}\nmemory: { a: { at: 0, kind: alias, of: ram } }`, "shows 'ram', which there is not"],
  [`machine: none\n${CPU}\nimages: [missing.elf]`, 'missing.elf'],
  [`machine: none\n${CPU}\nmemory: { ram: { at: 0x0200_0000, size: 4K } }`, "the core's CLINT"],
  [`machine: none\n${CPU}\ndevices: { run: { type: banana-rom, at: 0 } }`, "'run' cannot be the name of a device"],
  [`machine: none\n${CPU}\ndevices: { a: { type: led, at: 0 } }`, 'it is a part'],
  [
    `machine: none\n${CPU}\ndevices: { a: { type: mmio-calculator, at: 0, irq: 5 }, b: { type: mmio-calculator, at: 0x100, irq: 5 } }`,
    'interrupt 5 is taken by a and b',
  ],
  [
    `machine: none\n${CPU}\ndevices: { a: { type: mmio-calculator, at: 0, enable: rcc.X.1 } }`,
    "no device has a wire 'rcc.X.1'",
  ],
  [`machine: none\n${CPU}\nclocks: { a: { from: b }, b: { from: a } }`, 'is made from itself'],
  [`machine: none\n${CPU}\nclocks: { a: { hertz: 1MHz, from: cpu } }`, 'both a frequency and a source'],
  [`machine: none\n${CPU}\nclocks: { a: { from: cpu, divide: 0 } }`, 'cannot divide by 0'],
  [`machine: none\n${CPU}\nboot: cortex-m`, "boot protocol 'cortex-m' does not fit"],
  [
    'board: stm32f4-discovery\nparts: { second: { type: button, pin: PA0 } }',
    "parts 'button' and 'second' both drive pin PA0",
  ],
  ['board: stm32f4-discovery\nremove: [usrt2]', "did you mean 'usart2'?"],
  ['board: stm32f4-discovery\nset: { usart2.lable: X }', "there is no option 'lable'"],
  ['board: stm32f4-discovery\nparts: { l: { type: led } }\nwires: [gpiod.17 = l.in]', "'gpiod' has no pin 17"],
  ['board: stm32f4-discovery\nparts: { l: { type: led } }\nwires: [gpiod.1 = l.out3]', "part 'l' has no pin 'out3'"],
  ['board: stm32f4-discovery\nwires: [usart1.irq = exti.line]', "no device has a wire 'exti.line'"],
  ['board: stm32f4-discovery\nwires: [usart1.irq = usart2.irq]', 'both outputs'],
  ['a: [', 'Flow'],
  ['a: 1\na: 2', 'keys must be unique'],
  ['', 'is empty'],
  ['[1]', 'the machine'],
  ['machine: &a [*a]', 'machine.yaml'],
  ['machine: 3', "'machine'"],
])('%s', (yaml, part) => {
  const message = messageOf(yaml);
  expect(message).toContain(part);
  expect(message).toMatch(/machine\.yaml|board '|where: machine/);
});

test('a wrong CPU hides no mistake of wires; what lies outside its container, and what is missing, is said', () => {
  const message = messageOf(`machine: none
cpus: { cpu0: { type: rv32, clock: 1MHz, clok: 3 } }
containers: { c: { at: 0x4000_0000, size: 0x100 } }
devices:
  v: { type: ns16550, at: 0x1000_0000, irq: plic.9999, clock: mtime }
  w: { type: ns16550, in: c, at: 0x1000 }
wires: [v.irqq = plic.2, x.y = v.irq]
`);
  for (const part of [
    "no option 'clok'",
    "'v' has no wire 'irqq'",
    "part or CPU 'x'",
    "'w' is at 0x00001000 in container",
  ])
    expect(message).toContain(part);
  expect(message).toContain('4 mistakes');
  const two = 'machine: none\ncpus: { c: { type: riscv, xlen: 32, isa: imac, modes: m, clock: 1MHz } }\n';
  expect(messageOf(two)).toContain('is missing');
});
test('two devices on one input of a core', () => {
  const calc = (name: string, at: string) =>
    `  ${name}: { type: mmio-calculator, at: ${at}, wires: { irq: cpu.meip } }\n`;
  const yaml = `machine: none\n${CPU}\ndevices:\n${calc('a', '0')}${calc('b', '0x100')}`;
  expect(messageOf(yaml)).toContain('cpu.meip has two drivers: a.irq and b.irq');
});
