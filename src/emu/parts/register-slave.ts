import type { PartContext } from '../part.js';

/** A sensor as most are on I2C: the first byte of a write selects a register, further bytes go there, reads come from there on. */
export interface RegisterSlave {
  readonly address: number;
  read(register: number): number;
  write(register: number, byte: number): void;
  /** The register after this one, in a burst; the next one if not given. */
  next?(register: number): number;
  /** Whether it answers at all; always if not given. */
  answers?(): boolean;
  /** The bus has addressed it. */
  selected?(): void;
}

/** Puts it on a bus. */
export function attachRegisters(p: PartContext, bus: string, slave: RegisterSlave): void {
  const words = p.words('pointer', 2);
  const [POINTER, EXPECTS_POINTER] = [0, 1] as const;
  const step = () => {
    words[POINTER] = (slave.next?.(words[POINTER]!) ?? words[POINTER]! + 1) & 0xff;
  };
  p.host(bus, 'i2c').attach({
    name: p.name,
    addresses: [slave.address],
    start(address, read) {
      if (address !== slave.address || slave.answers?.() === false) return false;
      slave.selected?.();
      if (!read) words[EXPECTS_POINTER] = 1;
      return true;
    },
    write(byte) {
      if (words[EXPECTS_POINTER]) {
        words[EXPECTS_POINTER] = 0;
        words[POINTER] = byte;
      } else {
        slave.write(words[POINTER]!, byte);
        step();
      }
      return true;
    },
    read() {
      const byte = slave.read(words[POINTER]!);
      step();
      return byte & 0xff;
    },
  });
}
