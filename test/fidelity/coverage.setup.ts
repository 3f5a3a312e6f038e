import { appendFileSync } from 'node:fs';
import { afterAll, expect } from 'vitest';
import { DeviceInstance } from '../../src/emu/device-instance.js';
import { flatten } from '../../src/emu/registers.js';

/**
 * With FWTEST_FIDELITY, notes in that file which test files access which registers, a JSON line each: [device type, register, test].
 * A read that compiled code makes by itself leaves no note; writes always do.
 */
const file = process.env['FWTEST_FIDELITY'];

if (file !== undefined) {
  const seen = new Set<string>();
  const names = new Map<object, Map<number, string>>();
  const nameAt = ({ type }: DeviceInstance, offset: number): string | undefined => {
    if (type.registers === undefined) return undefined;
    const known = names.get(type.registers) ?? new Map(flatten(type.registers).map((one) => [one.offset, one.name]));
    names.set(type.registers, known);
    return known.get(offset & ~3);
  };
  const note = (device: DeviceInstance, offset: number): void => {
    const register = nameAt(device, offset);
    if (register !== undefined) seen.add(`${device.type.name} ${register}`);
  };
  const { prototype } = DeviceInstance;
  const { read, write } = prototype;
  prototype.read = function (offset, size) {
    note(this, offset);
    return read.call(this, offset, size);
  };
  prototype.write = function (offset, value, size) {
    note(this, offset);
    write.call(this, offset, value, size);
  };
  afterAll(() => {
    const test = expect
      .getState()
      .testPath?.slice(process.cwd().length + 1)
      .replaceAll('\\', '/');
    const lines = [...seen].map((key) => `${JSON.stringify([...key.split(' '), test])}\n`);
    if (test !== undefined && lines.length > 0) appendFileSync(file, lines.join(''));
    prototype.read = read;
    prototype.write = write;
  });
}
