import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeDtb } from '../../src/machine-file/devicetree/dtb.js';
import { parseDts } from '../../src/machine-file/devicetree/dts.js';
import { TEST_CHIP } from '../../src/machine-file/svd/test-chip.js';
import { mutant, RISCV_TREE, randomOf } from '../machines/mutants.js';
import { folder, ROOT } from './workspace.js';

/** Damaged files through the command line: exit code 2 with a message, or a run within its limits; never 3, never a stack. */

/** Starts of the command line, over all formats together; many more mutants are read in one process: hostile-files.test.ts. */
const STARTS = process.env['FWTEST_HOSTILE'] || process.env['FWTEST_LONG'] ? 200 : 40;
const SECONDS = 10;
const MEGABYTES = 1500;
const BIN = join(ROOT, 'bin/fwtest.js');
const HELLO = join(ROOT, 'examples/firmware-tests/hello/hello.elf');

const ARM = join(ROOT, 'examples/firmware-tests/semihosting/semihosting.elf');
const ARM_MEMORY = ['--memory', 'flash@0x08000000:1M:rx', '--memory', 'sram@0x20000000:128K'];

const bytes = (text: string) => new TextEncoder().encode(text);

const YAML = `machine: none
name: hostile
cpus: { cpu0: { type: rv32, clock: 100MHz } }
clocks: { xtal: 9216kHz, u: { from: xtal, multiply: 2, divide: 5 } }
memory: { ram: { at: 0x80000000, size: 1M } }
devices:
  uart0: { type: ns16550, at: 0x10000000, irq: plic.10, clock: u, lineControl: 3 }
  fin: { type: test-finisher, at: 0x100000 }
wires: [fin.halt = cpu.halt]
`;
const JSON_FILE = JSON.stringify({
  machine: 'none',
  cpus: { cpu0: { type: 'rv32', clock: '100MHz' } },
  clocks: { u: 3_686_400 },
  memory: { ram: { at: '0x80000000', size: '1M' } },
  devices: { uart0: { type: 'ns16550', at: 0x1000_0000, irq: 'plic.10', clock: 'u', lineControl: 3 } },
});

/** An Intel HEX file of RISC-V code at the start of RAM. */
function hexFile(): Uint8Array {
  const line = (type: number, at: number, data: readonly number[]) => {
    const all = [data.length, at >> 8, at & 0xff, type, ...data];
    const sum = -all.reduce((a, b) => a + b, 0) & 0xff;
    return `:${[...all, sum].map((one) => one.toString(16).padStart(2, '0')).join('')}\n`;
  };
  const code = Array.from({ length: 8 }, (_, i) => line(0, i * 16, [0x13, 0, 0, 0, 0x13, 0, 0, 0, 0x6f, 0, 0, 0]));
  return bytes(`${line(4, 0, [0x80, 0])}${code.join('')}${line(1, 0, [])}`);
}

/** Two blocks of a UF2 file at the start of RAM. */
function uf2File(): Uint8Array {
  const blocks = [0, 1].map((number) => {
    const block = Buffer.alloc(512);
    const words = [0x0a32_4655, 0x9e5d_5157, 0, 0x8000_0000 + number * 256, 256, number, 2, 0];
    for (const [i, word] of words.entries()) block.writeUInt32LE(word, i * 4);
    block.writeUInt32LE(0x0000_006f, 32);
    block.writeUInt32LE(0x0ab1_6f30, 508);
    return block;
  });
  return Uint8Array.from(Buffer.concat(blocks));
}

const request = (execute: string, args?: object) => JSON.stringify({ execute, arguments: args });
const LINES = [
  request('capabilities', { enable: ['UART'] }),
  request('run', { for: '1ms', uart: { text: 'h' } }),
  request('memory-read', { address: '0x80000000', length: 16 }),
  request('register-read', { register: 'uart0.LSR' }),
  request('snapshot-save', { name: 'a' }),
  request('breakpoint-set', { address: 'main' }),
  request('quit'),
].join('\n');

interface Format {
  readonly file: string;
  readonly sample: Uint8Array;
  /** Arguments of the command line; nothing is read from the file if they do not name it. */
  readonly args: readonly string[];
}
const LIMIT = ['--for', '1ms'];
const boot = (file: string, sample: Uint8Array, ...args: string[]): Format => ({
  file,
  sample,
  args: ['boot', ...args, ...LIMIT],
});

const FORMATS: readonly Format[] = [
  boot('a.elf', Uint8Array.from(readFileSync(HELLO)), 'a.elf', '--board', 'riscv-virt'),
  boot('m.yaml', bytes(YAML), HELLO, '--config', 'm.yaml'),
  boot('m.json', bytes(JSON_FILE), HELLO, '--config', 'm.json'),
  boot('board.dtb', encodeDtb(parseDts(RISCV_TREE, 'board.dts')), HELLO, '--dtb', 'board.dtb'),
  boot('board.dts', bytes(RISCV_TREE), HELLO, '--dtb', 'board.dts'),
  boot('chip.svd', bytes(TEST_CHIP), ARM, '--svd', 'chip.svd', ...ARM_MEMORY),
  boot('a.hex', hexFile(), 'a.hex', '--board', 'riscv-virt'),
  boot('a.uf2', uf2File(), 'a.uf2', '--board', 'riscv-virt'),
  { file: 'lines', sample: bytes(LINES), args: ['serve', HELLO, '--board', 'riscv-virt'] },
];

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  readonly seconds: number;
  /** Largest resident set. */
  readonly megabytes: number;
}

/** Written by the process itself when it exits: the same on every system. */
const MEASURE = `data:text/javascript,${encodeURIComponent(
  "import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync('rss',String(process.resourceUsage().maxRSS)))",
)}`;

function started(cwd: string, { args, file }: Format, input: Uint8Array): Promise<Ended> {
  const begin = performance.now();
  writeFileSync(join(cwd, 'rss'), '');
  const env = { ...process.env, NO_COLOR: '1', CI: '1', NODE_OPTIONS: '' };
  const child = spawn(process.execPath, ['--import', MEASURE, BIN, ...args], { cwd, env });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  child.stdout.resume();
  child.stdin.on('error', () => {});
  child.stdin.end(file === 'lines' ? input : '');
  const late = setTimeout(() => child.kill('SIGKILL'), SECONDS * 3 * 1000);
  return new Promise((done) =>
    child.on('close', (code) => {
      clearTimeout(late);
      const megabytes = Number(readFileSync(join(cwd, 'rss'), 'utf8')) / 1024;
      done({ code, stderr, seconds: (performance.now() - begin) / 1000, megabytes });
    }),
  );
}

function check({ code, stderr, seconds, megabytes }: Ended, what: string, usual: number): void {
  expect([0, 1, 2], `${what}\n${stderr}`).toContain(code);
  expect(stderr, what).not.toMatch(/^\s+at .*(\.js:|node:)/m);
  if (code === 2) expect(stderr, what).toMatch(/^fwtest: /m);
  // A computer that is busy with other things takes long for the sample itself.
  expect(seconds, what).toBeLessThan(Math.max(SECONDS, 5 * usual));
  expect(megabytes, what).toBeGreaterThan(0);
  expect(megabytes, what).toBeLessThan(MEGABYTES);
}

test.each(FORMATS.map((one, i) => [one.file, one, i] as const))(
  `%s: of ${STARTS} starts over all formats, each ends with a message or a run`,
  async (file, format, index) => {
    const cwd = folder();
    const random = randomOf(index + 1);
    writeFileSync(join(cwd, file), format.sample);
    const whole = await started(cwd, format, format.sample);
    check(whole, `${file} as it is`, whole.seconds);
    expect(whole.code, whole.stderr).not.toBe(2);
    const runs = Math.ceil(STARTS / FORMATS.length);
    for (let run = 0; run < runs; run++) {
      const damaged = mutant(format.sample, random);
      writeFileSync(join(cwd, file), damaged);
      check(await started(cwd, format, damaged), `${file}, mutant ${run}`, whole.seconds);
    }
  },
);
