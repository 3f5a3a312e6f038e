import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { encodeDtb } from '../../src/machine-file/devicetree/dtb.js';
import { parseDts } from '../../src/machine-file/devicetree/dts.js';
import { TEST_CHIP } from '../../src/machine-file/svd/test-chip.js';
import { damagedDescription, withYamlTricks, yamlText } from '../machines/hostile/description-mutants.js';
import { damagedChip } from '../machines/hostile/svd-mutants.js';
import { damagedTree } from '../machines/hostile/tree-mutants.js';
import { mutant, type Random, RISCV_TREE } from '../machines/mutants.js';

/** Starts of the command line with damaged files, and what is wrong with how they ended. */

const ROOT = resolve(import.meta.dirname, '../..');
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

export interface Format {
  readonly file: string;
  readonly sample: Uint8Array;
  /** Arguments of the command line; nothing is read from the file if they do not name it. */
  readonly args: readonly string[];
  /** Damaged where its format has something to say, for every other start. */
  readonly byStructure?: (random: Random) => Uint8Array;
}
const LIMIT = ['--for', '1ms'];
const boot = (file: string, sample: Uint8Array, ...args: string[]): Format => ({
  file,
  sample,
  args: ['boot', ...args, ...LIMIT],
});

function description(random: Random): Uint8Array {
  const text = yamlText(damagedDescription(random));
  return bytes(random(3) === 0 ? withYamlTricks(text, random) : text);
}

export const FORMATS: readonly Format[] = [
  boot('a.elf', Uint8Array.from(readFileSync(HELLO)), 'a.elf', '--board', 'riscv-virt'),
  { ...boot('m.yaml', bytes(YAML), HELLO, '--config', 'm.yaml'), byStructure: description },
  boot('m.json', bytes(JSON_FILE), HELLO, '--config', 'm.json'),
  boot('board.dtb', encodeDtb(parseDts(RISCV_TREE, 'board.dts')), HELLO, '--dtb', 'board.dtb'),
  { ...boot('board.dts', bytes(RISCV_TREE), HELLO, '--dtb', 'board.dts'), byStructure: damagedTree },
  { ...boot('chip.svd', bytes(TEST_CHIP), ARM, '--svd', 'chip.svd', ...ARM_MEMORY), byStructure: damagedChip },
  boot('a.hex', hexFile(), 'a.hex', '--board', 'riscv-virt'),
  boot('a.uf2', uf2File(), 'a.uf2', '--board', 'riscv-virt'),
  { file: 'lines', sample: bytes(LINES), args: ['serve', HELLO, '--board', 'riscv-virt'] },
];

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
  /** Largest resident set. */
  readonly megabytes: number;
  /** Somebody of its process group is still there. */
  readonly left: boolean;
}

/** Written by the process itself when it exits: the same on every system. */
const MEASURE = `data:text/javascript,${encodeURIComponent(
  "import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync('rss',String(process.resourceUsage().maxRSS)))",
)}`;

/** The same damaged file for the same numbers. */
export function damaged({ sample, byStructure }: Format, run: number, random: Random): Uint8Array {
  return byStructure !== undefined && run % 2 === 1 ? byStructure(random) : mutant(sample, random);
}

function isThere(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

/** Writes the file into a folder, and starts the command line there. */
export function startedWith(cwd: string, { args, file }: Format, input: Uint8Array): Promise<Ended> {
  const begin = performance.now();
  writeFileSync(join(cwd, file), input);
  writeFileSync(join(cwd, 'rss'), '');
  const env = { ...process.env, NO_COLOR: '1', CI: '1', NODE_OPTIONS: '' };
  // A process group of its own: nobody of it may be left.
  const child = spawn(process.execPath, ['--import', MEASURE, BIN, ...args], { cwd, env, detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      if (output.length < 1e6) output += text;
    });
  child.stdin.on('error', () => {});
  child.stdin.end(file === 'lines' ? input : '');
  const late = setTimeout(() => child.kill('SIGKILL'), SECONDS * 6 * 1000);
  return new Promise((done) =>
    child.on('close', (code) => {
      clearTimeout(late);
      const megabytes = Number(readFileSync(join(cwd, 'rss'), 'utf8')) / 1024;
      const left = isThere(child.pid!);
      done({ code, output, seconds: (performance.now() - begin) / 1000, megabytes, left });
    }),
  );
}

/** Firmware that was damaged, or finds another machine, ends with 1 and says how. */
const FIRMWARE_FAILED = /^fwtest: (the firmware |the CPU is locked up)/m;

/** What is wrong with an end; undefined if it is one of a message and exit code 2, or of a run. */
export function complaint({ code, output, seconds, megabytes, left }: Ended, usual: number): string | undefined {
  if (code !== 0 && code !== 2 && !(code === 1 && FIRMWARE_FAILED.test(output))) return `exit code ${code}\n${output}`;
  if (/^\s+at .*(\.js:|node:)/m.test(output)) return `a stack\n${output}`;
  if (code === 2 && !/^fwtest: /m.test(output)) return `exit code 2 without a message\n${output}`;
  // A computer that is busy with other things takes long for the sample itself.
  if (seconds > Math.max(SECONDS, 5 * usual)) return `${seconds} seconds`;
  if (!(megabytes > 0 && megabytes < MEGABYTES)) return `${megabytes} MB`;
  return left ? 'a process was left' : undefined;
}
