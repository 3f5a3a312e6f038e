import { HIGH_VOLTS, LOW_VOLTS, SUPPLY_VOLTS, type Voltage, VoltageSource } from './analog.js';
import type { Log } from './log.js';
import type { Arena } from './state.js';

/** What one driver does to an electrical node. */
export type Drive = 'high' | 'low' | 'pull-up' | 'pull-down' | 'none';
export type Level = 'high' | 'low' | 'floating' | 'conflict';
export type Strength = 'driven' | 'pulled' | 'none';

export const DRIVES: readonly Drive[] = ['none', 'pull-down', 'pull-up', 'low', 'high'];
const LEVELS: readonly Level[] = ['floating', 'low', 'high', 'conflict'];
const STRENGTHS: readonly Strength[] = ['none', 'pulled', 'driven'];

/** What a floating or contested input reads: hardware gives no promise, the model gives 0, always. */
export const FLOATING_READS = 0;

export interface NetDriver {
  readonly name: string;
  readonly drive: Drive;
  set(drive: Drive): void;
}

export interface Edge {
  /** Machine time in ns. */
  readonly ns: number;
  /** CPU cycles. */
  readonly cycles: number;
  readonly level: Level;
}

export interface Stamp {
  ns(): number;
  cycles(): number;
}

/** The last changes of level of a net; `lost` counts the ones its limit cost. */
export class EdgeLog {
  readonly #log: Log;
  constructor(log: Log) {
    this.#log = log;
  }
  get length(): number {
    return this.#log.length;
  }
  get first(): number {
    return this.#log.first;
  }
  get lost(): number {
    return this.#log.lost;
  }
  at(index: number): Edge | undefined {
    const ns = this.#log.at(index, 0);
    if (ns === undefined) return undefined;
    return { ns, cycles: this.#log.at(index, 1)!, level: LEVELS[this.#log.at(index, 2)!]! };
  }
  *[Symbol.iterator](): Generator<Edge> {
    for (let index = this.first; index < this.length; index++) yield this.at(index)!;
  }
}

const EDGE_LIMIT = 16_384;
const ANALOG = 1 << 4;

/** An electrical node with several drivers: a pin and what hangs on it. Driven beats pulled; two that fight conflict. */
export class Net {
  readonly name: string;
  readonly edges: EdgeLog;
  /** What is connected from outside the described board: a test's own wire. */
  readonly external: NetDriver;
  readonly #arena: Arena;
  readonly #stamp: Stamp;
  readonly #log: Log;
  /** Somebody looks at its edges: a test, or a wire to another board. */
  readonly #observed: { readonly words: Int32Array; readonly index: number };
  /** Level in bits 1:0, strength in bits 3:2, whether the chip's pin is in analog mode in bit 4. */
  readonly #state: { readonly words: Int32Array; readonly index: number };
  readonly #drivers: CellDriver[] = [];
  readonly #sources: VoltageSource[] = [];
  /** A voltage that a test puts on the pin. */
  readonly externalVoltage: VoltageSource;
  readonly #listeners: ((net: Net) => void)[] = [];

  constructor(name: string, arena: Arena, stamp: Stamp) {
    this.name = name;
    this.#arena = arena;
    this.#stamp = stamp;
    this.#log = arena.log(`net.${name}`, { width: 3, limit: EDGE_LIMIT });
    this.edges = new EdgeLog(this.#log);
    this.#state = arena.cell();
    this.#observed = arena.cell();
    this.external = this.driver('external');
    this.externalVoltage = this.source('external voltage');
  }

  /** From now on serial ports show the bits of what they send on it, not its idle level alone. Part of the machine's state. */
  observe(): void {
    this.#observed.words[this.#observed.index] = 1;
  }
  get observed(): boolean {
    return this.#observed.words[this.#observed.index] !== 0;
  }
  /** Whether anybody but `driver` drives it low. */
  drivenLowBesides(driver: NetDriver): boolean {
    return this.#drivers.some((one) => one !== driver && one.drive === 'low');
  }

  /** A new driver, which drives nothing yet. */
  driver(name: string): NetDriver {
    const driver = new CellDriver(name, this.#arena, () => this.#resolve());
    this.#drivers.push(driver);
    return driver;
  }
  /** A new voltage source, which is not connected yet. Digital inputs see it through their Schmitt trigger. */
  source(name: string): VoltageSource {
    const digital = this.driver(name);
    const source = new VoltageSource(this.#arena, (voltage) => digital.set(this.#driveOf(voltage)));
    this.#sources.push(source);
    return source;
  }
  /** Volts at this node, undefined while nothing determines them. */
  get voltage(): number | undefined {
    return this.voltageAt(this.#stamp.ns() / 1e9);
  }
  /** The same with sources that follow time taken at `seconds` of machine time. */
  voltageAt(seconds: number): number | undefined {
    const { level } = this;
    if (level === 'conflict') return undefined;
    const source = this.#sources.find(({ connected }) => connected);
    if (source !== undefined) return source.voltageAt(seconds);
    return level === 'high' ? SUPPLY_VOLTS : level === 'low' ? 0 : undefined;
  }
  /** Whether the chip's pin is in analog mode: its Schmitt trigger is off, and converters may look at it (RM0090 8.3.12). */
  get analog(): boolean {
    return (this.#state.words[this.#state.index]! & ANALOG) !== 0;
  }
  set analog(on: boolean) {
    const word = this.#state.words[this.#state.index]!;
    this.#state.words[this.#state.index] = on ? word | ANALOG : word & ~ANALOG;
  }

  /** What a Schmitt trigger makes of a voltage: between its thresholds it stays as it is (DS8626 table 48). */
  #driveOf(voltage: Voltage | undefined): Drive {
    if (voltage === undefined) return 'none';
    const volts = typeof voltage === 'number' ? voltage : voltage(this.#stamp.ns() / 1e9);
    if (volts >= HIGH_VOLTS) return 'high';
    if (volts <= LOW_VOLTS) return 'low';
    return this.digital === 1 ? 'high' : 'low';
  }

  get drivers(): readonly NetDriver[] {
    return this.#drivers;
  }
  get level(): Level {
    return LEVELS[this.#word & 3]!;
  }
  get strength(): Strength {
    return STRENGTHS[this.#word >> 2]!;
  }
  /** What a digital input on this node reads. */
  get digital(): 0 | 1 {
    const level = this.#word & 3;
    return level === 2 ? 1 : level === 1 ? 0 : FLOATING_READS;
  }
  /** Called when level or strength changed. */
  listen(fn: (net: Net) => void): void {
    this.#listeners.push(fn);
  }

  get #word(): number {
    return this.#state.words[this.#state.index]! & ~ANALOG;
  }

  #resolve(): void {
    let [high, low, up, down] = [false, false, false, false];
    for (const { drive } of this.#drivers) {
      if (drive === 'high') high = true;
      else if (drive === 'low') low = true;
      else if (drive === 'pull-up') up = true;
      else if (drive === 'pull-down') down = true;
    }
    const driven = high || low;
    const [one, zero] = driven ? [high, low] : [up, down];
    const level = one && zero ? 3 : one ? 2 : zero ? 1 : 0;
    const strength = driven ? 2 : one || zero ? 1 : 0;
    const before = this.#word;
    const word = level | (strength << 2);
    if (word === before) return;
    this.#state.words[this.#state.index] = word | (this.#state.words[this.#state.index]! & ANALOG);
    if ((before & 3) !== level) this.#log.append(this.#stamp.ns(), this.#stamp.cycles(), level);
    for (const listener of this.#listeners) listener(this);
  }
}

class CellDriver implements NetDriver {
  readonly name: string;
  readonly #cell: { readonly words: Int32Array; readonly index: number };
  readonly #changed: () => void;

  constructor(name: string, arena: Arena, changed: () => void) {
    this.name = name;
    this.#cell = arena.cell();
    this.#changed = changed;
  }
  get drive(): Drive {
    return DRIVES[this.#cell.words[this.#cell.index]!]!;
  }
  set(drive: Drive): void {
    const code = DRIVES.indexOf(drive);
    if (this.#cell.words[this.#cell.index] === code) return;
    this.#cell.words[this.#cell.index] = code;
    this.#changed();
  }
}

/** A pin as an alternate function knows it. */
export interface PinSide {
  /** `PB6` */
  readonly name?: string;
  /** Its level while the function is routed to it, undefined otherwise. */
  readonly level: 0 | 1 | undefined;
  /** Nobody drives or pulls it. */
  readonly floating?: boolean;
  /** It drives low only: a high level comes from a pull-up. */
  readonly openDrain?: boolean;
  /** Somebody looks at its edges. */
  readonly observed?: boolean;
  /** Somebody outside the chip drives it low. */
  readonly drivenLow?: boolean;
  /** The peripheral drives something else. */
  driven(): void;
}

/**
 * A peripheral's alternate function (`USART2_TX`), where the pin multiplexer and the peripheral meet: the peripheral
 * drives `output` and listens to `input`; the multiplexer copies `output` to the pin it routed and the pin's level to `input`.
 */
export class PinFunction {
  readonly name: string;
  readonly #output: CellDriver;
  readonly #input: { readonly words: Int32Array; readonly index: number };
  readonly #inputListeners: ((level: 0 | 1, edge: boolean) => void)[] = [];
  readonly #pins: PinSide[] = [];

  constructor(name: string, arena: Arena) {
    this.name = name;
    this.#output = new CellDriver(name, arena, () => {
      for (const pin of this.#pins) pin.driven();
    });
    this.#input = arena.cell();
  }
  /** The peripheral's side: what it puts on the pin. */
  drive(drive: Drive): void {
    this.#output.set(drive);
  }
  get output(): Drive {
    return this.#output.drive;
  }
  /** The level the pin shows to the peripheral; 1 (idle) while no pin is routed to it. */
  get level(): 0 | 1 {
    const word = this.#input.words[this.#input.index]!;
    return (word & 2) === 0 ? 1 : ((word & 1) as 0 | 1);
  }
  /** Whether the multiplexer connects a pin. */
  get routed(): boolean {
    return (this.#input.words[this.#input.index]! & 2) !== 0;
  }
  /** The multiplexer's side: a pin that can carry this function. */
  addPin(pin: PinSide): void {
    this.#pins.push(pin);
  }
  /** The multiplexer's side: the level of the pin routed to it, or undefined when that pin is routed no more. */
  setInput(level: 0 | 1 | undefined): void {
    const before = this.level;
    const was = this.routed;
    const shown = level ?? this.#otherPin();
    this.#input.words[this.#input.index] = shown === undefined ? 0 : 2 | shown;
    const after = this.level;
    const edge = after !== before;
    if (!edge && was === this.routed) return;
    for (const listener of this.#inputListeners) listener(after, edge);
  }
  #otherPin(): 0 | 1 | undefined {
    return this.pin?.level;
  }
  /** The pin that carries it, the first of several. */
  get pin(): PinSide | undefined {
    return this.#pins.find(({ level }) => level !== undefined);
  }
  /** Somebody looks at the edges of the pin that carries it. */
  get observed(): boolean {
    return this.pin?.observed === true;
  }
  /**
   * The peripheral's side: hears when the level changes, and (`edge` is false) when a pin that is high is routed to it, or no more: an
   * input that acts on a level may take no pin for another one than idle.
   */
  onLevel(fn: (level: 0 | 1, edge: boolean) => void): void {
    this.#inputListeners.push(fn);
  }
}
