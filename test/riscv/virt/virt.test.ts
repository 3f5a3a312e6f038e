import { describe, expect, test } from 'vitest';
import { riscvVirtBoard, type VirtOptions } from '../../../src/boards/riscv-virt.js';
import { readElf } from '../../../src/emu/debug/elf.js';

/** A board with one of the programs, and what it said when it ended. */
function run(program: string, options: VirtOptions) {
  const { segments } = readElf(`${import.meta.dirname}/firmware/${program}-rv${options.xlen}.elf`);
  const board = riscvVirtBoard(options);
  const machine = board.createMachine({ image: segments });
  const handles = board.handlesOf(machine);
  const { uart0, finisher } = handles;
  const until = (done: () => boolean) => {
    for (let i = 0; i < 400 && !done() && finisher.exitCode === undefined; i++) machine.runCycles(100_000);
  };
  const end = () => {
    until(() => false);
    machine.runCycles(2_000_000); // what the UART still holds
    return { exitCode: finisher.exitCode, text: uart0.text, errors: machine.guestErrors.map(({ what }) => what) };
  };
  return { machine, handles, until, end };
}

const DISK = new Uint8Array(8 * 512);
DISK.set(new TextEncoder().encode('the second sector\n\0'), 512);

describe.each([32, 64] as const)('firmware on riscv-virt, RV%i', (xlen) => {
  test('the RTC: time and alarm', () => {
    expect(run('rtc', { xlen }).end()).toEqual({ exitCode: 0, text: 'time high 0x17a61017\nalarm\n', errors: [] });
  });

  test('the flash: query, erase, program, buffer', () => {
    const { handles, end } = run('flash', { xlen });
    expect(end()).toEqual({ exitCode: 0, text: 'size log2 0x00180018\nprogrammed\n', errors: [] });
    expect([...handles.flash1.contents(127 * 0x4_0000, 4)]).toEqual([0x78, 0x56, 0x34, 0x12]);
  });

  test('code runs from the first flash, which it starts in, and what was programmed there is code too', () => {
    const { segments } = readElf(`${import.meta.dirname}/firmware/pflash-rv${xlen}.elf`);
    const image = new Uint8Array(0x200);
    for (const { physicalAddress, data } of segments) image.set(data, physicalAddress - 0x2000_0000);
    const board = riscvVirtBoard({ xlen, flash: [image] });
    const machine = board.createMachine();
    const { uart0, finisher, flash0 } = board.handlesOf(machine);
    machine.runCycles(3_000_000);
    const during = machine.snapshot();
    machine.runCycles(2_000_000);
    expect([uart0.text, finisher.exitCode, machine.guestErrors]).toEqual(['from flash 47', 0, []]);
    expect([...flash0.contents(0x8_0000, 4)]).toEqual([0x13, 0x05, 0x70, 0x03]);
    const hash = machine.hash();
    machine.restore(during);
    machine.runCycles(2_000_000);
    expect(machine.hash()).toBe(hash);
  });

  test.each([
    ['version 1', false],
    ['version 2', true],
  ])('virtio, %s: disk, entropy and console by interrupts', (_, modernVirtio) => {
    const options = {
      xlen,
      modernVirtio,
      disk: { image: DISK, serial: 'a disk' },
      virtconsole: true,
      rng: true,
    } as const;
    const { machine, until, end } = run('virtio', options);
    const { disk, virtconsole } = riscvVirtBoard(options).handlesOf(machine);
    until(() => virtconsole.text !== '');
    const before = machine.snapshot();
    virtconsole.type('ping');
    const first = end();
    expect(first).toEqual({
      exitCode: 0,
      text: expect.stringMatching(
        /^version 0x0000000[12]\nsectors 0x00000008\nthe second sector\na disk\nrandom 0x[0-9a-f]{8}\n$/,
      ),
      errors: [],
    });
    expect(virtconsole.text).toBe('hello from the guest\nping');
    expect([...disk.contents(1024, 4)]).toEqual([0x5a, 0x5b, 0x58, 0x59]);
    const hash = machine.hash();
    machine.restore(before);
    virtconsole.type('ping');
    expect([end(), machine.hash()]).toEqual([first, hash]);
  });

  test.each([2, 4])('%i harts: locks and software interrupts', (harts) => {
    const { machine, end } = run('smp', { xlen, harts });
    machine.bus.poke(0x8010_0000, 4, harts);
    const total = (harts * 100).toString(16).padStart(8, '0');
    expect(end()).toEqual({ exitCode: 0, text: `total 0x${total}\n`, errors: [] });
  });
});
