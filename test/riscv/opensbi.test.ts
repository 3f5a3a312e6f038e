import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { riscvVirtBoard, type VirtOptions } from '../../src/boards/riscv-virt.js';
import { type Answer, hasQemu, qemuConsole } from './qemu-console.js';

/** OpenSBI and U-Boot as Debian packages them, unchanged; what they say is compared with what they say on QEMU. */

const OPENSBI = '/usr/lib/riscv64-linux-gnu/opensbi/generic';
const U_BOOT = '/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin';
const U_BOOT_M = '/usr/lib/u-boot/qemu-riscv64/u-boot.bin';
const PROMPT = '\n=> ';
const missing = [`${OPENSBI}/fw_dynamic.bin`, U_BOOT, U_BOOT_M].filter((path) => !existsSync(path));

/** What QEMU 7.2 has and this board has not, or what follows from where the device tree ends: see docs/riscv-virt.md. */
const DIFFERENT: readonly RegExp[] = [
  /^Boot HART (Base ISA|MHPM Count|MIDELEG|MEDELEG) /,
  /^CPU: /,
  /^Core: /,
  /Working FDT set to /,
  /^(fdt_blob|new_fdt|fdt_size) /,
  /^ reserved\[/,
  /^ {2}(Vendor|Architecture|Implementation) ID /,
];

/** Lines without what differs; phandles of the device tree are numbered alike on both. */
function comparable(text: string): string[] {
  const lines = text.replaceAll('\r', '').split('\n');
  return lines.map((line) => line.trimEnd()).filter((line) => !DIFFERENT.some((pattern) => pattern.test(line)));
}

/** Boots, and types what there is to type. */
function ourConsole(options: Omit<VirtOptions, 'xlen'>, answers: readonly Answer[]) {
  const board = riscvVirtBoard({ ...options, xlen: 64 });
  const machine = board.createMachine({ engine: 'auto' });
  const { uart0, finisher } = board.handlesOf(machine);
  const times: number[] = [];
  let from = 0;
  const until = (text: string) => {
    for (let i = 0; i < 1500 && finisher.exitCode === undefined && !uart0.text.slice(from).includes(text); i++) {
      machine.runCycles(500_000);
    }
    from = uart0.text.length;
    times.push(machine.nanoseconds / 1e9);
  };
  for (const [after, line] of answers) {
    until(after);
    uart0.type(`${line}\r`);
  }
  until('(the end)');
  machine.runCycles(500_000);
  const errors = machine.guestErrors.map(({ what }) => what);
  return { text: uart0.text, exitCode: finisher.exitCode, seconds: times[0]!, errors };
}

/** Lines typed at U-Boot's prompt, once the machine has got there by itself. */
const atPrompt = (...lines: string[]): Answer[] => lines.map((line) => [PROMPT, line]);
/** The same without waiting for U-Boot to look for something to boot. */
const atOnce = (...lines: string[]): Answer[] => [['Hit any key', ''], ...atPrompt(...lines)];

const COMMANDS = atPrompt(
  'version',
  'bdinfo',
  'virtio scan',
  'virtio info',
  'md.l 80200000 8',
  'mw.l 84000000 12345678 2',
  'md.b 84000000 10',
  'cp.l 80200000 84000000 40; cmp.l 80200000 84000000 40; crc32 80200000 1000',
  'fdt addr $fdtcontroladdr; fdt print /soc/serial@10000000; fdt print /soc/rtc@101000; fdt print /memory@80000000',
  'sf probe',
  'sbi',
  'poweroff',
);

const DISK = new Uint8Array(64 * 512);
for (let i = 0; i < DISK.length; i++) DISK[i] = (i * 7 + (i >> 9)) & 0xff;

describe.skipIf(missing.length > 0)(
  missing.length > 0 ? `OpenSBI and U-Boot (needs ${missing.join(', ')})` : 'OpenSBI and U-Boot',
  { timeout: 600_000 },
  () => {
    const files = { bios: `${OPENSBI}/fw_dynamic.bin`, kernel: U_BOOT };
    const theirs = ['-M', 'virt', '-bios', files.bios, '-kernel', files.kernel];

    test.skipIf(!hasQemu)('say the same as on QEMU, to the prompt and at it (needs qemu-system-riscv64)', async () => {
      const ours = ourConsole(files, COMMANDS);
      expect([ours.exitCode, ours.errors]).toEqual([0, []]);
      expect(comparable(ours.text)).toEqual(comparable(await qemuConsole(theirs, COMMANDS)));
      expect(ours.seconds).toBeLessThan(5);
    });

    test.skipIf(!hasQemu)('the same with 4 harts and 256 MiB (needs qemu-system-riscv64)', async () => {
      const ours = ourConsole({ ...files, harts: 4, ram: 2 ** 28 }, atOnce('poweroff'));
      expect([ours.exitCode, ours.errors]).toEqual([0, []]);
      // QEMU's harts run for the lottery that elects the one to boot
      const withoutLottery = (text: string) =>
        comparable(text).filter((line) => !/^(Boot HART ID|Domain0 Boot HART) /.test(line));
      const options = [...theirs, '-smp', '4', '-m', '256'];
      expect(withoutLottery(ours.text)).toEqual(withoutLottery(await qemuConsole(options, atOnce('poweroff'))));
    });

    test.each(['fw_jump.bin', 'fw_jump.elf', 'fw_dynamic.elf'])('%s starts U-Boot, too', (firmware) => {
      const { text, exitCode, errors } = ourConsole({ ...files, bios: `${OPENSBI}/${firmware}` }, atOnce('poweroff'));
      expect([exitCode, errors]).toEqual([0, []]);
      expect(text).toContain('OpenSBI v');
      expect(text).toContain('Model: riscv-virtio,qemu');
    });

    test.skipIf(!hasQemu)(
      'U-Boot alone, in M mode, resets the machine and comes again (needs qemu-system-riscv64)',
      async () => {
        const commands = [...atOnce('bdinfo', 'reset'), ...atOnce('poweroff')];
        const ours = ourConsole({ bios: U_BOOT_M }, commands);
        expect([ours.exitCode, ours.errors]).toEqual([0, []]);
        const options = ['-M', 'virt', '-bios', U_BOOT_M];
        expect(comparable(ours.text)).toEqual(comparable(await qemuConsole(options, commands)));
      },
    );

    test('U-Boot reads a virtio disk', () => {
      const commands = atOnce(
        'virtio scan',
        'virtio info',
        'virtio read 84000000 2 3',
        'crc32 84000000 600',
        'md.b 84000000 10',
        'poweroff',
      );
      const { text, exitCode, errors } = ourConsole({ bios: U_BOOT_M, disk: { image: DISK } }, commands);
      expect([exitCode, errors]).toEqual([0, []]);
      expect(text).toContain('3 blocks read: OK');
      expect(text).toContain('84000000: 02 09 10 17 1e 25 2c 33 3a 41 48 4f 56 5d 64 6b');
    });
  },
);
