import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../emu/errors.js';
import { encodeDtb } from './dtb.js';
import { parseDts, readDts } from './dts.js';
import { dtsSource } from './dts-random.js';
import { nodeAt } from './tree.js';
import { readStrings, readU32s } from './values.js';

const dtcIsThere = spawnSync('dtc', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'dts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What `dtc` makes of a source. */
function dtc(source: string): Buffer {
  const run = spawnSync('dtc', ['-q', '-I', 'dts', '-O', 'dtb'], { input: source, cwd: folder });
  if (run.status !== 0) throw new Error(`dtc: ${run.stderr}\n${source}`);
  return run.stdout;
}

const root = (body: string) => parseDts(`/dts-v1/;\n/ { ${body} };`, 'a.dts').root;
const cells = (text: string) => readU32s(root(`x = ${text};`).properties.get('x')!);

function refused(source: string): string {
  try {
    parseDts(source, join(folder, 'a.dts'));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { what, where, remedy } = error.problem;
    return `${where?.replace(folder, '')}: ${what}${remedy ? ` (${remedy.replace(folder, '')})` : ''}`;
  }
  return 'accepted';
}

describe('values', () => {
  test('numbers, characters and expressions are C’s', () => {
    expect(cells("<10 0x10 010 'a' (-1) 4U>")).toEqual([10, 16, 8, 97, 0xffff_ffff, 4]);
    expect(cells('<(1 + 2 * 3) (1 << 4 | 1) (5 > 3 ? 7 : 8) (!0) (~0 & 0xff) (7 / 2) (7 % 4)>')).toEqual([
      7, 17, 7, 1, 0xff, 3, 3,
    ]);
    expect(cells('/bits/ 64 <0x123456789a>')).toEqual([0x12, 0x3456_789a]);
  });

  test('strings, bytes and references', () => {
    const { properties } = root('a = "x\\n", "y"; b = [de ad be ef]; c = &n; d = <&n &{/n@1/m}>; n: n@1 { m { }; };');
    expect(readStrings(properties.get('a')!)).toEqual(['x\n', 'y']);
    expect(readU32s(properties.get('b')!)).toEqual([0xdead_beef]);
    expect(readStrings(properties.get('c')!)).toEqual(['/n@1']);
    expect(readU32s(properties.get('d')!)).toEqual([1, 2]);
  });
});

describe('nodes', () => {
  test('are extended, and lose properties and subnodes', () => {
    const source = `/dts-v1/;
/ { soc { uart: uart@1 { status = "disabled"; x; }; gone { }; left: left { }; }; };
&uart { status = "okay"; /delete-property/ x; };
/ { soc { /delete-node/ gone; }; };
/delete-node/ &left;`;
    const soc = nodeAt(parseDts(source, 'a.dts').root, '/soc')!;
    expect(soc.children.map(({ name }) => name)).toEqual(['uart@1']);
    expect([...soc.children[0]!.properties.keys()]).toEqual(['status']);
    expect(readStrings(soc.children[0]!.properties.get('status')!)).toEqual(['okay']);
  });

  test('know where they were written, through line markers too', () => {
    const { tree, where } = readDts('/dts-v1/;\n# 40 "board.dts" 1\n/ {\n  a = <1>;\n  n { };\n};\n', 'board.pp.dts');
    expect(where(tree.root, 'a')).toBe('board.dts:41:3');
    expect(where(tree.root.children[0]!)).toBe('board.dts:42:3');
  });
});

describe('files', () => {
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub', 'soc.dtsi'), '/ { soc { /include/ "uart.dtsi" }; };\n');
  writeFileSync(join(folder, 'sub', 'uart.dtsi'), 'uart@1 { };');
  writeFileSync(join(folder, 'self.dtsi'), '/include/ "self.dtsi"');
  writeFileSync(join(folder, 'twice.dtsi'), `${'/include/ "once.dtsi"\n'.repeat(2000)}`);
  writeFileSync(join(folder, 'once.dtsi'), '');
  writeFileSync(join(folder, 'bytes.bin'), 'abcdef');
  symlinkSync('/etc/passwd', join(folder, 'link'));

  test('are included relative to the one that names them', () => {
    const { root } = parseDts('/dts-v1/;\n/include/ "sub/soc.dtsi"\n/ { a = <1>; };', join(folder, 'a.dts'));
    expect(nodeAt(root, '/soc/uart@1')).toBeDefined();
    expect(root.properties.has('a')).toBe(true);
  });

  test('give their bytes', () => {
    const { root } = parseDts('/dts-v1/;/ { a = /incbin/("bytes.bin", 2, 3); };', join(folder, 'a.dts'));
    expect(Buffer.from(root.properties.get('a')!).toString()).toBe('cde');
  });

  test('outside the folder are refused, and so are circles', () => {
    for (const name of ['../x.dtsi', '/etc/passwd', 'link', 'missing.dtsi', 'sub', 'self.dtsi', 'twice.dtsi']) {
      expect(refused(`/dts-v1/;\n/include/ "${name}"\n`), name).toMatch(
        /outside|cannot be read|no file|deeper|more than/,
      );
    }
    expect(refused('/dts-v1/;\n/ { a = /incbin/("bytes.bin", 5, 3); };')).toContain('has only 6 bytes');
  });
});

test('mistakes have a place, and what to do', () => {
  const body = (text: string) => refused(`/dts-v1/;\n/ {\n  ${text}\n};\n`);
  expect(refused('')).toMatchInlineSnapshot(
    `"/a.dts:1:1: expected /dts-v1/, found the end of the file (a devicetree source starts with /dts-v1/; — a file to be included by others (.dtsi) is none itself)"`,
  );
  expect(refused('/dts-v1/;')).toMatchInlineSnapshot(`"/a.dts:1:10: the source has no root node: / { … };"`);
  expect(refused('/dts-v1/;\n#include <mem.h>\n/ { };')).toMatchInlineSnapshot(
    `"/a.dts:2:1: '#include <mem.h>' is a line of the C preprocessor, which is no part of devicetree sources (run it first: cpp -nostdinc -undef -x assembler-with-cpp -I include board.dts > board.pp.dts; or give the .dtb that the build wrote)"`,
  );
  expect(refused('/dts-v1/;\n/plugin/;\n/ { };')).toMatchInlineSnapshot(
    `"/a.dts:2:9: an overlay (/plugin/) is no tree of its own (apply it first: fdtoverlay -i base.dtb …)"`,
  );
  expect(refused('/dts-v1/;\n/ { uart0: u { }; };\n&uart { };')).toMatchInlineSnapshot(
    `"/a.dts:3:1: there is no node &uart so far (did you mean &uart0?)"`,
  );
  expect(body('a = <&missing>;')).toMatchInlineSnapshot(`"/a.dts:3:8: there is no node &missing"`);
  expect(body('a = <1 2;')).toMatchInlineSnapshot(`"/a.dts:3:11: expected a number, a reference or '>', found ';'"`);
  expect(body('a = <0x100000000>;')).toMatchInlineSnapshot(`"/a.dts:3:8: 0x100000000 does not fit in 32 bits"`);
  expect(body('a = <(1 / 0)>;')).toMatchInlineSnapshot(`"/a.dts:3:11: division by zero"`);
  expect(body('a = "x;')).toMatchInlineSnapshot(`"/a.dts:3:7: a string has no end"`);
  expect(body('/* a')).toMatchInlineSnapshot(`"/a.dts:3:3: a comment has no end"`);
  expect(body('a; a;')).toMatchInlineSnapshot(`"/a.dts:3:6: the property 'a' is there twice"`);
  expect(body('n { }; a;')).toMatchInlineSnapshot(
    `"/a.dts:3:10: the property 'a' stands behind subnodes: properties come first"`,
  );
  expect(body('n { };  n { };')).toMatchInlineSnapshot(`"/a.dts:3:11: the node 'n' is there twice"`);
  expect(body('l: n { }; l: m { };')).toMatchInlineSnapshot(
    `"/a.dts:3:13: the label 'l' is used twice (it is also at /a.dts:3:3: give one of them another name)"`,
  );
  expect(body('n { phandle = <1>; }; m { phandle = <1>; };')).toMatchInlineSnapshot(
    `"/a.dts:3:29: the phandle 1 is /n's already"`,
  );
  expect(body(`${'n {'.repeat(70)}${'};'.repeat(70)}`)).toMatchInlineSnapshot(
    `"/a.dts:3:194: nodes are nested deeper than 64"`,
  );
  expect(body(`a = <${'('.repeat(500)}1${')'.repeat(500)}>;`)).toMatchInlineSnapshot(
    `"/a.dts:3:73: an expression is nested deeper than 64"`,
  );
  expect(body('a = /bits/ 12 <1>;')).toMatchInlineSnapshot(`"/a.dts:3:14: /bits/ 12: it can be 8, 16, 32 or 64"`);
  expect(body('a = /bits/ 8 <&{/}>;')).toMatchInlineSnapshot(`"/a.dts:3:17: &/ needs cells of 32 bits, these have 8"`);
});

describe.skipIf(!dtcIsThere)('the same bytes as dtc (needs dtc)', () => {
  const same = (source: string) =>
    Buffer.compare(encodeDtb(parseDts(source, join(folder, 'a.dts'))), dtc(source)) === 0;

  test('for random sources', () => {
    fc.assert(
      fc.property(dtsSource, (source) => same(source)),
      { numRuns: 150 },
    );
  });

  test.each([
    ['phandles', '/ { a = <&x &y>; x: x { phandle = <2>; }; y: y { phandle = <&y>; }; z: z { a = <&z>; }; };'],
    ['a phandle that exists is skipped', '/ { a = <&x &y>; x: x { }; y: y { }; z { phandle = <1>; }; };'],
    ['deleted properties keep their place', '/ { a; b; }; / { /delete-property/ a; }; / { c; a = <1>; };'],
    ['deleted nodes keep their place', '/ { a { x; }; b { }; }; / { /delete-node/ a; }; / { c { }; a { y; }; };'],
    ['nodes without reference', '/ { x = <&b>; /omit-if-no-ref/ a: a { }; /omit-if-no-ref/ b: b { }; };'],
    ['names', '/ { n { name = "n"; #a = "x"; a? ; 0 = <1>; 10; 9; a@1 { }; a@2 { }; }; };'],
    ['labels in values', '/ { a = l1: <l2: 1 l3: 2 l4:> l5:, l6: "x", [ l7: 01 l8: 02 l9:]; };'],
    ['characters', "/ { a = <'\\xff' '\\0' '\"'>; };"],
    ['the CPU that boots', '/ { cpus { cpu@5 { reg = <5>; }; }; };'],
    ['a name within a name', '/ { reg-names; names; s; };'],
    ['paths', '/ { a = &l, &{/n}; l: n { o: o { b = &o; }; }; };'],
  ])('%s', (_, source) => {
    expect(same(`/dts-v1/;\n${source}`)).toBe(true);
  });
});
