import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { RegisterCell } from '../../src/emu/register-file.js';
import { fromSvd } from '../../src/machine-file/imported.js';
import { machineFrom } from '../../src/machine-file/index.js';
import { AccessLog } from '../../src/machine-file/svd/access-log.js';
import { createStation, type Station } from '../../src/runner/station.js';
import { codeBlocks } from '../package/markdown.js';

/** Firmware runs on chips of SVD files, as far as stubs let it. */

const folder = mkdtempSync(join(tmpdir(), 'svd-'));
afterAll(() => rmSync(folder, { recursive: true }));

const root = new URL('../../', import.meta.url);
const example = (path: string) => fileURLToPath(new URL(`examples/firmware-tests/${path}`, root));

/** The chip of docs/svd.md: a clock controller and a port, with more peripherals put in. */
function chipFile(more = ''): string {
  const page = readFileSync(new URL('docs/svd.md', root), 'utf8');
  const text = codeBlocks(page).find(({ notes }) => notes.get('file') === 'chip.svd')!.text;
  const path = join(folder, `chip${more.length}.svd`);
  writeFileSync(path, text.replace('</peripherals>', `${more}</peripherals>`));
  return path;
}

const MEMORY = {
  flash: { kind: 'flash', at: 0x800_0000, size: '1M' },
  ram: { at: 0x2000_0000, size: '128K' },
} as const;

function stationOf(svd: string, image: string): Station {
  const flags = { raw: { memory: MEMORY }, where: () => 'flags', folder };
  const { board } = machineFrom([fromSvd(svd, { hasCpu: false, memory: MEMORY }), flags]);
  return createStation(board, example(image), { hostTimeout: 60_000 });
}

/** Runs with a log; gives its lines and its summary. */
function logged(station: Station, span: '5ms' | '10ms') {
  const lines: string[] = [];
  const locate = (pc: number) => station.bench.locator.describe(pc);
  const log = new AccessLog(station.machine, { locate, trace: (line) => lines.push(line) });
  station.bench.run(span);
  log.close();
  return { lines, summary: log.summary() };
}

describe('stubs alone', () => {
  const station = stationOf(chipFile(), 'blinky/blinky.elf');
  const { lines, summary } = logged(station, '5ms');

  test('keep what firmware writes', () => {
    const { MODER } = station.machine.handle('gpiod') as { MODER: RegisterCell };
    expect(MODER.value).toBe(0x5500_0000);
  });

  test('tell every access with its fields and its line', () => {
    expect(lines.slice(0, 3)).toEqual([
      'RCC.AHB1ENR → 0x0  at 0x080001e4 main+0x4 (stm32f407.h:33)',
      'RCC.AHB1ENR ← 0x8 {GPIODEN}  at 0x080001ee main+0xe (stm32f407.h:33)',
      'RCC.AHB1ENR → 0x8 {GPIODEN}  at 0x080001f2 main+0x12 (stm32f407.h:34)',
    ]);
  });

  test('are summed up, the most used first', () => {
    expect(summary).toEqual([
      'stubs that the firmware used, most used first:',
      '  GPIOD                    4 reads        20 writes  MODER BSRR',
      '  RCC                      2 reads         1 writes  AHB1ENR',
    ]);
  });

  test('are reported once each', () => {
    expect(station.machine.guestErrors.map(({ what }) => what)).toEqual([
      'RCC is used (RCC.AHB1ENR), but it is not modelled',
      'GPIOD is used (GPIOD.MODER), but it is not modelled',
    ]);
  });

  test('are saved and restored', () => {
    const { machine, bench } = station;
    const saved = machine.snapshot();
    bench.run('5ms');
    const hash = machine.hash();
    machine.restore(saved);
    bench.run('5ms');
    expect(machine.hash()).toBe(hash);
  });
});

const peripheral = (name: string, base: string, registers: readonly (readonly [string, number])[]) =>
  `<peripheral><name>${name}</name><baseAddress>${base}</baseAddress>
   <addressBlock><offset>0</offset><size>0x400</size><usage>registers</usage></addressBlock><registers>${registers
     .map(([own, offset]) => `<register><name>${own}</name><addressOffset>${offset}</addressOffset></register>`)
     .join('')}</registers></peripheral>`;

test('a poll that never ends is named with its line', () => {
  const ports = peripheral('GPIOA', '0x40020000', [
    ['MODER', 0],
    ['AFRL', 0x20],
  ]); // prettier-ignore
  const usart = peripheral('USART2', '0x40004400', [
    ['SR', 0],
    ['DR', 4],
    ['BRR', 8],
    ['CR1', 12],
  ]); // prettier-ignore
  const station = stationOf(
    chipFile(`${ports}${usart}${peripheral('SYSCFG', '0x40013800', [])}${peripheral('EXTI', '0x40013C00', [])}`),
    'button/button.elf',
  );
  const { summary } = logged(station, '10ms');
  const at = summary.indexOf('polls that never end, so these blocks need a model next:');
  expect(summary[at + 1]).toMatch(
    /^ {2}USART2\.SR was 0x0 \d{5,} times in a row at 0x[0-9a-f]+ console_put\+0x2 \(console\.c:20\)$/,
  );
});

const path = process.env['FWTEST_SVD'];
const why = path === undefined ? " (skipped: set FWTEST_SVD to the path of ST's STM32F407.svd)" : '';

test.skipIf(path === undefined)(`ST's STM32F407.svd runs the examples on models${why}`, () => {
  for (const image of ['uart-echo/uart-echo.elf', 'button/button.elf', 'calculator/calculator-stm32f407.elf']) {
    const station = stationOf(path!, image);
    station.bench.run('20ms');
    expect((station.machine.handle('usart2') as { text: string }).text, image).toBe('ready\r\n');
  }
});
