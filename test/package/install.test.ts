import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Ended, folder, ROOT, run } from './workspace.js';

/** These install packages from the registry, which takes minutes: CI and \`npm run test:package\` run them. */
const wanted = process.env['FWTEST_PACKAGE'] === '1';

const EXAMPLES = join(ROOT, 'examples/firmware-tests');
const bin = (cwd: string, name: string) => join(cwd, 'node_modules/.bin', name);

function passed(ended: Ended): Ended {
  if (ended.code !== 0) throw new Error(`exit ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
  return ended;
}

const npm = (cwd: string, ...args: string[]) => passed(run(cwd, 'npm', [...args, '--no-audit', '--no-fund']));

/** The newest Node of a line, from the npm package `node`. */
function newerNode(cwd: string): string {
  return join(cwd, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

describe.skipIf(!wanted)('the package (needs FWTEST_PACKAGE=1)', () => {
  let tarball = '';

  beforeAll(() => {
    const target = folder();
    npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', target);
    tarball = join(target, readdirSync(target).find((name) => name.endsWith('.tgz'))!);
  });

  test('is small, and holds what its exports name', () => {
    expect(statSync(tarball).size).toBeLessThan(2_500_000);
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: object };
    const files = [...JSON.stringify(exports).matchAll(/"\.\/(dist[^"]+)"/g)].map((match) => match[1]!);
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test.each([
    ['an empty folder', false],
    ['a folder made by npm init -y', true],
  ])('works in %s', (_, initialised) => {
    const cwd = folder();
    if (initialised) npm(cwd, 'init', '-y');
    npm(cwd, 'install', '-D', tarball, 'vitest@4', 'typescript@5', '@types/node@20');
    mkdirSync(join(cwd, 'build'));
    copyFileSync(join(EXAMPLES, 'blinky/blinky.elf'), join(cwd, 'build/app.elf'));
    const init = run(cwd, bin(cwd, 'fwtest'), [
      'init',
      '--board',
      'stm32f4-discovery',
      '--firmware',
      'build/app.elf',
      '--ci',
      'github',
    ]);
    expect(passed(init).stdout).toContain('2 passed');
    expect(passed(run(cwd, bin(cwd, 'fwtest'), [])).stdout).toContain('2 passed');
    passed(run(cwd, bin(cwd, 'tsc'), ['--noEmit']));
    expect(passed(run(cwd, bin(cwd, 'vitest'), ['run'])).stdout).toContain('2 passed');
    expect(existsSync(join(cwd, '.github/workflows/firmware-tests.yml'))).toBe(true);
  });

  test('its types hold under strict (with skipLibCheck), and know the names on the board', () => {
    const cwd = folder({ 'package.json': '{ "type": "module" }' });
    npm(cwd, 'install', '-D', tarball, 'vitest@4', 'typescript@5', '@types/node@20');
    const options = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      skipLibCheck: true,
    };
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
    const file = (line: string) => `import { expect, firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';
const test = firmwareTest({ board: stm32f4Discovery, firmware: './app.elf' });
test('x', ({ board }) => { ${line} });
`;
    writeFileSync(join(cwd, 'x.fw.test.ts'), file("expect(board.usart2).toWriteUart('x', { within: '5ms' });"));
    passed(run(cwd, bin(cwd, 'tsc'), []));
    for (const wrong of [
      'board.usart9;',
      "board.run('5 minutes');",
      'board.usart2.CR1.EU;',
      'expect(board).toBlnk();',
    ]) {
      writeFileSync(join(cwd, 'x.fw.test.ts'), file(wrong));
      expect(run(cwd, bin(cwd, 'tsc'), []).code, wrong).not.toBe(0);
    }
  });

  test('runs the examples under vitest 5 with a newer Node', () => {
    const cwd = folder({ 'package.json': '{ "type": "module" }' });
    npm(cwd, 'install', '-D', tarball, 'vitest@5', 'node@24');
    const names = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, `${name}.fw.test.ts`)));
    for (const name of names) cpSync(join(EXAMPLES, name), join(cwd, name), { recursive: true });
    const node = newerNode(cwd);
    expect(passed(run(cwd, node, ['--version'])).stdout).toMatch(/^v24\./);
    const ended = passed(run(cwd, node, [join(cwd, 'node_modules/fwtest/bin/fwtest.js')]));
    expect(ended.stdout).toMatch(/RUN\s+v5\./);
    expect(ended.stdout).toContain(`Test Files  ${names.length} passed (${names.length})`);
    writeFileSync(join(cwd, 'vitest.config.ts'), CONFIG);
    expect(passed(run(cwd, node, [join(cwd, 'node_modules/vitest/vitest.mjs'), 'run'])).stdout).toContain(
      `Test Files  ${names.length} passed (${names.length})`,
    );
  });

  test('works in a stock CommonJS project with jest 30', () => {
    const cwd = folder({ 'package.json': '{ "private": true }', 'echo.test.js': JEST_TEST });
    npm(cwd, 'install', '-D', tarball, 'jest@30', '--legacy-peer-deps');
    copyFileSync(join(EXAMPLES, 'uart-echo/uart-echo.elf'), join(cwd, 'uart-echo.elf'));
    for (const name of ['sender', 'receiver']) {
      copyFileSync(join(EXAMPLES, `two-boards/${name}.elf`), join(cwd, `${name}.elf`));
    }
    expect(passed(run(cwd, bin(cwd, 'jest'), [])).stderr).toContain('5 passed, 5 total');
  });
});

const CONFIG = `import { fwtest } from 'fwtest/vitest';
import { defineConfig } from 'vitest/config';
export default defineConfig({ plugins: [fwtest()] });
`;

const JEST_TEST = `const { firmwareTest, systemTest, uartWire, at } = require('fwtest/jest');
const { stm32f4Discovery } = require('fwtest/boards');
const { mmioCalculator } = require('fwtest/devices');

const fwTest = firmwareTest({
  board: stm32f4Discovery.with({ calc: at(0x60000000, mmioCalculator({ busyCycles: 16 })) }),
  firmware: './uart-echo.elf',
  bootedTo: (board) => board.usart2.waitFor(/ready\\r\\n/, { within: '10ms' }),
});

fwTest('echoes', ({ board }) => {
  board.usart2.type('hello\\n');
  expect(board.usart2).toWriteUart('hello\\r\\n', { within: '5ms' });
  expect(board.usart2).not.toHaveWrittenUart('bye');
});
fwTest.fromReset('begins at reset', ({ board }) => expect(board.time).toBe(0));
fwTest('computes', ({ mmioCalc }) => expect(mmioCalc(10, '*', 5)).toBe(50));
const bothTest = systemTest({
  boards: {
    sender: { board: stm32f4Discovery, firmware: './sender.elf' },
    receiver: { board: stm32f4Discovery, firmware: './receiver.elf' },
  },
  wires: [uartWire('sender.usart2', 'receiver.usart2')],
  bootedTo: (system) => system.run('2ms'),
});
bothTest('joins two boards', ({ boards }) => {
  boards.sender.button.press();
  expect(boards.receiver.pin('PD15')).toGoHigh({ within: '5ms' });
});
test('says what a matcher wants', () => expect(() => expect(1).toBeHigh()).toThrow('wants a pin'));
`;
