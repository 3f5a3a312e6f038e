import { expect, test } from 'vitest';
import { UsageError } from '../emu/errors.js';
import { fromFlags, type MachineFlags } from './flags.js';
import { machineFrom } from './index.js';
import { parseYaml } from './load-yaml.js';

/** Broken and hostile descriptions: a board, or a message and exit code 2; nothing else, and soon. */

/** All of them once before a release: FWTEST_HOSTILE=1. */
const ROUNDS = process.env['FWTEST_HOSTILE'] ? 100_000 : process.env['FWTEST_LONG'] ? 10_000 : 500;

/** A generator of its own, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const FILE = `machine: none
name: m
cpus: { cpu0: { type: rv32, clock: core, resetVector: 0x8000_0000, count: 2 } }
clocks: { xtal: 12MHz, core: { from: xtal, multiply: 25, divide: 3 }, u: { from: core, gate: a.irq } }
containers: { soc: { at: 0x4000_0000, size: 64K } }
memory:
  ram: { at: 0x8000_0000, size: 64K, fill: 0x5a }
  low: { kind: alias, of: ram, offset: 4K, size: 4K, at: 0 }
  bg: { in: soc, at: 0, size: 64K, kind: rom, contents: AAAA }
devices:
  uart0: { type: ns16550, in: soc, at: 0x100, priority: 1, irq: plic.10, clock: u, lineControl: 3 }
  a: { type: mmio-calculator, at: 0x1000_0000, irq: [3, 4], wires: { irq: cpu.hart1.msip } }
  gpioa: { type: stm32-gpio, at: 0x5000_0000 }
parts: { l: { type: led }, k: { type: keypad, rows: [PA1, PA2], columns: [PA3], keys: "12" } }
wires: [gpioa.5 = l.in, PA6 = PA7]
absent: { X: { at: 0x6000_0000, size: 4K } }
pinNames: { D1: PA9 }
boot: elf-entry
`;

const SPICE = [
  '[',
  '{',
  ']',
  '}',
  ':',
  '&a ',
  '*a',
  '!!binary ',
  '|',
  '>',
  '? ',
  '- ',
  '\n',
  '  ',
  '\t',
  '\0',
  '"',
  "'",
  '<<: *a',
  '0x1_0000_0000',
  '-1',
  '1e999',
  '99999999999999999999',
  '4G',
  '.nan',
  'null',
  '__proto__',
  'constructor',
  'toString',
  'prototype: 1',
  '💥',
  'a'.repeat(300),
  '['.repeat(200),
];

function mutated(text: string, pick: (below: number) => number): string {
  let result = text;
  for (let edits = 1 + pick(4); edits > 0; edits--) {
    const at = pick(result.length);
    const end = at + pick(12);
    const kind = pick(5);
    const spice = SPICE[pick(SPICE.length)]!;
    if (kind === 0) result = result.slice(0, at) + result.slice(end);
    else if (kind === 1) result = result.slice(0, at) + spice + result.slice(at);
    else if (kind === 2) result = result.slice(0, at) + spice + result.slice(end);
    else if (kind === 3) result = result.slice(0, end) + result.slice(at);
    else result = result.slice(0, at) + String.fromCharCode(pick(128)) + result.slice(at + 1);
  }
  return result;
}

/** Undefined if it is a board; the error that it ends with otherwise. */
function outcome(make: () => unknown): unknown {
  try {
    make();
    return undefined;
  } catch (error) {
    return error;
  }
}

function check(error: unknown, what: string, started: number): void {
  if (error !== undefined && !(error instanceof UsageError))
    throw new Error(`${what}\n${String((error as Error).stack)}`);
  if (error instanceof UsageError) expect(error.message.length, what).toBeLessThan(30_000);
  expect(performance.now() - started, what).toBeLessThan(5_000);
}

test(`the file itself is a machine, and ${ROUNDS} mutants are one or are refused`, () => {
  expect(outcome(() => machineFrom([parseYaml(FILE, 'machine.yaml', '.')]))).toBeUndefined();
  const pick = random(1);
  for (let round = 0; round < ROUNDS; round++) {
    const text = mutated(FILE, pick);
    const started = performance.now();
    check(
      outcome(() => machineFrom([parseYaml(text, 'machine.yaml', '.')])),
      text,
      started,
    );
  }
}, 3_600_000);

const FLAGS = {
  machine: ['none'],
  cpu: ['rv32,clock=core,resetVector=0x80000000'],
  clock: ['xtal=12MHz', 'core=xtal*25/3', 'u=from=core,gate=a.irq'],
  memory: ['ram@0x80000000:64K,fill=0x5a', 'bg@0:64K:rom,in=soc'],
  alias: ['low@0:4K=ram+0x1000'],
  container: ['soc@0x40000000:64K'],
  device: [
    'uart0=ns16550@0x100,in=soc,priority=1,irq=plic.10',
    'a=mmio-calculator@0x10000000,irq=3+4,wires.irq=cpu.hart0.msip',
  ],
  part: ['k=keypad,rows=PA1+PA2,columns=PA3,keys=12'],
  wire: ['PA6 = PA7'],
  window: ['w@0x1000:4K,select=a.irq,shows=ram+none'],
  bitBand: ['0x22000000:1K=0x80000000'],
  set: ['a.busyCycles=3'],
} as const;

test(`mutants of flags are refused with the flag`, () => {
  const pick = random(2);
  const names = Object.keys(FLAGS) as (keyof typeof FLAGS)[];
  for (let round = 0; round < ROUNDS; round++) {
    const chosen = names[pick(names.length)]!;
    const flags = Object.fromEntries(
      names.map((name) => [name, name === chosen ? FLAGS[name].map((text) => mutated(text, pick)) : FLAGS[name]]),
    );
    const all = { ...flags, machine: flags['machine']![0] } as MachineFlags;
    const started = performance.now();
    check(
      outcome(() => machineFrom([fromFlags(all, '.')])),
      JSON.stringify(all[chosen]),
      started,
    );
  }
}, 3_600_000);
