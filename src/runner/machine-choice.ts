/** From options to a machine; what only files and flags need is loaded for those. */

import { UsageError } from '../emu/errors.js';
import { BOARDS, boardNamed } from '../machine-file/boards.js';
import { elfWidth } from '../machine-file/elf-width.js';
import type { Model } from '../machine-file/model.js';
import { type MachineChoice, machineChoice } from './machine-flags.js';
import type { AnyBoard } from './station.js';

export interface ChosenMachine {
  readonly board: AnyBoard;
  /** What files and flags came to; undefined for a board by its name. */
  readonly model?: Model;
  /** What to tell whoever asked for it. */
  readonly notes?: readonly string[];
  /** It has stubs whose accesses are worth telling. */
  readonly stubs?: boolean;
}

/** Whether a board by its name is all that was asked for: then nothing else has to be loaded. */
function isPlain({ board, machine, ...rest }: MachineChoice): string | undefined {
  const name = board ?? machine;
  const others = Object.values(rest).some((one) => one !== undefined);
  return others || name === undefined || name === 'none' || /\.[a-z]+$/i.test(name) || (board && machine)
    ? undefined
    : name;
}

/**
 * The machine that the options say.
 * @param command for messages
 * @param firmware an image that is loaded besides: of two boards of a name it chooses
 * @throws UsageError with all mistakes
 */
export async function machineOf(choice: MachineChoice, command: string, firmware?: string): Promise<ChosenMachine> {
  const { board, machine, config = [] } = choice;
  const flags = machineChoice(choice);
  if (
    board === undefined &&
    machine === undefined &&
    config.length === 0 &&
    choice.cpu === undefined &&
    choice.dtb === undefined &&
    choice.svd === undefined
  )
    throw noBoard(command);
  const plain = isPlain(flags);
  if (plain !== undefined) return { board: plainBoard(plain, firmware) };
  const { machineFromChoice } = await import('./machine-from-choice.js');
  return machineFromChoice(flags, firmware);
}

/** @throws UsageError when there is no such board */
function plainBoard(name: string, firmware: string | undefined): AnyBoard {
  try {
    return boardNamed(name, { width: firmware === undefined ? undefined : elfWidth(firmware) });
  } catch (error) {
    throw error instanceof UsageError ? new UsageError({ ...error.problem, where: '--board' }) : error;
  }
}

function noBoard(command: string): UsageError {
  const names = BOARDS.map((one) => one.name);
  const remedy = `name the board the image is for: ${names.map((name) => `--board ${name}`).join(' or ')}`;
  return new UsageError({ what: "the option '-b, --board <name>' is missing", where: command, remedy });
}
