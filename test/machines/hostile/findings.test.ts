import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { defineDevice } from '../../../src/emu/device.js';
import { UsageError } from '../../../src/emu/errors.js';
import { machineFrom } from '../../../src/machine-file/index.js';
import { parseYaml } from '../../../src/machine-file/load-yaml.js';
import { KINDS } from '../../../src/machine-file/make-things.js';
import { importSvd } from '../../../src/machine-file/svd/import-svd.js';
import { readSvd } from '../../../src/machine-file/svd/read-svd.js';
import { withExports } from '../../../src/machine-file/user-kinds.js';

/** What hostile descriptions found: each once more, as small as it is. */

const folder = mkdtempSync(join(tmpdir(), 'findings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CPU = 'cpus: { cpu0: { type: rv32, clock: 100MHz } }\n';
const RAM = 'memory: { ram: { at: 0x80000000, size: 64K } }\n';
const BASE = `machine: none\n${CPU}${RAM}`;
const many = (count: number, text: (i: number) => string, between = ', ') =>
  Array.from({ length: count }, (_, i) => text(i)).join(between);

/** The message of the refusal, which comes soon. */
function refusal(yaml: string): string {
  const { user } = process.cpuUsage();
  try {
    machineFrom([parseYaml(yaml, 'm.yaml', folder)]);
  } catch (error) {
    expect(process.cpuUsage().user - user).toBeLessThan(2_000_000);
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'it is a machine';
}
const device = (text: string) => `${BASE}devices: { u: { at: 0x10000000, ${text} } }`;

test.each([
  [
    'blanks that are no base64',
    `${BASE}contents: [{ at: 0x80000000, contents: "${' '.repeat(200_000)}!" }]`,
    'no base64',
  ],
  ['many wrong keys', many(5000, (i) => `k${i}: 1`, '\n'), '5000 keys, more than 4096'],
  ['many wrong options', device(`type: ns16550, ${many(4000, (i) => `k${i}: 1`)}`), 'at least 100 mistakes'],
  ['many interrupts', device(`type: ns16550, irq: [${many(5000, String)}]`), "entries in 'devices.u.irq'"],
  ['wires that are none', `${BASE}wires: [${many(4096, (i) => `a${i}.b = c${i}.d`)}]`, 'at least 100 mistakes'],
  ['an alias without anchor', `${BASE}x: *y\n`, 'm.yaml:4:4'],
  [
    'aliases of aliases',
    `${many(20, (i) => `x${i}: &x${i} [${i === 0 ? '1' : many(9, () => `*x${i - 1}`)}]`, '\n')}\n`,
    'm.yaml:2:10',
  ],
  ['deep collections', `${BASE}set: ${'['.repeat(100)}`, 'm.yaml:4:70'],
  ['a name without end', `${BASE}wires: ["${'a'.repeat(100_000)}"]`, ' …'],
  ['nothing', '', 'm.yaml:1:1: the machine file is empty'],
  ['a base that is not there', `${CPU}board: none.yaml\n`, 'm.yaml:2:1: the machine file does not exist'],
])('%s', (_, yaml, message) => {
  const text = refusal(yaml);
  // One mistake alone is worded in lines of its own.
  const [place, what] = /^(m\.yaml:\d+:\d+): (.*)$/.exec(message)?.slice(1) ?? [message, message];
  expect(text).toContain(place);
  expect(text).toContain(what);
});

test('containers that show containers come to any number of places', () => {
  const containers = many(30, (i) => `c${i}: { size: 64K }`);
  const shown = many(29, (i) =>
    ['a', 'b']
      .map((side, k) => `${side}${i}: { kind: alias, of: c${i}, in: c${i + 1}, at: ${k * 1024}, size: 1K }`)
      .join(', '),
  );
  const yaml = `machine: none\n${CPU}containers: { ${containers} }\nmemory: { r: { in: c0, at: 0, size: 16 }, ${shown}, t: { kind: alias, of: c29, at: 0, size: 4K } }`;
  expect(refusal(yaml)).toMatch(/more than 8192 places|overlap/);
});

test.each(['__proto__', 'constructor', 'toString'])('what objects have, %s, is no clock', (name) => {
  const yaml = `machine: none\ncpus: { cpu0: { type: rv32, clock: "${name}" } }\n${RAM}`;
  expect(refusal(yaml)).toContain('which there is not');
});

test.each([
  ['type: sifive-spi, pins: SPI1, selects: 1000', 'too large: at most 31'],
  ['type: sifive-ccache, masters: 9007199254740991', 'too large: at most 256'],
  ['type: ns16550, stride: 0x7fffffff', 'give 256M at most'],
  ['type: not-modelled, block: USB, size: 9007199254740991', 'give 256M at most'],
  ['type: fu540-prci, hfxosc: 0.5', 'it is a machine'],
  ['type: virtio-blk, image: { file: /dev/zero }', 'no regular file'],
  ['type: ns16550, clock: 16000000', "give 'clock': name of its clock"],
])('a device of %s', (text, message) => {
  expect(refusal(device(text))).toContain(message);
});

test.each([
  ['type: riscv, harts: 2147483647', 'too large: at most 8'],
  ['type: cortex-m4, irqs: 82, priorityBits: 4, sysTickDivider: 0', 'too small: at least 1'],
])('a processor of %s', (text, message) => {
  expect(refusal(`machine: none\ncpus: { cpu0: { clock: 100MHz, ${text} } }\n${RAM}`)).toContain(message);
});

test('files that never end are not read, pipes not waited for', () => {
  for (const key of ['bios', 'kernel'])
    expect(refusal(`machine: virt\nboot: { ${key}: /dev/zero }\n`)).toMatch(/no file|no regular file|cannot be read/);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(refusal(`${BASE}images: [${pipe}]\n`)).toContain('no file');
});

test('an SVD file of thousands of peripherals takes no square of them', () => {
  const register = '<registers><register><name>R</name><addressOffset>0</addressOffset></register></registers>';
  const one = `<peripheral><dim>4096</dim><dimIncrement>4096</dimIncrement><name>P%s</name><baseAddress>0x40000000</baseAddress>${register}</peripheral>`;
  const file = `<device><name>X</name><cpu><name>CM4</name></cpu><peripherals>${one}</peripherals></device>`;
  const { user } = process.cpuUsage();
  const { raw } = importSvd(readSvd(new TextEncoder().encode(file), 'x.svd'), { boardNamed: () => undefined });
  expect(Object.keys(raw.devices ?? {})).toHaveLength(4096);
  expect(process.cpuUsage().user - user).toBeLessThan(1_500_000);
});

test('a long name is not repeated for each element of an array', () => {
  const register = `<register><dim>4096</dim><dimIncrement>4</dimIncrement><name>${'a'.repeat(200_000)}%s</name><addressOffset>0</addressOffset></register>`;
  const one = `<peripheral><name>P</name><baseAddress>0x40000000</baseAddress><registers>${register}</registers></peripheral>`;
  const file = `<device><name>X</name><cpu><name>CM4</name></cpu><peripherals>${one}</peripherals></device>`;
  expect(() => readSvd(new TextEncoder().encode(file), 'x.svd')).toThrow('the name has more than 255 letters');
});

test('a machine has room for 512 memories, and for 512 devices with many events each', () => {
  const busy = defineDevice({
    name: 'busy',
    size: 16,
    read: () => 0,
    setup: (d) => {
      const events = Array.from({ length: 80 }, (_, i) => d.event(`e${i}`, () => {}));
      d.onReset(() => events[0]!.after(10));
    },
  });
  const kinds = withExports(KINDS, { busy }, 'busy.ts');
  const at = (i: number) => 0x1000_0000 + i * 4096;
  const yaml = `machine: none\n${CPU}memory: { ${many(512, (i) => `m${i}: { at: ${at(i)}, size: 4K }`)} }\ndevices: { ${many(512, (i) => `d${i}: { type: busy, at: ${at(i + 600)} }`)} }`;
  const { board } = machineFrom([parseYaml(yaml, 'm.yaml', folder)], { kinds });
  const machine = board.createMachine();
  const start = machine.hash();
  machine.run({ cycles: 1000 });
  expect(machine.hash()).not.toBe(start);
});

test.each(['constructor', 'toString'])('a wire called %s is none', (wire) => {
  const yaml = `machine: none\n${CPU}memory: { ram: { at: 0x80000000, size: 64K } }\ndevices: { a: { type: mmio-calculator, at: 0x10000000, wires: { ${wire}: cpu.hart0.msip } } }`;
  expect(() => machineFrom([parseYaml(yaml, 'm.yaml', folder)])).toThrow(`has no wire '${wire}'`);
});
