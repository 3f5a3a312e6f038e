import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { sifiveGpio } from './gpio.js';

const IN_VAL = 0x00;
const [IN_EN, OUT_EN, OUT_VAL, PUE] = [0x04, 0x08, 0x0c, 0x10];
const [RISE_IE, RISE_IP, FALL_IE, FALL_IP] = [0x18, 0x1c, 0x20, 0x24];
const [HIGH_IE, HIGH_IP, LOW_IE, LOW_IP] = [0x28, 0x2c, 0x30, 0x34];
const [IOF_EN, IOF_SEL, OUT_XOR] = [0x38, 0x3c, 0x40];

const port = () => new DeviceHarness(sifiveGpio({ iof: 'fe310-g002' }), { name: 'gpio0' });

describe('SiFive GPIO (FE310-G002 manual, chapter 17)', () => {
  test('after a reset nothing drives, and every input reads 0', () => {
    const gpio = port();
    expect(gpio.read(IN_VAL)).toBe(0);
    for (const offset of [IN_EN, OUT_EN, OUT_VAL, PUE, 0x14, RISE_IE, RISE_IP, FALL_IP, HIGH_IP, IOF_EN, OUT_XOR])
      expect(gpio.read(offset)).toBe(0);
    expect(gpio.read(LOW_IP)).toBe(0xffff_ffff);
    expect(gpio.net('GPIO19').level).toBe('floating');
  });

  test('an output follows output_val, inverted by out_xor', () => {
    const gpio = port();
    gpio.write(OUT_EN, 1 << 19);
    expect(gpio.net('GPIO19').level).toBe('low');
    gpio.write(OUT_VAL, 1 << 19);
    expect([gpio.net('GPIO19').level, gpio.net('GPIO19').strength]).toEqual(['high', 'driven']);
    gpio.write(OUT_XOR, 1 << 19);
    expect(gpio.net('GPIO19').level).toBe('low');
    gpio.write(OUT_EN, 0);
    expect(gpio.net('GPIO19').level).toBe('floating');
  });

  test('pue pulls what nobody drives', () => {
    const gpio = port();
    gpio.write(PUE, 1 << 9);
    expect([gpio.net('GPIO9').level, gpio.net('GPIO9').strength]).toEqual(['high', 'pulled']);
    gpio.write(OUT_EN, 1 << 9);
    expect([gpio.net('GPIO9').level, gpio.net('GPIO9').strength]).toEqual(['low', 'driven']);
  });

  test('an input is seen while input_en is set', () => {
    const gpio = port();
    gpio.net('GPIO31').driver('test').set('high');
    expect(gpio.read(IN_VAL)).toBe(0);
    gpio.write(IN_EN, 0x8000_0000);
    expect(gpio.read(IN_VAL)).toBe(0x8000_0000);
    gpio.write(IN_EN, 0);
    expect(gpio.read(IN_VAL)).toBe(0);
  });

  test('an output can be read back through its input', () => {
    const gpio = port();
    gpio.write(IN_EN, 1);
    gpio.write(OUT_EN, 1);
    gpio.write(OUT_VAL, 1);
    expect(gpio.read(IN_VAL)).toBe(1);
  });

  test('edges stay pending until one is written, and interrupt where enabled', () => {
    const gpio = port();
    const pin = gpio.net('GPIO5').driver('test');
    const irq = gpio.signal('irq5');
    gpio.write(IN_EN, 1 << 5);
    gpio.write(RISE_IE, 1 << 5);
    pin.set('high');
    expect([gpio.read(RISE_IP), gpio.read(FALL_IP), irq.level]).toEqual([1 << 5, 0, 1]);
    pin.set('low');
    expect([gpio.read(RISE_IP), gpio.read(FALL_IP), irq.level]).toEqual([1 << 5, 1 << 5, 1]);
    gpio.write(RISE_IP, 1 << 5);
    expect([gpio.read(RISE_IP), irq.level]).toEqual([0, 0]);
    gpio.write(FALL_IE, 1 << 5);
    expect(irq.level).toBe(1);
    gpio.write(FALL_IP, 1 << 5);
    expect([gpio.read(FALL_IP), irq.level, gpio.signal('irq4').level]).toEqual([0, 0, 0]);
  });

  test('a level that lasts is pending again at once', () => {
    const gpio = port();
    const pin = gpio.net('GPIO0').driver('test');
    gpio.write(IN_EN, 1);
    pin.set('high');
    gpio.write(HIGH_IE, 1);
    gpio.write(HIGH_IP, 1);
    expect([gpio.read(HIGH_IP) & 1, gpio.signal('irq0').level]).toEqual([1, 1]);
    // low was pending since the reset; now it can be cleared
    gpio.write(LOW_IP, 1);
    expect(gpio.read(LOW_IP) & 1).toBe(0);
    pin.set('low');
    expect([gpio.read(HIGH_IP) & 1, gpio.read(LOW_IP) & 1]).toEqual([1, 1]);
    gpio.write(HIGH_IP, 1);
    expect([gpio.read(HIGH_IP) & 1, gpio.signal('irq0').level]).toEqual([0, 0]);
    gpio.write(LOW_IE, 1);
    expect(gpio.signal('irq0').level).toBe(1);
  });

  test('IOF0 and IOF1 take a pin over, and out_xor inverts what they drive', () => {
    const gpio = port();
    const pwm = gpio.pinFunction('PWM1_PWM1');
    pwm.drive('high');
    gpio.write(IOF_SEL, 1 << 19);
    expect(gpio.net('GPIO19').level).toBe('floating');
    gpio.write(IOF_EN, 1 << 19);
    expect(gpio.net('GPIO19').level).toBe('high');
    gpio.write(OUT_XOR, 1 << 19);
    expect(gpio.net('GPIO19').level).toBe('low');
    pwm.drive('low');
    expect(gpio.net('GPIO19').level).toBe('high');
    // GPIO19 has no IOF0: the GPIO registers keep it
    gpio.write(IOF_SEL, 0);
    gpio.write(OUT_XOR, 0);
    gpio.write(OUT_EN, 1 << 19);
    expect(gpio.net('GPIO19').level).toBe('low');
  });

  test('an input function hears its pin while it is switched to it', () => {
    const gpio = port();
    const rx = gpio.pinFunction('UART0_RX');
    const pin = gpio.net('GPIO16').driver('test');
    pin.set('low');
    expect([rx.level, rx.routed]).toEqual([1, false]);
    gpio.write(IOF_EN, 1 << 16);
    expect([rx.level, rx.routed]).toEqual([0, true]);
    pin.set('high');
    expect(rx.level).toBe(1);
    gpio.write(IOF_EN, 0);
    expect(rx.routed).toBe(false);
  });

  test('a reset lets go of the pins', () => {
    const gpio = port();
    gpio.write(OUT_EN, 0xffff_ffff);
    gpio.instance.reset('system');
    expect(gpio.net('GPIO3').level).toBe('floating');
  });

  test('no state escapes', () => {
    const escaped = checkDeviceState(sifiveGpio({ iof: 'fe310-g002' }), (gpio) => {
      gpio.write(OUT_EN, 0xff);
      gpio.write(OUT_VAL, 0x55);
      gpio.write(IN_EN, 0x0f);
      return gpio.read(IN_VAL);
    });
    expect(escaped).toBeUndefined();
  });
});

test('a board may wire a pin to its reset: low, driven by the chip', () => {
  const gpio = new DeviceHarness(sifiveGpio({ pins: 16, restart: 10 }), { name: 'gpio' });
  gpio.net('GPIO10').driver('test').set('pull-down');
  expect(gpio.resets).toEqual([]);
  gpio.write(OUT_VAL, 1 << 10);
  gpio.write(OUT_EN, 1 << 10);
  expect(gpio.resets).toEqual([]);
  gpio.write(OUT_VAL, 0);
  expect(gpio.resets).toEqual(['pin']);
});
