import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { riscvVirt } from '../../src/boards/riscv-virt.js';
import { virtTree } from '../../src/boards/riscv-virt-tree.js';
import { decodeDtb, encodeDtb } from '../../src/machine-file/devicetree/dtb.js';
import { type DtNode, nodeAt } from '../../src/machine-file/devicetree/tree.js';

const QEMU = 'qemu-system-riscv64';
const hasQemu = spawnSync(QEMU, ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'fwtest-tree-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What QEMU says of the machine and this board does not have. */
const ABSENT = /^(pmu|platform-bus@|pci@)/;
/** Properties that are other ones here, as docs/riscv-virt.md says. */
const DIFFERENT = new Set(['rng-seed', 'riscv,isa', 'mmu-type']);

function* linesOf(node: DtNode, path: string): Generator<string> {
  for (const [name, value] of node.properties) {
    if (!DIFFERENT.has(name)) yield `${path} ${name} = ${Buffer.from(value).toString('hex')}`;
  }
  for (const child of node.children) {
    if (!ABSENT.test(child.name)) yield* linesOf(child, `${path}/${child.name}`);
  }
}

describe('the device tree of virt', () => {
  test.skipIf(!hasQemu)(
    'is that of QEMU 7.2, node by node and in its order, with 4 harts, kernel and RAM disk (needs qemu-system-riscv64)',
    () => {
      const [dtb, kernel, initrd] = ['virt.dtb', 'kernel', 'initrd'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      execFileSync('sh', ['-c', `head -c 5000 /dev/zero > ${kernel}; head -c 1000 /dev/zero > ${initrd}`]);
      const files = ['-bios', 'none', '-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0'];
      execFileSync(QEMU, ['-M', `virt,dumpdtb=${dtb}`, '-smp', '4', '-m', '256', ...files], { stdio: 'ignore' });
      const theirs = decodeDtb(readFileSync(dtb));
      const ours = virtTree({
        harts: 4,
        isa: 'rv64imac',
        mmu: 'riscv,sv39',
        ramSize: 2 ** 28,
        append: 'console=ttyS0',
        initrd: { start: 0x8800_0000, end: 0x8800_03e8 },
      });
      expect([...linesOf(ours.root, '')]).toEqual([...linesOf(theirs.root, '')]);
    },
  );

  test('is where a1 points to', () => {
    const machine = riscvVirt.createMachine();
    const bytes = machine.bus.bytes(0x87e0_0000, 0x2000);
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4);
    const { root } = decodeDtb(bytes.subarray(0, size));
    expect(nodeAt(root, '/soc/serial@10000000')?.properties.has('clock-frequency')).toBe(true);
    expect(encodeDtb(decodeDtb(bytes.subarray(0, size)))).toEqual(new Uint8Array(bytes.subarray(0, size)));
  });

  test('comes back with every reset, and RAM beside it stays as it is', () => {
    const machine = riscvVirt.createMachine();
    machine.bus.poke(0x87e0_0000, 4, 0);
    machine.bus.poke(0x8000_0000, 4, 0x1234);
    machine.reset('software');
    expect([machine.bus.peek(0x87e0_0000, 4), machine.bus.peek(0x8000_0000, 4)]).toEqual([0xedfe_0dd0, 0x1234]);
  });
});
