import { describe, expect, test } from 'vitest';
import { UsageError } from '../../emu/errors.js';
import { boardNamed } from '../boards.js';
import { importSvd, requireMemory, type SvdOptions, svdReport } from './import-svd.js';
import { readSvd, readSvdFile } from './read-svd.js';
import { TEST_CHIP } from './test-chip.js';

const chip = (source = TEST_CHIP) => readSvd(new TextEncoder().encode(source), '/chips/acm4100.svd');
const WITHOUT: SvdOptions = { boardNamed: () => undefined };
const WITH: SvdOptions = { boardNamed: (name) => boardNamed(name, {}) };

function refused(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { what, where, remedy } = error.problem;
    return `${where}: ${what} (${remedy})`;
  }
  return 'accepted';
}

describe('a chip that nobody has modelled', () => {
  const imported = importSvd(chip(), WITHOUT);

  test('has its processor, and a stub for each peripheral but the core’s own', () => {
    expect(imported.raw).toEqual({
      machine: 'none',
      name: 'ACM4100',
      cpus: { cpu: { type: 'cortex-m4', irqs: 8, priorityBits: 3, clock: 16e6 } },
      bitBands: expect.any(Array),
      devices: {
        pwm: { type: 'svd-stub', at: 0x4000_0000, file: '/chips/acm4100.svd', peripheral: 'PWM' },
        pwm2: { type: 'svd-stub', at: 0x4000_1000, file: '/chips/acm4100.svd', peripheral: 'PWM2' },
        port1: { type: 'svd-stub', at: 0x4000_2000, file: '/chips/acm4100.svd', peripheral: 'PORT1', size: 0x100 },
        port2: { type: 'svd-stub', at: 0x4000_2100, file: '/chips/acm4100.svd', peripheral: 'PORT2' },
      },
    });
    expect(imported.where('devices', 'pwm2', 'at')).toBe('/chips/acm4100.svd:65:5');
  });

  test('says so', () => {
    expect(svdReport(imported)).toMatchInlineSnapshot(`
      [
        "SVD files have no clocks: the CPU runs at 16 MHz (--set cpu.clock=…)",
        "4 peripherals are stubs of registers: PWM, PWM2, PORT1, PORT2",
      ]
    `);
  });

  test('has no memories, which is an error with what to type', () => {
    expect(refused(() => requireMemory(chip(), undefined))).toMatchInlineSnapshot(
      `"/chips/acm4100.svd: SVD files have no memories, so ACM4100 has neither flash nor RAM (give what the data sheet says, for example --memory flash@0x08000000:1M:flash --memory ram@0x20000000:128K)"`,
    );
    expect(refused(() => requireMemory(chip(), { flash: {} }))).toBe('accepted');
  });

  test('with another processor needs to be told which one', () => {
    const other = chip(TEST_CHIP.replace('<name>CM4</name>', '<name>CM7</name>'));
    expect(refused(() => importSvd(other, WITHOUT))).toMatchInlineSnapshot(
      `"/chips/acm4100.svd:5:3: there is no model of the processor 'CM7' (say which one stands for it: --cpu cortex-m4,clock=16MHz, or a RISC-V one (\`fwtest cpus\` lists them))"`,
    );
    expect(importSvd(other, { ...WITHOUT, hasCpu: true }).raw.cpus).toBeUndefined();
    const none = chip(TEST_CHIP.replace(/<cpu>.*<\/cpu>/, ''));
    expect(refused(() => importSvd(none, WITHOUT))).toContain('does not say which processor');
  });

  test('has one stub for two peripherals at one place', () => {
    const twice = TEST_CHIP.replace('<baseAddress>0x40001000<', '<baseAddress>0x40000000<');
    const { raw } = importSvd(chip(twice), WITHOUT);
    expect(raw.devices?.['pwm']).toMatchObject({ peripheral: 'PWM', also: ['PWM2'] });
    expect(raw.devices?.['pwm2']).toBeUndefined();
  });
});

describe('models of the project', () => {
  /** A chip of ST's with one block, the RNG of the F407 or something like it. */
  const st = (registers: readonly (readonly [name: string, offset: number])[], base = 0x5006_0800) =>
    chip(`<device><vendor>STMicroelectronics</vendor><name>STM32X</name><cpu><name>CM4</name></cpu><peripherals>
      <peripheral><name>RNG</name><baseAddress>${base}</baseAddress><interrupt><name>RNG</name><value>80</value></interrupt>
      <registers>${registers.map(([name, offset]) => `<register><name>${name}</name><addressOffset>${offset}</addressOffset></register>`).join('')}
      </registers></peripheral></peripherals></device>`);
  const RNG = [
    ['CR', 0],
    ['SR', 4],
    ['DR', 8],
  ] as const; // prettier-ignore

  test('stand for blocks of the same registers', () => {
    const { raw, modelled, stubs } = importSvd(st(RNG), WITH);
    expect(raw.devices).toEqual({ rng: { type: 'stm32f4-rng', at: 0x5006_0800, irq: 80 } });
    expect([modelled, stubs]).toEqual([['RNG (stm32f4-rng)'], []]);
  });

  test('stand for them at another address, with the interrupt of the file', () => {
    const { raw } = importSvd(st(RNG, 0x4002_5000), WITH);
    expect(raw.devices).toEqual({ rng: { type: 'stm32f4-rng', at: 0x4002_5000, irq: 80 } });
  });

  test('do not stand for those with other registers, or more of them', () => {
    expect(
      importSvd(
        st([
          ['CR', 0],
          ['ISR', 4],
          ['DR', 8],
        ]),
        WITH,
      ).modelled,
    ).toEqual([]); // prettier-ignore
    expect(importSvd(st([...RNG, ['HTCR', 16]]), WITH).modelled).toEqual([]);
  });
});

const path = process.env['FWTEST_SVD'];
const why = path === undefined ? " (skipped: set FWTEST_SVD to the path of ST's STM32F407.svd)" : '';

test.skipIf(path === undefined)(`ST's STM32F407 is nearly all models${why}`, () => {
  const { modelled, stubs, raw } = importSvd(readSvdFile(path!), WITH);
  expect(modelled.length).toBeGreaterThan(60);
  expect(modelled).toEqual(expect.arrayContaining(['USART2 (stm32-usart)', 'RCC (stm32f4-rcc)', 'UART7 (stm32-uart)']));
  expect(stubs).toEqual(expect.arrayContaining(['LTDC', 'SAI1', 'FLASH']));
  expect(raw.devices?.['usart2']).toMatchObject({ irq: 38, clock: 'apb1', enable: 'rcc.APB1ENR.17' });
});
