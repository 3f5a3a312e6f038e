/** From what was typed to a machine that can run: shared by the commands that run one. */

import { resolve } from 'node:path';
import { readElf } from '../emu/debug/elf.js';
import { UsageError } from '../emu/errors.js';
import type { EngineMode, TimingModel } from '../emu/isa/engine-mode.js';
import { wrongAddress } from '../machine-file/image-address.js';
import { type ChosenMachine, machineOf } from './machine-choice.js';
import type { MachineChoice } from './machine-flags.js';
import { createStation, type Station } from './station.js';

export interface StartOptions extends MachineChoice {
  readonly engine?: EngineMode;
  readonly timing?: TimingModel;
  readonly stats?: boolean;
}

export interface MachineToStart extends ChosenMachine {
  /** Path of the image that was named as an argument. */
  readonly image: string | undefined;
  /** The same if it is an ELF, which is loaded besides the machine's own images. */
  readonly elf: string | undefined;
}

/** Raw bytes have an address; everything else is an ELF, or said to be none. */
const isElfPath = (image: string): boolean =>
  !/@(0x[0-9a-f_]+|\d[\d_]*)$/i.test(image) && !/\.(bin|hex|ihex|uf2)$/i.test(image);

/**
 * The machine that options say, and the image that it is to run.
 * @param command for messages
 * @param needs `model`: the machine's description is wanted
 * @throws UsageError
 */
export async function machineToStart(
  image: string | undefined,
  options: StartOptions,
  command: string,
  needs: { readonly model?: boolean } = {},
): Promise<MachineToStart> {
  const path = image === undefined ? undefined : resolve(image);
  const elf = image !== undefined && isElfPath(image) ? path : undefined;
  const wrong = image === undefined ? undefined : wrongAddress(image, '.');
  if (wrong !== undefined)
    throw new UsageError({ what: `'${wrong}' is no address`, where: image, remedy: 'give file@0x80000000' });
  // Whoever misspelt the image hears of that first.
  if (elf !== undefined) readElf(elf);
  const images = image === undefined || elf !== undefined ? options.image : [image, ...(options.image ?? [])];
  const chosen = await machineOf({ ...options, ...(images && { image: images }) }, command, {
    ...needs,
    firmware: elf,
  });
  return { ...chosen, image: path, elf };
}

/** Makes it. Host limits do not apply: whoever typed the command can end it. */
export function startMachine({ board, model, elf, notes }: MachineToStart, options: StartOptions): Station {
  for (const note of notes ?? []) console.error(`fwtest: ${note}`);
  const { engine, timing, stats } = options;
  const semihosting = model?.semihosting ?? 'auto';
  return createStation(board, elf, { hostTimeout: Number.POSITIVE_INFINITY, semihosting, engine, timing, stats });
}
