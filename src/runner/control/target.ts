/** The board that a tool controls, and what the tool has set on it. */

import { UsageError } from '../../emu/errors.js';
import { unknown } from '../../emu/options.js';
import type { BoardControls, BoardSnapshot } from '../board-handle.js';
import { coreNamed } from '../core-access.js';
import type { MachineBench } from '../machine-bench.js';
import type { PinHandle } from '../pin-handle.js';
import type { AnyBoard } from '../station.js';
import type { UartOutput } from '../uart-handle.js';
import { uartNamed } from '../uart-named.js';
import { RunControl } from './run-control.js';
import { hexOf } from './values.js';
import { Watchpoints } from './watchpoints.js';

/** Snapshots that a client may keep: each may hold all memory that changed. */
const MOST_SNAPSHOTS = 256;

export class Target {
  readonly definition: AnyBoard;
  /** Path of the image, if one was given. */
  readonly image: string | undefined;
  readonly board: BoardControls;
  readonly bench: MachineBench;
  readonly runs: RunControl;
  readonly watchpoints: Watchpoints;
  /** Addresses, and what takes their breakpoints away. */
  readonly breakpoints = new Map<number, () => void>();
  readonly #snapshots = new Map<string, BoardSnapshot>();

  constructor(definition: AnyBoard, board: BoardControls, image?: string) {
    this.definition = definition;
    this.image = image;
    this.board = board;
    this.bench = board.bench;
    this.runs = new RunControl(board);
    this.watchpoints = new Watchpoints(this.bench, (hit) =>
      this.runs.noteStop({ reason: 'watchpoint', watchpoint: hit }),
    );
  }

  /** Where the core that executes is. */
  get where() {
    const { name, pc, bits } = coreNamed(this.bench.machine);
    return { cpu: name, pc: hexOf(pc, bits / 4), place: this.bench.place(Number(pc)) };
  }
  /** @throws UsageError when the board has no such UART, or no console where none is named */
  uart(name?: string): UartOutput {
    return uartNamed(this.board, name);
  }
  /** @throws UsageError when the chip has no such pin */
  pin(name: string): PinHandle {
    return this.board.pin(name) as PinHandle;
  }

  get snapshots(): ReadonlyMap<string, BoardSnapshot> {
    return this.#snapshots;
  }
  save(name: string): BoardSnapshot {
    if (!this.#snapshots.has(name) && this.#snapshots.size >= MOST_SNAPSHOTS) {
      const remedy = 'delete some with snapshot-delete';
      throw new UsageError({ what: `${MOST_SNAPSHOTS} snapshots are kept already`, remedy });
    }
    const snapshot = this.board.snapshot();
    this.#snapshots.set(name, snapshot);
    return snapshot;
  }
  /** @throws UsageError when there is none of that name */
  saved(name: string): BoardSnapshot {
    const found = this.#snapshots.get(name);
    if (found) return found;
    if (this.#snapshots.size > 0) throw unknown('snapshots', 'snapshot', name, [...this.#snapshots.keys()]);
    throw new UsageError({ what: `there is no snapshot '${name}'`, remedy: 'keep one with snapshot-save' });
  }
  forget(name: string): void {
    this.saved(name);
    this.#snapshots.delete(name);
  }
}
