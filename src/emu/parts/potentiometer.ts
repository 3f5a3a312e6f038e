import { SUPPLY_VOLTS } from '../analog.js';
import { checkNames, checkRange } from '../options.js';
import { definePart, type PartType } from '../part.js';

export interface Potentiometer {
  readonly pin: string;
  /** Where its wiper stands: 0 at ground, 1 at the supply. The test turns it. */
  position: number;
}

/** A potentiometer between ground and supply, its wiper on a pin: `knob: potentiometer('PA1')`. */
export function potentiometer(
  pin: string,
  options: { readonly position?: number; readonly supply?: number } = {},
): PartType<Potentiometer> {
  const { position: initial = 0.5, supply = SUPPLY_VOLTS } = options;
  checkNames('potentiometer', options, ['position', 'supply']);
  checkRange('potentiometer: position', initial, 0, 1);
  return definePart({
    kind: 'potentiometer',
    pins: [pin],
    drives: [pin],
    setup(p) {
      const wiper = p.storage('position', 8, { contents: bytesOf(initial) });
      const source = p.net(pin).source(p.name);
      const position = () => new DataView(wiper.bytes().buffer).getFloat64(0, true);
      p.onPowerOn(() => source.set(position() * supply));
      return {
        pin,
        get position() {
          return position();
        },
        set position(share: number) {
          checkRange(`${p.name}.position`, share, 0, 1);
          wiper.write(0, bytesOf(share));
          source.set(share * supply);
        },
      };
    },
  });
}

function bytesOf(number: number): Uint8Array {
  return new Uint8Array(Float64Array.of(number).buffer);
}
