import { join } from 'node:path';
import { stm32f4Discovery } from '../../../src/boards/stm32f4-discovery.js';
import type { EngineMode } from '../../../src/emu/isa/engine-mode.js';
import type { Wire } from '../../../src/emu/system/wire.js';
import type { BoardHandle } from '../../../src/runner/board-handle.js';
import { createSystem, type Member, type System } from '../../../src/runner/system.js';

type Discovery = Member<typeof stm32f4Discovery>;

/** A board with a program of this block (`'uart'`), or another one's (`'i2c/slave'`). */
export function board(program: string): Discovery {
  const [block, name] = program.includes('/') ? program.split('/') : ['system', program];
  return { board: stm32f4Discovery, firmware: `${block}/firmware/${name}.elf` };
}

export interface RigOptions {
  readonly engine?: EngineMode;
}

/** Boards that are wired up, at reset. */
export function rig<M extends Readonly<Record<string, Discovery>>>(
  members: M,
  wires: readonly Wire[],
  options: RigOptions = {},
): System<M> {
  const path = (firmware: string) => join(import.meta.dirname, '..', firmware);
  return createSystem(members, wires, path, { hostTimeout: 60_000, ...options });
}

/** Sets the jumpers on PE8 and up, of which a bit of `number` says whether each is closed. */
export function setJumpers(handle: Pick<BoardHandle<typeof stm32f4Discovery>, 'pin'>, number: number): void {
  for (let bit = 0; bit < 6; bit++) {
    if ((number >> bit) & 1) handle.pin(`PE${8 + bit}`).drive('high');
  }
}
