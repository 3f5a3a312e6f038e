import { stm32f4Discovery } from '../../src/boards/stm32f4-discovery.js';
import { ABSENT } from '../../src/emu/devices/stm32f4/unmodelled.js';
import { isNamedOnly } from '../../src/emu/not-modelled.js';
import { type FlatRegister, flatten, type RegisterSpec } from '../../src/emu/registers.js';

/** What of the STM32F407 is modelled, register by register: from the same tables that the model works with. */

export type Fidelity = 'modelled' | 'partly' | 'not' | 'absent';

export interface FidelityRow {
  readonly block: string;
  /** Kind of device, under which tests are known. */
  readonly type: string;
  readonly register: string;
  readonly fidelity: Fidelity;
  /** Fields that the register has and the model lacks, with what they are for. */
  readonly missing: readonly string[];
  readonly section: string;
  /** The description, which registers of several devices may share. */
  readonly spec: RegisterSpec;
}

/** A row a register, in the order of the address map. */
export function fidelityRows(): FidelityRow[] {
  const machine = stm32f4Discovery.createMachine();
  const rows = [...machine.assembly.devices.values()].map((device) => {
    const named = isNamedOnly(device.type);
    const registers = device.type.registers === undefined ? [] : flatten(device.type.registers);
    return registers.map((register) => row(device.name.toUpperCase(), device.type.name, register, named));
  });
  return rows.flat();
}

function row(block: string, type: string, { name, spec }: FlatRegister, named: boolean): FidelityRow {
  const fields = Object.entries(spec.fields);
  const missing = fields.flatMap(([field, { notModelled }]) => (notModelled ? [`${field} (${notModelled})`] : []));
  const partly = missing.length > 0 ? (missing.length === fields.length ? 'not' : 'partly') : 'modelled';
  return { block, type, register: name, fidelity: named ? 'not' : partly, missing, section: spec.section ?? '', spec };
}

/** Blocks that relatives of the chip have. */
export const absentBlocks = (): string[] => Object.keys(ABSENT);

export interface Coverage {
  /** Tests by `device type register`. */
  readonly [key: string]: readonly string[];
}

const WORDS: Readonly<Record<Fidelity, string>> = {
  modelled: 'modelled',
  partly: 'partly',
  not: 'not modelled',
  absent: 'absent',
};

function blockLines(block: string, rows: readonly FidelityRow[], coverage: Coverage): string[] {
  const counted = rows.filter(({ fidelity }) => fidelity === 'modelled' || fidelity === 'partly').length;
  const lines = rows.map(({ type, register, fidelity, missing, section }) => {
    const tests = (coverage[`${type} ${register}`] ?? []).map((test) => test.replace(/\.test\.ts$/, ''));
    return `| ${block}.${register} | ${WORDS[fidelity]} | ${missing.join(', ')} | ${section} | ${tests.join(' ')} |`;
  });
  return [
    `### ${block}`,
    '',
    `${counted} of ${rows.length} registers`,
    '',
    '| register | state | fields missing | section | tests |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ];
}

/** `docs/fidelity.md`. */
export function fidelityPage(coverage: Coverage): string {
  const rows = fidelityRows();
  const blocks = [...new Set(rows.map(({ block }) => block))];
  const of = (block: string) => rows.filter((one) => one.block === block);
  const isModelled = (block: string) => of(block).some(({ fidelity }) => fidelity !== 'not');
  const modelled = blocks.filter(isModelled);
  const summary = modelled.map((block) => {
    const all = of(block);
    const count = (fidelity: Fidelity) => all.filter((one) => one.fidelity === fidelity).length;
    return `| [${block}](#${block.toLowerCase()}) | ${all.length} | ${count('modelled')} | ${count('partly')} | ${count('not')} |`;
  });
  const total = modelled.flatMap(of);
  const have = total.filter(({ fidelity }) => fidelity !== 'not').length;
  return [
    '# What of the STM32F407 is modelled',
    '',
    'Made from the register tables that the model works with (`npm run fidelity`), and held to them by a test. *Partly*: some fields do nothing, and',
    'say so when they are written. *Not modelled*: reads give the reset value, writes are kept, the first use is reported by name. A test in the last column',
    'accesses the register; behaviour is described in [stm32f407.md](stm32f407.md), cycle counts against silicon in [timing.md](timing.md).',
    '',
    `Blocks that are modelled: ${have} of their ${total.length} registers (${((100 * have) / total.length).toFixed(1)} %).`,
    '',
    '| block | registers | modelled | partly | not |',
    '| --- | --- | --- | --- | --- |',
    ...summary,
    '',
    `Not modelled, registers known by name: ${blocks.filter((block) => !isModelled(block)).join(', ')}.`,
    '',
    `Absent (an STM32F407 has no such block; an access is a bus fault that says so): ${absentBlocks().join(', ')}.`,
    '',
    '## Registers',
    '',
    ...blocks.flatMap((block) => blockLines(block, of(block), coverage)),
  ].join('\n');
}
