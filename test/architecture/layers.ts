/** Who may import whom, by folder or file below `src`. The first matching layer of a file is its layer. */
export interface Layer {
  readonly name: string;
  readonly files: RegExp;
  readonly mayImport: readonly string[];
  /** A violation of this layer's rule, for the check of the check. */
  readonly breach: readonly [importer: string, imported: string];
}

const FOUNDATION = ['bits', 'errors'];
const BASE = [...FOUNDATION, 'base'];

export const LAYERS: readonly Layer[] = [
  { name: 'bits', files: /^emu\/(bits|lazy)\.ts$/, mayImport: [], breach: ['emu/bits.ts', 'emu/errors.ts'] },
  {
    name: 'errors',
    files: /^emu\/(errors|call-site)\.ts$/,
    mayImport: ['bits'],
    breach: ['emu/errors.ts', 'emu/signal.ts'],
  },
  { name: 'isa', files: /^emu\/isa\//, mayImport: FOUNDATION, breach: ['emu/isa/emitter.ts', 'emu/bus.ts'] },
  {
    name: 'base',
    files:
      /^emu\/(rational|time|scheduler|signal|net|analog|state|storage|log|hash|track|duration|code-lines|spelling|options|written)\.ts$/,
    mayImport: FOUNDATION,
    breach: ['emu/signal.ts', 'emu/device.ts'],
  },
  {
    name: 'device',
    files:
      /^emu\/(registers|register-file|device|device-guard|device-instance|device-harness|device-row|device-state-check|not-modelled|attachments|link|[a-z0-9]+-link|part|part-instance|guest-report|misuse|frame)\.ts$/,
    mayImport: BASE,
    breach: ['emu/device.ts', 'emu/bus.ts'],
  },
  {
    name: 'memory',
    files: /^emu\/(memory|slab|block-copy|page-history)\.ts$/,
    mayImport: [...BASE, 'isa'],
    breach: ['emu/memory.ts', 'emu/bus.ts'],
  },
  {
    name: 'bus',
    files: /^emu\/(bus.*|address-map)\.ts$/,
    mayImport: [...BASE, 'device', 'memory', 'isa'],
    breach: ['emu/bus.ts', 'emu/machine.ts'],
  },
  {
    name: 'cpu interface',
    files: /^emu\/(cpu|cpu\/turns)\.ts$/,
    mayImport: [...BASE, 'isa', 'device', 'memory', 'bus'],
    breach: ['emu/cpu.ts', 'emu/machine.ts'],
  },
  {
    name: 'generator',
    files: /^emu\/cpu\/generate\.ts$/,
    mayImport: ['isa', 'armv7m', 'riscv'],
    breach: ['emu/cpu/generate.ts', 'emu/bus.ts'],
  },
  {
    name: 'core group',
    files: /^emu\/cpu\/group/,
    mayImport: [...BASE, 'isa', 'device', 'cpu interface', 'bus', 'memory'],
    breach: ['emu/cpu/group/group.ts', 'emu/cpu/riscv/core.ts'],
  },
  ...(['armv7m', 'riscv'] as const).map((name) => ({
    name,
    files: new RegExp(`^emu/cpu/${name}/`),
    mayImport: [...BASE, 'isa', 'device', 'cpu interface', 'bus', 'memory'],
    breach: [`emu/cpu/${name}/core.ts`, name === 'riscv' ? 'emu/cpu/armv7m/core.ts' : 'emu/cpu/riscv/core.ts'] as const,
  })),
  {
    name: 'devices',
    files: /^emu\/devices\//,
    mayImport: [...BASE, 'device'],
    breach: ['emu/devices/stm32f4/usart.ts', 'emu/cpu/armv7m/nvic.ts'],
  },
  {
    name: 'part bench',
    files: /^emu\/parts\/part-bench\.ts$/,
    mayImport: [...BASE, 'device', 'machine'],
    breach: ['emu/parts/part-bench.ts', 'emu/devices/stm32f4/gpio.ts'],
  },
  {
    name: 'parts',
    files: /^emu\/parts\//,
    mayImport: [...BASE, 'device'],
    breach: ['emu/parts/led.ts', 'emu/devices/stm32f4/gpio.ts'],
  },
  {
    name: 'machine',
    files: /^emu\/(bridges|machine|stack-watch|snapshot|assembly|wiring|windows|description-check|fake-cpu)[^/]*\.ts$/,
    mayImport: [...BASE, 'isa', 'device', 'memory', 'bus', 'cpu interface'],
    breach: ['emu/machine.ts', 'emu/devices/stm32f4/rcc.ts'],
  },
  {
    name: 'system',
    files: /^emu\/system\//,
    mayImport: [...BASE, 'device', 'machine', 'parts'],
    breach: ['emu/system/lockstep.ts', 'emu/devices/stm32f4/usart.ts'],
  },
  {
    name: 'debug',
    files: /^emu\/debug\//,
    mayImport: [...BASE, 'isa', 'machine', 'cpu interface', 'armv7m', 'riscv'],
    breach: ['emu/debug/elf.ts', 'boards/index.ts'],
  },
  {
    name: 'devicetree format',
    files: /^machine-file\/devicetree\/(dtb|dtb-format|encode-dtb|decode-dtb|tree|values|dts.*)\.ts$/,
    mayImport: BASE,
    breach: ['machine-file/devicetree/dtb.ts', 'emu/machine.ts'],
  },
  {
    name: 'public boards',
    files: /^boards\/index\.ts$/,
    mayImport: ['core group', 'boards', 'machine file', 'kinds'],
    breach: ['boards/index.ts', 'runner/cli.ts'],
  },
  {
    name: 'kinds',
    files: /^machine-file\/(kinds\/.*|svd\/(?!import|overlay|access).*|schema|quantities|libraries)\.ts$/,
    mayImport: [...BASE, 'isa', 'device', 'memory', 'bus', 'cpu interface', 'armv7m', 'riscv', 'devices', 'parts'],
    breach: ['machine-file/kinds/cpus.ts', 'boards/define.ts'],
  },
  {
    name: 'boards',
    files: /^(boards\/|devices\.ts)/,
    mayImport: [
      ...BASE,
      'isa',
      'device',
      'memory',
      'bus',
      'cpu interface',
      'core group',
      'armv7m',
      'riscv',
      'devices',
      'parts',
      'machine',
      'debug',
      'kinds',
      'devicetree format',
    ],
    breach: ['boards/riscv-virt.ts', 'runner/cli.ts'],
  },
  {
    name: 'machine file',
    files: /^machine-file\//,
    mayImport: [
      ...BASE,
      'isa',
      'device',
      'memory',
      'bus',
      'cpu interface',
      'core group',
      'armv7m',
      'riscv',
      'devices',
      'parts',
      'machine',
      'debug',
      'kinds',
      'boards',
      'devicetree format',
    ],
    breach: ['machine-file/build.ts', 'runner/cli.ts'],
  },
  {
    name: 'matchers',
    files: /^matchers\//,
    mayImport: [...BASE, 'isa', 'device', 'memory', 'bus', 'cpu interface', 'machine', 'debug', 'devices', 'parts'],
    breach: ['matchers/index.ts', 'runner/fixture.ts'],
  },
  {
    name: 'runner',
    files: /^(runner\/|index\.ts)/,
    mayImport: [
      ...BASE,
      'isa',
      'device',
      'memory',
      'bus',
      'cpu interface',
      'armv7m',
      'riscv',
      'devices',
      'parts',
      'machine',
      'debug',
      'system',
      'boards',
      'kinds',
      'machine file',
      'public boards',
      'matchers',
    ],
    breach: ['matchers/index.ts', 'index.ts'],
  },
]; // prettier-ignore

export function layerOf(path: string): Layer | undefined {
  return LAYERS.find(({ files }) => files.test(path));
}

/** What is wrong with one import, or undefined. Paths are relative to `src`. */
export function breachOf(importer: string, imported: string): string | undefined {
  const [from, to] = [layerOf(importer), layerOf(imported)];
  if (!from) return `${importer} belongs to no layer: name it in layers.ts`;
  if (!to) return `${imported} belongs to no layer: name it in layers.ts`;
  if (from === to) return sameLayerBreach(importer, imported);
  return from.mayImport.includes(to.name) ? undefined : `${importer} (${from.name}) imports ${imported} (${to.name})`;
}

/** A device knows no other device: modules named after a peripheral do not import each other across folders. */
function sameLayerBreach(importer: string, imported: string): string | undefined {
  if (!importer.startsWith('emu/devices/')) return undefined;
  const folder = (path: string) => path.split('/').slice(0, 3).join('/');
  return folder(importer) === folder(imported) || !imported.startsWith('emu/devices/')
    ? undefined
    : `${importer} imports ${imported} of another family`;
}
