import { describe, expect, test } from 'vitest';
import { sifiveE } from '../../../src/boards/sifive-e.js';
import { lm75, spiPeer } from '../../../src/devices.js';
import { boot, finish, results } from '../boot.js';

describe('sifive-e', () => {
  test('the reset code leads to the program in flash, on the ring oscillator', () => {
    const board = boot('sifive-e/firmware/hello.elf', sifiveE);
    expect(board.cpu.pc).toBe(0x1004);
    board.run('5cycles');
    expect(board.cpu.pc).toBe(0x2040_0000);
    expect(board.machine.timebase.cpuClock.hertz).toBe(13_800_000);
  });

  test.each([
    ['behind the boot loader of Rev B', 0x2001_0000],
    ['where the hardware starts', 0x2000_0000],
    ['in DTIM', 0x8000_0000],
  ])('a program elsewhere is found: %s', (_, address) => {
    // li a0, 7; j .
    const data = Uint8Array.of(0x13, 0x05, 0x70, 0x00, 0x6f, 0x00, 0x00, 0x00);
    const machine = sifiveE.createMachine({ image: [{ physicalAddress: address, data }] });
    machine.runCycles(20);
    expect([machine.cpu.register('a0'), machine.cpu.pc >>> 0]).toEqual([7, address + 4]);
  });

  test('says hello through GPIO17 and lights the green LED', () => {
    const board = boot('sifive-e/firmware/hello.elf', sifiveE);
    board.run('10ms');
    expect(board.uart0.text).toBe('hello from sifive-e\n');
    expect(board.console.text).toBe('hello from sifive-e\n');
    expect([board.green.lit, board.red.lit]).toEqual([true, false]);
    expect(board.guestErrors).toEqual([]);
    expect(board.machine.timebase.cpuClock.hertz).toBe(16_000_000);
  });

  test('the headers have Arduino names', () => {
    const board = boot('sifive-e/firmware/hello.elf', sifiveE);
    board.run('10ms');
    expect(board.pin('D3').level).toBe('low');
    expect(board.pin('D3').name).toBe('D3');
    board.pin('D13').drive('high');
    expect(board.pin('GPIO5').level).toBe('high');
  });

  test('interrupts: UART0 by PLIC source 3, a pin by 8 + its number', () => {
    const board = boot('sifive-e/firmware/echo.elf', sifiveE);
    board.uart0.waitFor('ready\n', { within: '10ms' });
    board.uart0.type('Hello, board');
    board.uart0.waitFor('HELLO, BOARD', { within: '10ms' });
    expect(results(board).slice(0, 4)).toEqual([12, 0x8000_000b, 3, 0]);
    board.pin('GPIO10').drive('low');
    board.run('1ms');
    board.pin('GPIO10').release();
    board.run('1ms');
    expect(results(board).slice(2, 4)).toEqual([18, 1]);
    expect(board.guestErrors).toEqual([]);
  });

  test('the flash: identified, erased and programmed through the FIFO, seen as memory', () => {
    const board = boot('sifive-e/firmware/flash.elf', sifiveE);
    board.flash.write(
      0x8_0000,
      Uint8Array.from({ length: 32 }, (_, i) => i),
    );
    const words = finish(board, '200ms');
    expect(words.slice(0, 6)).toEqual([0x9d, 0x60, 24, 0x1312_1110, 0xffff_ffff, 0xc3c2_c1c0]);
    expect([...board.flash.bytes(0x8_0010, 4)]).toEqual([0xc0, 0xc1, 0xc2, 0xc3]);
    // a sector takes 45 ms, a page 0.4 ms
    expect(board.time).toBeGreaterThan(45.4e6);
    expect(board.guestErrors).toEqual([]);
  });

  test('the flash reads with four data lines, as its command says', () => {
    const board = boot('sifive-e/firmware/hello.elf', sifiveE);
    board.flash.write(0x10_0000, Uint8Array.of(0x11, 0x22, 0x33, 0x44));
    const { bus } = board.machine;
    const [base, single, quad] = [0x1001_4000, 0x8_0008, 0x8_0002];
    const set = (offset: number, value: number) => bus.write(base + offset, 4, value);
    const drain = () => board.run('100us');
    set(0x60, 0);
    set(0x18, 2);
    set(0x40, single);
    for (const byte of [0x6b, 0x10, 0, 0, 0]) set(0x48, byte);
    drain();
    set(0x40, quad);
    for (let i = 0; i < 4; i++) set(0x48, 0);
    drain();
    expect(Array.from({ length: 4 }, () => bus.read(base + 0x4c, 4))).toEqual([0x11, 0x22, 0x33, 0x44]);
    // the same with one line is nothing that the flash understands
    set(0x18, 0);
    drain();
    set(0x18, 2);
    set(0x40, single);
    for (const byte of [0xeb, 0x10, 0, 0]) set(0x48, byte);
    drain();
    set(0x40, 0x8_0000);
    set(0x48, 0);
    drain();
    expect(bus.read(base + 0x4c, 4)).toBe(0xff);
  });

  test('code that switches its flash off faults', () => {
    const board = boot('sifive-e/firmware/hello.elf', sifiveE);
    board.run('1ms');
    board.machine.bus.write(0x1001_4060, 4, 0);
    expect(() => board.machine.bus.read(0x2040_0000, 4)).toThrow();
  });

  test('PWM1 through IOF1, and its interrupt', () => {
    const board = boot('sifive-e/firmware/pwm.elf', sifiveE);
    board.run('20ms');
    const before = results(board)[0]!;
    // 10,000 clocks at 13.8 MHz
    board.run('1380000cycles');
    expect(results(board).slice(0, 2)).toEqual([before + 138, 44]);
    const edges = board.pin('GPIO19').edges.slice(-4);
    const rise = edges.findIndex(({ level }) => level === 'high');
    const [up, down, next] = edges.slice(rise).map(({ cycles }) => cycles) as [number, number, number];
    expect([down - up, next - up]).toEqual([7500, 10_000]);
    expect(board.guestErrors).toEqual([]);
  });

  test('PLL, OTP, sleep by the real-time clock, watchdog', () => {
    const board = boot('sifive-e/firmware/power.elf', sifiveE);
    board.run('1ms');
    expect(board.aon.pmuie.rtc).toBe(1);
    board.run('50ms');
    expect(board.machine.timebase.cpuClock.hertz).toBe(0);
    const words = finish(board, '200ms');
    // three lives: reset, woken by the real-time clock, reset by the watchdog
    expect(words.slice(0, 5)).toEqual([3, 0, 1, 0x200, 21]);
    expect(board.machine.timebase.cpuClock.hertz).toBe(72_000_000);
    expect(board.guestErrors).toEqual([]);
  });

  test('parts on I2C and SPI1, by the pins of the headers', () => {
    const board = boot(
      'sifive-e/firmware/sensors.elf',
      sifiveE.with({ sensor: lm75('i2c0', { temperature: 21.5 }), peer: spiPeer('spi1', { select: 'GPIO2' }) }),
    );
    board.peer.reply(0x5a);
    const words = finish(board, '150ms');
    // 21.5 degrees in halves, in the upper nine bits; what the peer answered
    expect(words.slice(0, 3)).toEqual([0x1580, 0x5a, 0x8000_000b]);
    expect(board.peer.received).toEqual([0xc3]);
    expect(board.guestErrors).toEqual([]);
  });

  test('what there is not is said when it is used', () => {
    const board = boot('sifive-e/firmware/hello.elf', sifiveE);
    expect(() => board.machine.bus.read(0x3000, 4)).toThrow('error device');
    expect(() => board.machine.bus.read(0x2100_0000, 4)).toThrow('flash behind its first 16 MiB');
  });

  test('a snapshot in the middle of everything goes on as before', () => {
    const board = boot('sifive-e/firmware/echo.elf', sifiveE);
    board.run('1ms');
    board.uart0.type('abcdef');
    board.run('300us');
    const snapshot = board.snapshot();
    board.run('1234567cycles');
    const hash = board.hash();
    board.restore(snapshot);
    board.run('1234567cycles');
    expect(board.hash()).toBe(hash);
  });
});
