import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../emu/errors.js';
import { decodeDtb, encodeDtb } from './dtb.js';
import { HEADER } from './dtb-format.js';
import { type DtNode, type DtTree, node, nodeAt, tree } from './tree.js';
import { cells, empty, joined, Phandles, readStrings, readU32s, reg, strings, u32, u64 } from './values.js';

const has = (tool: string) => spawnSync(tool, ['--version']).status === 0;

function small(): DtTree {
  const soc = node('soc', { '#address-cells': u32(2), '#size-cells': u32(2), ranges: empty }, [
    node('uart@10000000', {
      compatible: strings('ns16550a'),
      reg: reg({ address: 2, size: 2 }, [0x1000_0000, 0x100]),
      'clock-frequency': u32(3_686_400),
    }),
  ]);
  const root = node('', { '#address-cells': u32(2), '#size-cells': u32(2), compatible: strings('a,b', 'c') }, [soc]);
  return tree(root, { reservations: [{ address: 0x8000_0000n, size: 0x1000n }], bootCpu: 3 });
}

/** The bytes of `small()`, with one word of the header changed. */
function withHeader(field: keyof typeof HEADER, value: number): Uint8Array {
  const bytes = encodeDtb(small());
  new DataView(bytes.buffer).setUint32(HEADER[field], value);
  return bytes;
}

describe('values', () => {
  test('cells are big endian, strings end in NUL', () => {
    expect([...u32(1, 0xdead_beef)]).toEqual([0, 0, 0, 1, 0xde, 0xad, 0xbe, 0xef]);
    expect([...u64(0x1_0000_0002)]).toEqual([0, 0, 0, 1, 0, 0, 0, 2]);
    expect([...strings('a', 'bc')]).toEqual([97, 0, 98, 99, 0]);
    expect([...cells(1, 5), ...cells(0, 5), ...cells(3, 5)]).toEqual([0, 0, 0, 5, ...new Array(11).fill(0), 5]);
    expect([...joined(u32(1), empty, u32(2))]).toEqual([0, 0, 0, 1, 0, 0, 0, 2]);
  });

  test('readers refuse what is none', () => {
    expect(readU32s(u32(7, 8))).toEqual([7, 8]);
    expect(readU32s(new Uint8Array(3))).toBeUndefined();
    expect(readStrings(strings('x', ''))).toEqual(['x', '']);
    expect(readStrings(Uint8Array.of(65))).toBeUndefined();
    expect(readStrings(Uint8Array.of(0xff, 0))).toBeUndefined();
  });

  test('phandles count up from the first asked for', () => {
    const [a, b] = [node('a'), node('b')];
    const phandles = new Phandles();
    expect([phandles.of(b), phandles.of(a), phandles.of(b)]).toEqual([1, 2, 1]);
    expect(b.properties.get('phandle')).toEqual(u32(1));
  });
});

describe('encodeDtb and decodeDtb', () => {
  test('what is written is read', () => {
    expect(decodeDtb(encodeDtb(small()))).toEqual(small());
  });

  test('nodes are found by path, without unit address too', () => {
    const { root } = small();
    expect(nodeAt(root, '/soc/uart')?.name).toBe('uart@10000000');
    expect(nodeAt(root, '/soc/uart@10000000')?.name).toBe('uart@10000000');
    expect(nodeAt(root, '/soc/uart@1')).toBeUndefined();
    expect(nodeAt(root, '/')).toBe(root);
  });

  test('any tree comes back', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9,._+-]{0,30}$/);
    const any: fc.Memo<DtNode> = fc.memo((depth) =>
      fc
        .tuple(
          name,
          fc.dictionary(name, fc.uint8Array({ maxLength: 9 })),
          depth > 1 ? fc.array(any(depth - 1), { maxLength: 3 }) : fc.constant<DtNode[]>([]),
        )
        .map(([called, properties, children]): DtNode => node(called, properties, children)),
    );
    fc.assert(
      fc.property(any(4), ({ properties, children }) => {
        const made = tree({ name: '', properties, children });
        expect(decodeDtb(encodeDtb(made))).toEqual(made);
      }),
    );
  });

  test.skipIf(!has('dtc'))('dtc writes the same bytes (needs dtc)', () => {
    const bytes = encodeDtb(small());
    const dtc = spawnSync('dtc', ['-q', '-I', 'dtb', '-O', 'dtb', '-b', '3'], { input: bytes });
    expect(Buffer.compare(dtc.stdout, bytes)).toBe(0);
  });

  test.skipIf(!has('dtc') || !has('qemu-system-riscv64')).each(['virt', 'sifive_u'])(
    "QEMU's tree of %s survives (needs dtc and qemu-system-riscv64)",
    (machine) => {
      const folder = mkdtempSync(join(tmpdir(), 'dtb-'));
      const file = join(folder, 'tree.dtb');
      spawnSync('qemu-system-riscv64', ['-M', `${machine},dumpdtb=${file}`, '-display', 'none']);
      const bytes = readFileSync(file);
      rmSync(folder, { recursive: true });
      const text = (input: Uint8Array) =>
        spawnSync('dtc', ['-q', '-I', 'dtb', '-O', 'dts'], { input }).stdout.toString();
      expect(text(encodeDtb(decodeDtb(bytes)))).toBe(text(bytes));
      expect(text(bytes)).toContain('riscv');
    },
  );
});

describe('damaged files', () => {
  const refused = (bytes: Uint8Array): string => {
    try {
      decodeDtb(bytes, 'a.dtb');
    } catch (error) {
      if (error instanceof UsageError) return `${error.problem.what} (${error.problem.where})`;
      throw error;
    }
    return 'accepted';
  };

  test('say what and at which offset', () => {
    const size = encodeDtb(small()).length;
    expect(refused(new Uint8Array(0))).toMatchInlineSnapshot(
      `"0 bytes are no devicetree: its header alone has 40 (a.dtb, offset 0x0)"`,
    );
    expect(refused(withHeader('magic', 0x7f45_4c46))).toMatchInlineSnapshot(
      `"no flattened devicetree: it starts with 0x7f454c46 instead of 0xd00dfeed (a.dtb, offset 0x0)"`,
    );
    expect(refused(withHeader('totalsize', size + 1))).toMatchInlineSnapshot(
      `"the tree has 354 bytes, the file 353 (a.dtb, offset 0x4)"`,
    );
    expect(refused(withHeader('version', 3))).toMatchInlineSnapshot(
      `"version 3 (compatible with 16) of the format; read are 16 and 17 (a.dtb, offset 0x14)"`,
    );
    expect(refused(withHeader('off_dt_struct', 0xffff_fff0))).toMatchInlineSnapshot(
      `"the structure block, 216 bytes at 0xfffffff0, is outside the 353 bytes of the tree (a.dtb, offset 0x8)"`,
    );
    expect(refused(withHeader('off_dt_struct', 0x45))).toMatchInlineSnapshot(
      `"the structure block starts at 0x00000045, no multiple of 4 (a.dtb, offset 0x8)"`,
    );
    expect(refused(withHeader('off_dt_strings', 0))).toMatchInlineSnapshot(
      `"the strings block, 65 bytes at 0x00000000, is outside the 353 bytes of the tree (a.dtb, offset 0xc)"`,
    );
    expect(refused(withHeader('size_dt_struct', 16))).toMatchInlineSnapshot(
      `"the structure block ends in the middle of a node (a.dtb, offset 0x58)"`,
    );
    expect(refused(withHeader('size_dt_strings', 4))).toMatchInlineSnapshot(
      `"the name of a property has no end within 255 characters (a.dtb, offset 0x120)"`,
    );
    expect(refused(withHeader('off_mem_rsvmap', size & ~7))).toMatchInlineSnapshot(
      `"the memory reservation block, 16 bytes at 0x00000160, is outside the 353 bytes of the tree (a.dtb, offset 0x10)"`,
    );
  });

  test('deep nesting ends', () => {
    let inner = node('n');
    for (let depth = 0; depth < 70; depth++) inner = node('n', {}, [inner]);
    expect(refused(encodeDtb(tree({ ...inner, name: '' })))).toMatchInlineSnapshot(
      `"nodes are nested deeper than 64 (a.dtb, offset 0x238)"`,
    );
  });

  test('any change of any byte is refused or read, never worse', () => {
    const bytes = encodeDtb(small());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(bytes.length),
        (changes, cut) => {
          const mutant = bytes.slice();
          for (const [at, value] of changes) mutant[at] = value;
          refused(mutant);
          refused(mutant.subarray(0, cut));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
