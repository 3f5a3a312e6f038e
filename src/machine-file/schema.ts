import type { z as Zod } from 'zod';
import type { Z } from './libraries.js';
import { FREQUENCY, INTEGER, parseFrequency, parseInteger, parseSize, SIZE } from './quantities.js';

/**
 * The shape of a machine file: one source of validation, of the published JSON Schema and of the reference. What stands in it is said
 * in `build.ts`; what a device, part or CPU takes besides is in `kinds/`.
 */

/** Schemas of numbers that may be written as text. */
export function quantities(z: Z) {
  const parsed =
    (parse: (text: string) => number | undefined, what: string) => (text: string, context: Zod.RefinementCtx) => {
      const value = parse(text.trim());
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: `'${text}' is no ${what}` });
      return z.NEVER;
    };
  const text = (pattern: RegExp, parse: (text: string) => number | undefined, what: string) =>
    z.string().meta({ pattern: pattern.source }).transform(parsed(parse, what));
  return {
    integer: z.union([z.int().nonnegative(), text(INTEGER, parseInteger, 'whole number')]),
    address: z.union([z.int().nonnegative(), text(INTEGER, parseInteger, 'address')]),
    size: z.union([z.int().nonnegative(), text(SIZE, parseSize, 'size (4096, 0x1000, 4K, 1MiB)')]),
    hertz: z.union([z.number().nonnegative(), text(FREQUENCY, parseFrequency, 'frequency (16MHz, 32.768kHz)')]),
  };
}

/** How many there can be of each group with names. */
export const MOST_OF_A_SORT = 512;

/** Keys of a device that are not its own options. */
export const DEVICE_KEYS = [
  'type',
  'at',
  'in',
  'priority',
  'places',
  'irq',
  'clock',
  'enable',
  'reset',
  'wires',
  'privileged',
] as const;
export const PART_KEYS = ['type'] as const;
export const CPU_KEYS = ['type', 'clock', 'count'] as const;

function placementSchemas(z: Z) {
  const { address, size } = quantities(z);
  return {
    at: address.optional().describe('address; inside a container, the offset from its begin'),
    in: z.string().optional().describe('name of the container it lies in'),
    priority: z.int().optional().describe('where two overlap, the higher one is seen (0 if not given)'),
    places: z
      .array(z.strictObject({ at: address, offset: size.optional(), size: size.optional() }))
      .optional()
      .describe('where it is seen, part by part, instead of `at`'),
  };
}

function memorySchema(z: Z) {
  const { address, size, integer } = quantities(z);
  const { at, places, ...inside } = placementSchemas(z);
  return z.strictObject({
    kind: z
      .enum(['ram', 'rom', 'flash', 'alias'])
      .optional()
      .describe(
        'ram (the default); rom: plain stores do not change it; flash: rom filled with 0xff; alias: another region seen here too',
      ),
    at: at,
    size: size
      .refine((bytes) => bytes > 0, 'a memory has 1 byte at least')
      .optional()
      .describe('bytes: 4096, 0x1000, 128K, 1MiB'),
    ...inside,
    places,
    aliases: z
      .union([
        z.array(address),
        z
          .string()
          .transform((text): (string | number)[] => text.split('+'))
          .pipe(z.array(address)),
        address.transform((one) => [one]),
      ])
      .optional()
      .describe('further addresses at which all of it is seen'),
    of: z.string().optional().describe('alias: the memory or device that is seen'),
    offset: size.optional().describe('alias: where in it the part that is seen begins'),
    fill: integer.optional().describe('every byte after power-on (0; 0xff for flash)'),
    file: z.string().optional().describe('raw bytes to put there, relative to this file'),
    fileOffset: size.optional().describe('where in the memory they begin'),
    contents: z.string().optional().describe('bytes in base64, from the first on'),
    execute: z.boolean().optional().describe('whether instructions can be fetched (true)'),
    dma: z.boolean().optional().describe('whether other bus masters reach it (true)'),
    controller: z.string().optional().describe("the device and port that program it: 'flash.main'"),
    rejectedWrites: z
      .enum(['fault', 'report'])
      .optional()
      .describe('what a store to a rom does: a bus error (default), or a report'),
  });
}

function wiringSchemas(z: Z) {
  const wire = z.union([z.string(), z.array(z.string())]);
  const line = z.union([
    z.int().nonnegative(),
    z.string().transform((text) => (/^\d{1,9}$/.test(text) ? Number(text) : text)),
  ]);
  return {
    irq: z
      .union([line, z.array(line), z.record(z.string(), z.union([line, z.array(line)]))])
      .optional()
      .describe(
        "the interrupt input: 37, 'plic.10', 'nvic.37', 'hart0.msip', several, or by output: { tx: 19, rx: 20 }",
      ),
    clock: z.string().optional().describe('name of its clock (the CPU clock if not given)'),
    enable: z.string().optional().describe("the wire that lets it have its clock: 'rcc.APB1ENR.17'"),
    reset: z.string().optional().describe('the wire that holds it in reset'),
    wires: z.record(z.string(), wire).optional().describe('own wires by those of other devices: { rxDma: dma1.5.4 }'),
    privileged: z.boolean().optional().describe('only privileged software may use it'),
  };
}

function deviceSchema(z: Z) {
  const keys = {
    type: z.string().describe('what it is: `fwtest devices` lists them'),
    ...placementSchemas(z),
    ...wiringSchemas(z),
  };
  return z.looseObject(keys);
}

function cpuSchema(z: Z) {
  const { hertz } = quantities(z);
  return z.looseObject({
    type: z.string().describe('what it is: `fwtest cpus` lists them'),
    clock: z.union([hertz, z.string()]).optional().describe('Hz, or the name of a clock'),
    count: z.int().min(1).max(8).optional().describe('how many of them; harts have consecutive hart ids'),
  });
}

function clockSchema(z: Z) {
  const { hertz, integer } = quantities(z);
  return z.union([
    hertz,
    z.strictObject({
      hertz: hertz.optional().describe('a source: its frequency'),
      from: z.string().optional().describe("the clock it is made from; 'cpu' is the CPU's"),
      multiply: integer.optional(),
      divide: integer.optional(),
      gate: z.string().optional().describe("the wire that lets it run: 'rcc.AHB1ENR.3'; it runs always if not given"),
    }),
  ]);
}

function wholeSchemas(z: Z) {
  const { address, size } = quantities(z);
  return {
    windows: z
      .record(
        z.string(),
        z.strictObject({ at: address, size, select: z.string().optional(), shows: z.array(z.string().nullable()) }),
      )
      .optional()
      .describe('address ranges that show one of several memories, chosen by the level of a wire'),
    bitBands: z
      .array(z.strictObject({ alias: address, target: address, size }))
      .optional()
      .describe('aliases in which every word is one bit of the target'),
    absent: z
      .record(z.string(), z.strictObject({ at: address, size }))
      .optional()
      .describe('blocks the chip does not have: an access faults with their name'),
    bridges: z
      .strictObject({ clocks: z.array(z.string()) })
      .optional()
      .describe('clocks of the buses behind bridges, 64 KiB each from 0x4000_0000'),
    timing: z
      .enum(['part', 'ideal'])
      .optional()
      .describe('what cycles are: as on the part, or by the manual’s table alone'),
  };
}

function imageSchemas(z: Z) {
  const { address } = quantities(z);
  const image = z.union([
    z.string(),
    z.strictObject({
      file: z.string().describe('ELF, Intel HEX, UF2 or raw bytes, relative to this file'),
      at: address.optional().describe('where raw bytes go'),
      format: z.enum(['elf', 'bin', 'hex', 'uf2']).optional().describe('what it is, if its contents do not say'),
      cpu: z.string().optional().describe('which of several processors executes it; if not given, the first that fits'),
    }),
  ]);
  const protocol = z.enum(['reset', 'elf-entry', 'cortex-m', 'riscv']);
  const boot = z.strictObject({
    protocol: protocol.optional().describe('how the first instruction is found; what fits the CPU if not given'),
    bios: z.string().optional(),
    kernel: z.string().optional(),
    initrd: z.string().optional(),
    append: z.string().optional().describe('the kernel’s command line'),
    dtb: z.string().optional().describe('the device tree handed over'),
    drive: z.array(z.string()).optional().describe('images of block devices, in order'),
    pflash: z
      .array(z.string())
      .optional()
      .describe("what is in the board's flashes, in order; 'none' leaves one erased"),
  });
  return {
    images: z.array(image).optional().describe('what is loaded before power-on: path, or path@address'),
    boot: z.union([protocol, boot]).optional().describe('how it starts'),
    semihosting: z.strictObject({ files: z.string().optional(), commandLine: z.string().optional() }).optional(),
  };
}

export function machineSchema(z: Z) {
  const named = <T extends Zod.ZodType>(one: T) => z.record(z.string(), one).optional();
  const whole = wholeSchemas(z);
  return z.strictObject({
    $schema: z.string().optional(),
    name: z.string().optional().describe('what it is called in messages'),
    board: z
      .string()
      .optional()
      .describe("the board to start from, by name, or path of a .ts, .yaml or .json file; 'none' for an empty machine"),
    machine: z.string().optional().describe('the same as `board`, as QEMU spells it'),
    options: z.record(z.string(), z.unknown()).optional().describe('options of that board'),
    deviceFiles: z
      .array(z.string())
      .optional()
      .describe('TypeScript modules whose exported devices and parts are types here'),
    cpus: named(cpuSchema(z)).describe('processors, in order; RISC-V harts of one width and clock are one cluster'),
    clocks: named(clockSchema(z)).describe('clocks by name'),
    memory: named(memorySchema(z)).describe(`memories and aliases, ${MOST_OF_A_SORT} at most`),
    containers: z
      .record(
        z.string(),
        z.strictObject({ ...placementSchemas(z), size: quantities(z).size.optional() }).omit({ places: true }),
      )
      .optional()
      .describe('ranges that others lie in, with offsets and priorities'),
    devices: named(deviceSchema(z)).describe(
      `devices by name, in the order in which they are set up, ${MOST_OF_A_SORT} at most`,
    ),
    parts: named(z.looseObject({ type: z.string().describe('what it is: led, button, terminal, …') })).describe(
      `what hangs on pins and buses, ${MOST_OF_A_SORT} at most`,
    ),
    wires: z.array(z.string()).optional().describe("'gpioa.5 = led1.in', 'gpioa.5 = gpioc.3', 'uart0.irq = plic.10'"),
    contents: z
      .array(
        z.strictObject({ at: quantities(z).address, contents: z.string().optional(), file: z.string().optional() }),
      )
      .optional()
      .describe(
        'bytes, in base64 or from a file, that a loader puts into memories at power-on, and into RAM at each reset',
      ),
    pinNames: z.record(z.string(), z.string()).optional().describe('further names of pins: { D13: PA5 }'),
    sharedIrqs: z.array(z.int().nonnegative()).optional().describe('interrupt lines that several devices share'),
    remove: z
      .array(z.string())
      .optional()
      .describe('devices, parts and memories of the board that this one does not have'),
    set: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("options of single devices, parts or CPUs: { 'calc.busyCycles': 16 }"),
    ...whole,
    ...imageSchemas(z),
  });
}

/** A machine file as it is written: numbers may be text. */
export type RawMachine = Zod.input<ReturnType<typeof machineSchema>>;
/** The same after validation: numbers are numbers. */
export type MachineFile = Zod.output<ReturnType<typeof machineSchema>>;
export type RawDevice = NonNullable<RawMachine['devices']>[string];
export type RawMemory = NonNullable<RawMachine['memory']>[string];
export type RawCpu = NonNullable<RawMachine['cpus']>[string];
export type RawPart = NonNullable<RawMachine['parts']>[string];
export type RawClock = NonNullable<RawMachine['clocks']>[string];
