import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, fwtest, linkedFolder, ROOT, run } from './workspace.js';

const elf = (name: string) => join(ROOT, 'examples/firmware-tests', name);
const BIN = join(ROOT, 'bin/fwtest.js');

/** Boots with something to read, as from a pipe. */
function boot(input: string, ...args: string[]) {
  return run(folder(), process.execPath, [BIN, 'boot', ...args], {}, input);
}

describe('fwtest boot', () => {
  test('connects the console with the terminal, and ends with --for', () => {
    const { code, stdout } = boot(
      'hello\n',
      elf('uart-echo/uart-echo.elf'),
      '-b',
      'stm32f4-discovery',
      '--for',
      '100ms',
    );
    expect(stdout).toBe('ready\r\nhello\r\n');
    expect(code).toBe(0);
  });

  test('ends when the text came, at the byte', () => {
    const { code, stdout } = boot('', elf('uart-echo/uart-echo.elf'), '-b', 'stm32f4-discovery', '--until', 'read');
    expect(stdout).toBe('read');
    expect(code).toBe(0);
  });

  test('fails when the text did not come, or the firmware ended before', () => {
    const late = boot('', elf('uart-echo/uart-echo.elf'), '-b', 'stm32f4-discovery', '--until', 'bye', '--for', '50ms');
    expect(late.stderr).toContain('"bye" did not come within 50ms of machine time');
    expect(late.code).toBe(1);
    const ended = boot('', elf('hello/hello.elf'), '-b', 'riscv-virt', '--until', 'bye');
    expect(ended.stderr).toContain('the firmware ended with exit code 0 before it wrote the text');
    expect(ended.code).toBe(1);
  });

  test('ends with the firmware', () => {
    const { code, stdout } = boot('', elf('hello/hello.elf'), '--board', 'riscv-virt');
    expect(stdout).toBe('hello from rv32\n');
    expect(code).toBe(0);
    const failed = boot('', elf('semihosting/semihosting.elf'), '-b', 'stm32f4-discovery');
    expect(failed.stdout).toContain('error: cannot open input.txt');
    expect(failed.stderr).toContain('the firmware ended with exit code 2');
    expect(failed.code).toBe(1);
  });

  test('fails after a fault, and lets the firmware say what it has to say', () => {
    const { code, stdout, stderr } = boot('d', elf('fault/fault.elf'), '-b', 'stm32f4-discovery');
    expect(stdout).toContain('HardFault CFSR=0x02000000');
    expect(stderr).toMatch(
      /the firmware faulted: HardFault \(from UsageFault\) at 0x0800[0-9a-f]{4} .*\(fault\.c:\d+\)/,
    );
    expect(code).toBe(1);
  });

  test('says how it went with --stats', () => {
    const { stderr } = boot('', elf('blinky/blinky.elf'), '-b', 'stm32f4-discovery', '--for', '1s', '--stats');
    expect(stderr).toMatch(
      /machine time +1 s\nCPU cycles +16,000,\d{3} at 16 MHz\ninstructions +[\d,]+\nhost time +[\d.]+ m?s\n/,
    );
    expect(stderr).toMatch(/at +pc 0x0800[0-9a-f]{4} .*\nfaults +0\nguest errors +0\n/);
  });

  test('takes the statistics at the end of the firmware, not of the run', () => {
    const { stderr } = boot('', elf('hello/hello.elf'), '-b', 'riscv-virt', '--stats');
    // 16 characters of 10 bits at 115,200 baud are 1.39 ms; the last two may still be on their way.
    const [, ms] = /^machine time +([\d.]+) ms$/m.exec(stderr)!;
    expect(Number(ms)).toBeGreaterThan(1);
    expect(Number(ms)).toBeLessThan(1.5);
    expect(stderr).toMatch(/^at +pc 0x8000[0-9a-f]{4} .*, ended with exit code 0$/m);
  });

  test('a firmware that failed fails the command, also when --for ends it before its last words', () => {
    const { code, stderr } = boot(
      '',
      elf('semihosting/semihosting.elf'),
      '-b',
      'stm32f4-discovery',
      '--for',
      '10ms',
      '--stats',
    );
    expect(stderr).toMatch(/the firmware ended with exit code 2\nmachine time/);
    expect(code).toBe(1);
  });

  test('its own lines begin below the text, and it says that nothing limits it', () => {
    const { stderr } = boot(
      '',
      elf('uart-echo/uart-echo.elf'),
      '-b',
      'stm32f4-discovery',
      '--until',
      'read',
      '--stats',
    );
    expect(stderr).toMatch(/^fwtest: --until without --for: this runs without limit .*\n\nmachine time/);
  });

  test.each([
    ['no such file', ['x.elf', '-b', 'stm32f4-discovery'], 'the firmware file does not exist'],
    ['an image for another machine', [elf('hello/hello.elf'), '-b', 'stm32f4-discovery'], 'is a RISC-V program'],
    ['no such board', [elf('hello/hello.elf'), '-b', 'stm32f4-discvery'], "did you mean 'stm32f4-discovery'?"],
    ['no board', [elf('hello/hello.elf')], "the option '-b, --board <name>' is missing"],
    ['no such file and no board', ['x.elf'], 'the firmware file does not exist'],
    ['no board and an unknown option', [elf('hello/hello.elf'), '--stat'], 'Did you mean --stats?'],
    ['nothing', [], "the option '-b, --board <name>' is missing"],
    ['no duration', [elf('hello/hello.elf'), '-b', 'riscv-virt', '--for', '2'], '"2" is not a duration'],
    ['an unknown option', [elf('hello/hello.elf'), '-b', 'riscv-virt', '--stat'], 'Did you mean --stats?'],
  ])('%s is a usage error', (_, args, text) => {
    const { code, stderr } = boot('', ...args);
    expect(stderr).toContain(text);
    expect(code).toBe(2);
  });
});

describe('lists', () => {
  test('boards, as a table and for programs', () => {
    expect(fwtest(folder(), 'boards').stdout).toMatch(
      /^name +import +chip +cpu +parts\n.*stm32f4-discovery +stm32f4Discovery/s,
    );
    const rows = JSON.parse(fwtest(folder(), 'boards', '--json').stdout) as { name: string; cpu: string }[];
    expect(rows).toContainEqual(expect.objectContaining({ name: 'riscv-virt', import: 'riscvVirt' }));
  });

  test('devices and cpus', () => {
    expect(fwtest(folder(), 'devices').stdout).toMatch(/^mmioCalculator +modelled +fwtest\/devices/m);
    expect(fwtest(folder(), 'devices').stdout).toMatch(
      /^stm32-usart +modelled +chip stm32f407 +usart1 usart2 usart3 usart6$/m,
    );
    const rows = JSON.parse(fwtest(folder(), 'devices', '--json').stdout) as { instances: string; state: string }[];
    expect(rows).toContainEqual(expect.objectContaining({ instances: 'dcmi', state: 'named only' }));
    expect(fwtest(folder(), 'cpus').stdout).toMatch(/^cortex-m4 +armv7e-m +stm32f407$/m);
  });
});

describe('help', () => {
  test('of a command, and of none', () => {
    expect(fwtest(folder(), 'help', 'boot')).toMatchObject({ code: 0, stdout: expect.stringContaining('--until') });
    expect(fwtest(folder(), 'help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Commands:') });
    const { code, stderr } = fwtest(folder(), 'help', 'bords');
    expect(stderr).toContain("unknown command 'bords'");
    expect(stderr).toContain('did you mean `fwtest boards`?');
    expect(code).toBe(2);
  });
});

describe('fwtest init', () => {
  function project() {
    const cwd = linkedFolder();
    mkdirSync(join(cwd, 'build'));
    copyFileSync(elf('blinky/blinky.elf'), join(cwd, 'build/app.elf'));
    return cwd;
  }
  const flags = ['--board', 'stm32f4-discovery', '--firmware', 'build/app.elf'];

  test('writes a first test that passes', () => {
    const cwd = project();
    const { code, stdout } = fwtest(cwd, 'init', ...flags);
    expect(stdout).toContain('2 passed');
    expect(code).toBe(0);
    expect(readFileSync(join(cwd, 'firmware.fw.test.ts'), 'utf8')).toContain("firmware: './build/app.elf'");
    expect(run(cwd, process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run']).stdout).toContain(
      '2 passed',
    );
  });

  test('overwrites nothing', () => {
    const cwd = project();
    fwtest(cwd, 'init', ...flags, '--ci', 'gitlab');
    const again = fwtest(cwd, 'init', ...flags);
    expect(again.stderr).toContain('firmware.fw.test.ts exists');
    expect(again.code).toBe(2);
    expect(existsSync(join(cwd, '.gitlab-ci.yml'))).toBe(true);
  });

  test('writes a pipeline alone where there are tests already, and keeps the rest', () => {
    const cwd = linkedFolder({ 'tests/mine.fw.test.ts': '// mine', 'vitest.config.ts': '// mine as well' });
    const github = fwtest(cwd, 'init', '--ci', 'github');
    expect(github.stdout).toContain('wrote    .github/workflows/firmware-tests.yml');
    expect(github.code).toBe(0);
    const gitlab = fwtest(cwd, 'init', '--ci', 'gitlab');
    expect(gitlab.stdout).toContain('wrote    .gitlab-ci.yml');
    expect(gitlab.code).toBe(0);
    expect(fwtest(cwd, 'init', '--ci', 'gitlab').stdout).toContain('kept     .gitlab-ci.yml');
    expect(readFileSync(join(cwd, 'tests/mine.fw.test.ts'), 'utf8')).toBe('// mine');
    expect(existsSync(join(cwd, 'firmware.fw.test.ts'))).toBe(false);
    expect(existsSync(join(cwd, '.gitlab/firmware-tests.yml'))).toBe(false);
  });

  test('names the flags when nobody can be asked', () => {
    const { code, stderr } = fwtest(project(), 'init', '--board', 'riscv-virt');
    expect(stderr).toContain('fwtest init needs --firmware when nobody can be asked');
    expect(code).toBe(2);
  });

  test('refuses an image that is none, or for another board', () => {
    const { code, stderr } = fwtest(project(), 'init', '--board', 'riscv-virt', '--firmware', 'package.json');
    expect(stderr).toContain('package.json');
    expect(code).toBe(2);
    const cwd = project();
    const other = fwtest(cwd, 'init', '--board', 'riscv-virt', '--firmware', 'build/app.elf');
    expect(other.stderr).toContain('the firmware is an Arm program');
    expect(other.code).toBe(2);
    expect(existsSync(join(cwd, 'firmware.fw.test.ts'))).toBe(false);
  });
});
