/** Registers of devices by name: `USART2.CR1`, `usart2.CR1.UE`. */

import type { DeviceInstance } from '../emu/device-instance.js';
import { UsageError } from '../emu/errors.js';
import { unknown } from '../emu/options.js';
import type { RegisterCell } from '../emu/register-file.js';
import { fieldOf, fieldSpecOf, registerNamed } from '../matchers/register-name.js';
import type { MachineBench } from './machine-bench.js';
import type { MemoryAccess } from './memory-access.js';

/** A register, or a field of it. */
interface Place {
  /** As it is named: `usart2.CR1.UE`. */
  readonly name: string;
  readonly device: string;
  readonly register: RegisterCell;
  readonly field: string | undefined;
  readonly address: number;
}

export class RegisterAccess {
  readonly #bench: MachineBench;

  constructor(bench: MachineBench) {
    this.#bench = bench;
  }

  /** All devices with the address of their first byte. */
  get devices() {
    return [...this.#devices].map(([name, device]) => ({
      name,
      kind: device.type.name,
      address: this.#addressOf(name),
      size: device.size,
      registers: device.registers.length,
    }));
  }

  /** @throws UsageError when there is no such device */
  registersOf(deviceName: string) {
    const [name, device] = this.#device(deviceName);
    const registers = device.registers.map((register) => ({
      name: register.name,
      address: this.#addressOf(name) + register.offset,
      value: register.value,
      reset: register.reset,
      fields: fieldsOf(register, name),
      ...(register.section === undefined ? {} : { section: register.section }),
    }));
    return { name, registers };
  }

  /** What a register or field holds, without effects. @throws UsageError when there is none of that name */
  read(path: string) {
    const { name, device, register, field, address } = this.#find(path);
    const value = field === undefined ? register.value : fieldOf(register, field, device);
    const width = field === undefined ? 32 : fieldSpecOf(register, field, device).width;
    const fields = field === undefined ? fieldsOf(register, device) : {};
    return { register: name, address, value, fields, width };
  }

  /** Writes it over the bus. @returns what the register holds then. @throws UsageError when there is none, or the bus refuses */
  write(path: string, value: number, memory: MemoryAccess) {
    const { name, device, register, field, address } = this.#find(path);
    const word = field === undefined ? value : withField(register, field, value, device);
    const { bytes = 4 } = register.spec.options;
    if (bytes === 1) memory.write8(address, word);
    else if (bytes === 2) memory.write16(address, word);
    else memory.write32(address, word);
    return { register: name, address, value: register.value };
  }

  get #devices(): ReadonlyMap<string, DeviceInstance> {
    return this.#bench.machine.assembly.devices;
  }

  #device(name: string): readonly [string, DeviceInstance] {
    const names = [...this.#devices.keys()];
    const own = names.find((one) => one === name) ?? names.find((one) => one.toLowerCase() === name.toLowerCase());
    if (own !== undefined) return [own, this.#devices.get(own)!];
    throw unknown(`board '${this.#bench.machine.name}'`, 'device', name, names);
  }

  #addressOf(device: string): number {
    const { description, cpu } = this.#bench.machine;
    return (description.devices[device] ?? cpu.devices[device])!.address;
  }

  #find(path: string): Place {
    const [deviceName = '', registerName = '', field, ...rest] = path.split('.');
    if (registerName === '' || rest.length > 0) {
      const remedy = "give device and register, 'USART2.CR1', or a field, 'USART2.CR1.UE'";
      throw new UsageError({ what: `${JSON.stringify(path)} names no register`, remedy });
    }
    const [device, instance] = this.#device(deviceName);
    const { registers } = instance;
    if (registers.length === 0)
      throw new UsageError({ what: `${device} has no registers by name`, remedy: 'read its memory' });
    const register = registerNamed(registers, registerName, device);
    if (field !== undefined) fieldSpecOf(register, field, device);
    const name = `${device}.${register.name}${field === undefined ? '' : `.${field}`}`;
    return { name, device, register, field, address: this.#addressOf(device) + register.offset };
  }
}

function fieldsOf(register: RegisterCell, device: string): Record<string, number> {
  return Object.fromEntries(Object.keys(register.spec.fields).map((name) => [name, fieldOf(register, name, device)]));
}

/** The register's value with one field changed; flags that a one clears or sets are left out, so that they stay as they are. */
function withField(register: RegisterCell, field: string, value: number, device: string): number {
  const spec = fieldSpecOf(register, field, device);
  let word = register.value;
  for (const [name, { access, low, width }] of Object.entries(register.spec.fields)) {
    const bits = maskOf(low, width);
    if (name === field || access === 'rc_w1' || access === 't') word &= ~bits;
    else if (access === 'rc_w0') word |= bits;
  }
  return (word | ((value << spec.low) & maskOf(spec.low, spec.width))) >>> 0;
}

function maskOf(low: number, width: number): number {
  return ((2 ** width - 1) * 2 ** low) | 0;
}
