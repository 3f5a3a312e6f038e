import type { PinFunction } from '../../../net.js';

/**
 * SCL, SDA and SMBA at the pins. The bus shows its state, not its bits: SDA is low from START to STOP, SCL while somebody holds it;
 * a master's clocks are on SCL while somebody looks at that pin (`Net.observe`).
 * A line that nobody pulls counts as pulled up: modules on a bus bring their resistors.
 */
export class I2cLines {
  readonly scl: PinFunction;
  readonly sda: PinFunction;
  readonly smba: PinFunction;

  constructor(pin: (name: string) => PinFunction, label: string) {
    this.scl = pin(`${label}_SCL`);
    this.sda = pin(`${label}_SDA`);
    this.smba = pin(`${label}_SMBA`);
  }

  get routed(): boolean {
    return this.scl.routed && this.sda.routed;
  }
  /** Whether a level on the pins, the port's own or another's, says that the bus is in use. */
  get low(): boolean {
    return isLow(this.scl) || isLow(this.sda);
  }
  /** Somebody outside holds SCL low. */
  get sclHeld(): boolean {
    if (!this.scl.routed) return false;
    return this.scl.pin?.drivenLow ?? (this.scl.output !== 'low' && isLow(this.scl));
  }
  get alert(): boolean {
    return isLow(this.smba);
  }

  /** PE: the pins are the port's; without it they float. */
  enable(on: boolean): void {
    if (!on || this.scl.output === 'none') this.scl.drive(on ? 'high' : 'none');
    if (!on || this.sda.output === 'none') this.sda.drive(on ? 'high' : 'none');
  }
  hold(on: boolean): void {
    pull(this.scl, on);
  }
  occupy(on: boolean): void {
    pull(this.sda, on);
  }
}

/** A line that is let go goes high by its pull-up, unless the pin is not the port's any more. */
function pull(line: PinFunction, on: boolean): void {
  if (on) line.drive('low');
  else if (line.output === 'low') line.drive('high');
}

function isLow(line: PinFunction): boolean {
  return line.routed && line.level === 0 && line.pin?.floating !== true;
}
