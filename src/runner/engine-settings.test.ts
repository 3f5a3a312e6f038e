import { expect, test } from 'vitest';
import { stm32f4Discovery } from '../boards/index.js';
import { UsageError } from '../emu/errors.js';
import { chosen, ENGINES } from './engine-settings.js';
import { firmwareProject } from './firmware-project.js';
import { Bringup } from './firmware-test.js';

test('the command line comes before the test file, and that before the plugin', () => {
  const [commandLine, testFile, plugin] = [{ engine: 'cold' }, { engine: 'hot' }, { engine: 'auto' }] as const;
  expect(chosen(commandLine, testFile, plugin).engine).toBe('cold');
  expect(chosen({}, testFile, plugin).engine).toBe('hot');
  expect(chosen({ stats: true }, {}, plugin)).toEqual({ engine: 'auto', stats: true });
  expect(chosen({}, {}, { stats: true })).toEqual({ engine: undefined, stats: true });
  expect(chosen()).toEqual({ engine: undefined, stats: false });
});

test('an unknown engine is a usage error that names those there are', () => {
  const firmware = './app.elf';
  const wrong = 'fast' as 'hot';
  for (const ask of [
    () => new Bringup({ board: stm32f4Discovery, firmware, engine: wrong }),
    () => firmwareProject({ engine: wrong }),
  ]) {
    expect(ask).toThrow(UsageError);
    expect(ask).toThrow(/`engine` is "fast"\n {2}where: .*\n {2}remedy: give 'auto', 'cold', 'hot', or leave it out/);
  }
  for (const engine of ENGINES) expect(() => firmwareProject({ engine })).not.toThrow();
});

test('an option that firmwareTest does not have is refused', () => {
  const options = { board: stm32f4Discovery, firmware: './app.elf', boot: () => {} };
  expect(() => new Bringup(options)).toThrow("firmwareTest: there is no option 'boot'");
  const timing = 'exact' as 'part';
  expect(() => new Bringup({ board: stm32f4Discovery, firmware: './app.elf', timing })).toThrow(
    "give 'part' or 'ideal'",
  );
});
