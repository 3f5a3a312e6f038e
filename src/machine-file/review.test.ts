import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { CfiFlash } from '../emu/devices/riscv/cfi-flash.js';
import { yamlOf } from './dump.js';
import { fromFlags } from './flags.js';
import { machineFrom } from './index.js';
import { parseYaml } from './load-yaml.js';
import { rawOf } from './to-raw.js';

const CPU = 'machine: none\ncpus: { cpu0: { type: rv32, clock: 100MHz, resetVector: 0x80000000 } }\n';

function messageOf(yaml: string): string {
  try {
    machineFrom([parseYaml(CPU + yaml, 'm.yaml', '.')]);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no mistake';
}

test('what is filled takes memory at once: 256 MiB at most, one by one and together', () => {
  const before = process.memoryUsage().rss;
  expect(messageOf('memory: { ram: { at: 0x80000000, size: 1G, fill: 0x5a } }')).toContain(
    "memory 'ram' has 1G, too much to be filled with 0x5a",
  );
  const two = 'memory: { a: { at: 0x40000000, size: 200M, kind: flash }, b: { at: 0x80000000, size: 200M, fill: 1 } }';
  expect(messageOf(two)).toContain('400M of memories are filled');
  expect(messageOf('memory: { ram: { at: 0x80000000, size: 1G, fill: 0 } }')).toBe('no mistake');
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
});

test('containers that lie in each other are a mistake', () => {
  const ram = 'memory: { ram: { at: 0, size: 4K, in: a } }';
  expect(messageOf(`containers: { a: { at: 0, in: b }, b: { at: 0, in: a } }\n${ram}`)).toContain(
    "container 'a' lies in itself: a in b in a",
  );
  expect(messageOf(`containers: { a: { at: 0, in: a } }\n${ram}`)).toContain('a in a');
});

test('a clock is never said to mean itself', () => {
  expect(messageOf('clocks: { a: { from: b } }')).not.toContain("mean 'a'");
});

test('mistakes of wires stand where the wire is', () => {
  const devices = 'devices:\n  u: { type: ns16550, at: 0x10000000 }\n  v: { type: ns16550, at: 0x10000100 }\n';
  expect(messageOf(`${devices}wires:\n  - u.irk = plic.3`)).toContain('m.yaml:7:5');
  expect(messageOf(`${devices}wires:\n  - u.irq = v.irq`)).toContain('m.yaml:7:5');
  expect(messageOf(`${devices}wires:\n  - u.irq = plic.3\n  - v.irq = plic.3`)).toContain('m.yaml:8:5');
});

test('flags and a file that say the same are dumped as the same text', () => {
  const flags = fromFlags(
    {
      machine: 'none',
      cpu: ['rv32,clock=100MHz'],
      memory: ['ram@0x80000000:1M:rwx'],
      device: ['uart0=ns16550@0x10000000,irq=10', 'c=mmio-calculator@0x10001000,irq.irq=11'],
    },
    '.',
  );
  const file = `machine: none
cpus: { cpu0: { type: rv32, clock: 100MHz } }
memory: { ram: { at: 0x80000000, size: 1M } }
devices: { uart0: { type: ns16550, at: 0x10000000, irq: 10 }, c: { type: mmio-calculator, at: 0x10001000, irq: { irq: 11 } } }
`;
  const [a, b] = [flags, parseYaml(file, 'm.yaml', '.')].map((one) => yamlOf(rawOf(machineFrom([one]).model)));
  expect(a).toBe(b);
});

test('an unknown key hides no other mistake, and what is wrong itself is not said to be missing', () => {
  expect(
    messageOf(`colour: red
devices:
  u: { type: ns16550, at: blue }
  v: { type: ns16650, at: 0x10000100, irq: u.irq }
wires: [3, u.irq = plic.3, v.irq = plik.3]
memory: { ram: { at: 0x80000002, size: 4K } }
`),
  ).toMatchInlineSnapshot(`
    "6 mistakes in the machine:
      m.yaml:5:23: 'devices.u.at' is wrong: 'blue' is no address
      m.yaml:7:9: 'wires.0' is wrong: expected string, received number
      m.yaml:3:1: there is no key 'colour'
      m.yaml:6:8: v: there is no device type 'ns16650'
          did you mean 'ns16550'?
      m.yaml:7:28: 'plik.3': there is no device, part or CPU 'plik'
          did you mean 'plic'?
      m.yaml:8:18: memory 'ram' is at 0x80000002, which is no multiple of 4
          move it"
  `);
});

test('too many devices, parts or memories are refused before anything is made', () => {
  const many = (group: string, one: string, count: number) =>
    `${group}:\n${Array.from({ length: count }, (_, i) => `  n${i}: ${one.replace('#', String(0x1000_0000 + i * 0x100))}\n`).join('')}`;
  expect(messageOf(many('devices', '{ type: ns16550, at: # }', 20_000))).toContain('has 20000 devices, more than 512');
  expect(messageOf(many('parts', '{ type: led, pin: PA1 }', 513))).toContain('has 513 parts');
  expect(messageOf(many('memory', '{ at: #, size: 256 }', 513))).toContain('has 513 memories');
  expect(messageOf(many('devices', '{ type: ns16550, at: # }', 512))).toBe('no mistake');
});

test('what is in the flashes of a board is said by pflash, and by nobody else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pflash-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'code.fd'), Uint8Array.of(1, 2, 3, 4));
  const make = (board: string, pflash: readonly string[]) =>
    machineFrom([fromFlags({ machine: board, pflash }, folder)]).board.createMachine({});
  const machine = make('virt64', ['none', 'code.fd']);
  const contents = ['flash0', 'flash1'].map((name) => [...(machine.handle(name) as CfiFlash).contents(0, 5)]);
  expect(contents).toEqual([
    [0xff, 0xff, 0xff, 0xff, 0xff],
    [1, 2, 3, 4, 0xff],
  ]);
  expect(() => make('virt64', ['none', 'none', 'code.fd'])).toThrow('two flashes');
  expect(() => make('spike', ['code.fd'])).toThrow('no such flash');
  expect(() => make('sifive-e', ['code.fd'])).toThrow('does not say what takes a pflash');
});
