import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeBlocks } from './markdown.js';
import { folder, fwtest, linkedFolder, ROOT, run } from './workspace.js';

const EXAMPLES = join(ROOT, 'examples/firmware-tests');
const elf = (name: string) => join(EXAMPLES, name);
const BIN = join(ROOT, 'bin/fwtest.js');

/** Boots in a folder, with nothing to read. */
const boot = (cwd: string, ...args: string[]) => run(cwd, process.execPath, [BIN, 'boot', ...args]);

const PAGES = ['docs/machines.md', 'docs/several-processors.md'];

describe.each(PAGES)('%s', (page) => {
  const blocks = codeBlocks(readFileSync(join(ROOT, page), 'utf8'));
  const nameOf = (text: string) => /^(?:#|\/\/) (\S+\.\w+)\n/.exec(text)?.[1];

  /** A user's folder with all files of the page, and the image that a block wants. */
  function userFolder(firmware: string | undefined): string {
    const cwd = linkedFolder();
    for (const { text } of blocks) {
      const name = nameOf(text);
      if (name !== undefined) writeFileSync(join(cwd, name), text);
    }
    mkdirSync(join(cwd, 'build'));
    if (firmware !== undefined) copyFileSync(elf(firmware), join(cwd, 'build/app.elf'));
    return cwd;
  }

  const commands = blocks.flatMap((block, i) =>
    block.language === 'sh' ? [[block.text.trim(), block, blocks[i + 1]] as const] : [],
  );
  test.each(commands)('%s', (command, { notes }, shown) => {
    const cwd = userFolder(notes.get('firmware'));
    const { code, stdout, stderr } = fwtest(cwd, ...command.split(' ').slice(2));
    const told = `${stderr}${stdout}`.replaceAll('\r', '').trimEnd();
    expect(told).toBe(shown!.text.trimEnd());
    expect(code).toBe(Number(notes.get('exits') ?? 0));
  });

  const tests = blocks.filter(({ text }) => nameOf(text)?.endsWith('.fw.test.ts'));
  test.each(tests.map((block) => [nameOf(block.text)!, block] as const))('%s passes', (name, block) => {
    const cwd = userFolder(block.notes.get('firmware'));
    const { code, stdout, stderr } = fwtest(cwd, name);
    expect(code, `${stdout}${stderr}`).toBe(0);
  });
});

/** A machine of RV32 that says hello, as flags. */
const HELLO = [
  ...['--machine', 'none', '--cpu', 'rv32,clock=100MHz', '--memory', 'ram@0x80000000:1M', '--clock', 'u=3686400'],
  ...['--device', 'uart0=ns16550@0x10000000,irq=plic.10,clock=u,lineControl=3'],
  ...['--device', 'fin=test-finisher@0x100000', '--wire', 'fin.halt=cpu.halt'],
];

/** A board for `calc_test`, without its calculator. */
const CALC_BOARD = [
  ...['--machine', 'none', '--cpu', 'rv32,clock=100MHz', '--memory', 'ram@0x80000000:1M', '--clock', 'u=3686400'],
  ...['--device', 'uart0=ns16550@0x10000000,irq=plic.10,clock=u,lineControl=3'],
];

const command = (execute: string, args: object) => JSON.stringify({ execute, arguments: args });
const RUN = (time: string, text?: string) => command('run', { for: time, ...(text && { uart: { text } }) });
const WRITE = (data: string) => command('uart-write', { data });

interface Line {
  readonly event?: string;
  readonly time?: number;
  readonly data?: { readonly text?: string };
  readonly error?: { readonly desc: string };
  readonly return?: { readonly reason?: string; readonly time?: number; readonly value?: unknown };
}

/** What a machine on the command line does with commands of the protocol, in machine time (ns). */
function served(commands: readonly string[], ...args: string[]) {
  const lines = [command('capabilities', { enable: ['UART', 'IRQ'] }), ...commands, command('quit', {})];
  const { stdout, code, stderr } = run(folder(), process.execPath, [BIN, 'serve', ...args], {}, lines.join('\n'));
  const messages = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  expect([code, messages.flatMap(({ error }) => error?.desc ?? [])], stderr).toEqual([0, []]);
  const answers = messages.flatMap(({ return: result }) => result ?? []);
  const runs = answers.filter(({ reason }) => reason !== undefined);
  return {
    text: messages.map(({ event, data }) => (event === 'UART' ? data?.text : '')).join(''),
    interrupts: messages.filter(({ event }) => event === 'IRQ').length,
    reasons: runs.map(({ reason }) => reason),
    times: runs.map(({ time }) => time!),
    values: answers.flatMap((one) => ('value' in one ? [one.value] : [])),
  };
}

describe('what was asked for in 2021, each on the command line', () => {
  test('processors: of either family, several harts, clock and first instruction', () => {
    const cwd = folder();
    const args = [...HELLO.slice(0, 2), '--cpu', 'rv32,clock=50MHz,count=2,resetVector=0x80000000', ...HELLO.slice(4)];
    expect(boot(cwd, elf('hello/hello.elf'), ...args, '--until', 'hello from rv32', '--for', '1s').stdout).toBe(
      'hello from rv32',
    );
    const arm = boot(
      cwd,
      elf('semihosting/semihosting.elf'),
      '--machine',
      'none',
      '--cpu',
      'cortex-m4,clock=16MHz,vtor=0x08000000',
      '--memory',
      'flash@0x08000000:1M:rx',
      '--memory',
      'sram@0x20000000:128K',
      '--for',
      '1s',
    );
    expect(arm.stdout).toContain('error: cannot open input.txt');
    expect(arm.stderr).not.toContain('nothing is loaded at 0');
  });

  test('memory regions, a device’s region mapped again, and what overlaps', () => {
    const cwd = folder();
    const mapped = boot(
      cwd,
      elf('hello/hello.elf'),
      '--machine',
      'none',
      '--cpu',
      'rv32,clock=100MHz',
      '--container',
      'soc@0x10000000:64K',
      '--memory',
      'ram@0x80000000:1M',
      '--memory',
      'background@0:64K:rom,in=soc',
      '--device',
      'uart0=ns16550@0x8000,in=soc,priority=2,lineControl=3',
      '--alias',
      'uart@0:8=uart0,in=soc,priority=1',
      '--device',
      'fin=test-finisher@0x100000',
      '--wire',
      'fin.halt=cpu.halt',
    );
    expect(mapped.stdout).toBe('hello from rv32\n');
    const wrong = boot(cwd, elf('hello/hello.elf'), ...HELLO, '--memory', 'more@0x80080000:1M');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatchInlineSnapshot(`
      "fwtest: memory 'more' (0x80080000–0x8017ffff) and memory 'ram' (0x80000000–0x800fffff) overlap
        where: --memory #2
        remedy: move one of them, or give one a higher priority
      "
    `);
  });

  test('interrupts: an unknown line, one that is taken', () => {
    const { code, stderr } = boot(
      folder(),
      elf('hello/hello.elf'),
      ...HELLO,
      '--device',
      'a=mmio-calculator@0x4000000,irq=plic.10',
      '--device',
      'b=mmio-calculator@0x4001000,irq=plic.500',
    );
    expect(code).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "fwtest: 2 mistakes in the machine:
        --device #4: interrupt 500 of b.irq is none of plic
            give 1 to 95
        --device #3: interrupt 10 is taken by uart0 and a
            give each a line of its own, or say that they share it: --shared-irq 10
      "
    `);
  });

  test('an interrupt of a device, served by the firmware', () => {
    const calc = ['--device', 'calc=mmio-calculator@0x04001000,busyCycles=200'];
    const says = (...wiring: string[]) => {
      const device = [...calc.slice(0, -1), `${calc.at(-1)}${wiring.join('')}`];
      const lines = [RUN('50ms', 'A op B?'), WRITE('irq 6 * 7\n'), RUN('50ms', '= 42')];
      return served(lines, elf('calc-test/calc_test-riscv-virt.elf'), ...CALC_BOARD, ...device);
    };
    const by = says(',irq=plic.20');
    expect(by.text).toContain('6 * 7 = 42');
    expect(by.reasons).toEqual(['met', 'met']);
    expect(by.interrupts).toBeGreaterThan(0);
    // On no line, and on one that the firmware does not listen to, it waits for ever.
    for (const wiring of ['', ',irq=plic.21']) {
      const mute = says(wiring);
      expect([mute.reasons[0], mute.text.includes('= 42'), mute.interrupts]).toEqual(['met', false, 0]);
    }
  });

  test('GPIO: an LED on a pin by a wire, which the firmware blinks', () => {
    const lamp = ['--board', 'stm32f4-discovery', '--remove', 'green', '--part', 'lamp=led'];
    /** Whether it is lit 100 ms after power-on, and every 250 ms from then on. */
    const lit = (wire: string) => {
      const look = command('part-get', { part: 'lamp', property: 'lit' });
      const lines = ['100ms', '250ms', '250ms', '250ms', '250ms'].flatMap((time) => [RUN(time), look]);
      return served(lines, elf('blinky/blinky.elf'), ...lamp, '--wire', wire).values;
    };
    // The firmware toggles PD12 every 500 ms, PD13 every 250 ms, PD11 never.
    expect(lit('gpiod.12=lamp.in')).toEqual([false, false, true, true, false]);
    expect(lit('gpiod.13=lamp.in')).toEqual([false, true, false, true, false]);
    expect(lit('gpiod.11=lamp.in')).toEqual([false, false, false, false, false]);
  });

  test('clocks: a UART on a PLL sends at its rate', () => {
    const cwd = folder();
    const pll = HELLO.map((one) => (one === 'u=3686400' ? 'u=xtal*2/5' : one));
    /** ns of machine time from the first byte to the fourteenth. */
    const thirteenBytes = (xtal: string) => {
      const lines = [RUN('100ms', 'h'), RUN('100ms', 'rv3')];
      const [first, last] = served(lines, elf('hello/hello.elf'), ...pll, '--clock', `xtal=${xtal}`).times;
      return last! - first!;
    };
    // 8n1: ten bits a byte, at 3,686,400 Hz / 16 / 2 and at half of it.
    expect(Math.abs(thirteenBytes('9216kHz') / ((13 * 10e9) / 115_200) - 1)).toBeLessThan(0.01);
    expect(Math.abs(thirteenBytes('4608kHz') / ((13 * 10e9) / 57_600) - 1)).toBeLessThan(0.01);
    const { stderr, code } = boot(cwd, elf('hello/hello.elf'), ...pll);
    expect(code).toBe(2);
    expect(stderr).toContain("clock 'u' is made from 'xtal', which is no clock\n  where: --clock #1");
  });

  test('boot: raw bytes at an address, several images, as QEMU loads them', () => {
    const cwd = folder();
    // lui t0, 0x100; lui t1, 0x5; addi t1, t1, 0x555; sw t1, 0(t0): the finisher's word for success.
    writeFileSync(
      join(cwd, 'end.bin'),
      Uint32Array.of(0x0010_02b7, 0x0000_5337, 0x5553_0313, 0x0062_a023, 0x0000_006f),
    );
    writeFileSync(join(cwd, 'data.bin'), Buffer.from('data'));
    for (const protocol of [[], ['--boot', 'riscv']]) {
      const { code, stderr } = boot(
        cwd,
        'end.bin@0x80000000',
        '--image',
        'data.bin@0x80010000',
        ...HELLO,
        ...protocol,
        '--for',
        '1s',
      );
      expect([code, stderr.replace(/^fwtest: the first instruction.*\n/, '')]).toEqual([0, '']);
    }
    const loaded = boot(
      cwd,
      '-M',
      'virt32',
      '-bios',
      'none',
      '-device',
      'loader,file=end.bin,addr=0x80000000',
      '-nographic',
      '--for',
      '1s',
    );
    expect([loaded.code, loaded.stderr]).toEqual([0, '']);
    const nowhere = boot(cwd, 'end.bin@0x40000000', ...HELLO);
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('where no memory is');
  });
});

describe('boards as files', () => {
  test('what --dump-config writes, --config reads', () => {
    const cwd = folder();
    expect(boot(cwd, '--board', 'stm32f4-discovery', '--dump-config', 'board.yaml').code).toBe(0);
    expect(existsSync(join(cwd, 'board.yaml'))).toBe(true);
    const { stdout } = boot(
      cwd,
      elf('uart-echo/uart-echo.elf'),
      '--config',
      'board.yaml',
      '--until',
      'ready',
      '--for',
      '1s',
    );
    expect(stdout).toBe('ready');
  });

  test('a board in TypeScript is loaded from its file', () => {
    const cwd = linkedFolder({
      'my-board.ts': `import { at, riscvVirt } from 'fwtest/boards';
import { mmioCalculator } from 'fwtest/devices';
export const board = riscvVirt.with({ second: at(0x0500_0000, mmioCalculator({ busyCycles: 3 })) });
`,
      'broken.ts': 'export const nothing = 3;\n',
    });
    const { stdout, code } = boot(cwd, elf('hello/hello.elf'), '--board', './my-board.ts');
    expect([stdout, code]).toEqual(['hello from rv32\n', 0]);
    const broken = boot(cwd, elf('hello/hello.elf'), '--board', './broken.ts');
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain('the module exports no board');
  });
});

test('misuse at level error is exit code 1, unless it is allowed', () => {
  const cwd = folder();
  // Vectors, then: ldr r0, =GPIOA_BSRR; str r0, [r0]; b . — GPIOA has no clock.
  const words = [0x2000_1000, 0x0800_0009, 0x6000_4801, 0xbf00_e7fe, 0x4002_0018];
  writeFileSync(join(cwd, 'gated.bin'), Uint32Array.from(words));
  const args = ['gated.bin@0x08000000', '--board', 'stm32f4-discovery', '--for', '1ms'];
  const [strict, warned, silent] = [[], ['--misuse', 'warn'], ['--misuse', 'off']].map((more) =>
    boot(cwd, ...args, ...more),
  );
  expect([strict!.code, warned!.code, silent!.code]).toEqual([1, 0, 0]);
  expect(strict!.stderr).toContain('GPIOA');
  expect(strict!.stderr).toContain('--misuse warn allows it');
  expect(warned!.stderr).toContain('GPIOA');
  expect(silent!.stderr).toBe('');
});

test('options of QEMU without a meaning here are explained', () => {
  const { code, stderr } = boot(folder(), elf('hello/hello.elf'), '-M', 'virt', '-s');
  expect(code).toBe(2);
  expect(stderr).toContain("-s is QEMU's; here there is no GDB server");
});
