import { expect, test } from 'vitest';
import { boardFacts, cpuFacts } from './board-facts.js';
import { boards, cpus, devices } from './catalogue.js';

const factsOf = (name: string) => boardFacts(boards().find(({ definition }) => definition.name === name)!);

test('every board has a name to import it by, CPUs, memory and devices', () => {
  const all = boards().map(boardFacts);
  expect(all.map(({ name }) => name).sort()).toEqual([
    'microchip-icicle-kit',
    'param',
    'riscv-virt',
    'riscv-virt64',
    'shakti-c',
    'sifive-e',
    'sifive-u',
    'spike',
    'spike32',
    'stm32f4-discovery',
  ]);
  for (const one of all) {
    expect(one.import, one.name).not.toBe('');
    expect(one.cpus.length, one.name).toBeGreaterThan(0);
    expect(one.memory.length, one.name).toBeGreaterThan(0);
    expect(one.devices.length, one.name).toBeGreaterThan(0);
    for (const cpu of one.cpus) expect(cpu.clock, one.name).toBeGreaterThan(0);
  }
});

test('the facts of HiFive1', () => {
  const { aliases, cpus: cores, memory, devices: blocks, parts } = factsOf('sifive-e');
  expect(aliases).toContain('sifive_e');
  expect(cores).toEqual([{ name: 'sifive-e31', isa: 'rv32imac', harts: 1, clock: 13_800_000 }]);
  expect(memory).toContainEqual({ name: 'dtim', address: 0x8000_0000, size: 0x4000, kind: 'ram' });
  expect(blocks).toContainEqual({
    name: 'uart0',
    type: 'sifive-uart',
    address: 0x1001_3000,
    irq: 3,
    state: 'modelled',
  });
  expect(blocks).toContainEqual({
    name: 'plic',
    type: 'PLIC',
    address: 0xc00_0000,
    irq: null,
    state: 'beside the core',
  });
  expect(parts).toContainEqual({ name: 'green', kind: 'led' });
});

test('a monitor core is a CPU of its own', () => {
  const { definition } = boards().find((one) => one.definition.name === 'microchip-icicle-kit')!;
  expect(cpuFacts(definition).map(({ name, isa, harts }) => [name, isa, harts])).toEqual([
    ['sifive-e51', 'rv64imac', 1],
    ['sifive-u54', 'rv64imafdc', 4],
  ]);
});

test('processors with the chips that have them, and those of no chip', () => {
  expect(cpus()).toContainEqual(expect.objectContaining({ name: 'cortex-m4', isa: 'armv7e-m', chips: ['stm32f407'] }));
  expect(cpus()).toContainEqual(expect.objectContaining({ isa: 'rv64imac', chips: ['mpfs250t', 'fu540-c000'] }));
  expect(cpus()).toContainEqual(expect.objectContaining({ name: 'sifive-u54', chips: ['mpfs250t', 'fu540-c000'] }));
  expect(cpus()).toContainEqual(expect.objectContaining({ name: 'rv64imac', chips: [] }));
  expect(cpus().find(({ name }) => name === 'rv64gc')?.chips.length).toBeGreaterThan(0);
});

test('devices by chip, modelled or named only', () => {
  const all = devices();
  expect(all).toContainEqual(expect.objectContaining({ name: 'sifive-pwm', instances: 'pwm0 pwm1 pwm2' }));
  expect(all).toContainEqual(
    expect.objectContaining({ name: 'platform DMA', state: 'named only', where: 'chip fu540-c000' }),
  );
});
