import { z } from 'zod';
import { RegisterAccess } from '../register-access.js';
import { commandGroup } from './command.js';
import { fitting, hexOf, hexText, integerArgument } from './values.js';

const { define, commands } = commandGroup('Devices');
export const deviceCommands = commands;

const registerName = z
  .string()
  .min(1)
  .max(200)
  .describe('`"USART2.CR1"`, or a field of it, `"USART2.CR1.UE"`; the device’s case does not matter');

define({
  name: 'device-list',
  doc: 'The devices of the chip and of the core.',
  result: z.strictObject({
    devices: z.array(
      z.strictObject({ name: z.string(), kind: z.string(), address: hexText, size: z.int(), registers: z.int() }),
    ),
  }),
  run: (_, { target: { bench } }) => ({
    devices: new RegisterAccess(bench).devices.map(({ address, ...rest }) => ({ ...rest, address: hexOf(address) })),
  }),
});

define({
  name: 'device-registers',
  doc: 'All registers of a device with their fields, without effects.',
  args: { device: z.string().max(100) },
  result: z.strictObject({
    device: z.string(),
    registers: z.array(
      z.strictObject({
        name: z.string(),
        address: hexText,
        value: z.int(),
        reset: z.int(),
        fields: z.record(z.string(), z.int()),
        section: z.string().optional().describe('of the manual'),
      }),
    ),
  }),
  run({ device }, { target: { bench } }) {
    const access = new RegisterAccess(bench);
    const { name, registers } = access.registersOf(device);
    return { device: name, registers: registers.map(({ address, ...rest }) => ({ ...rest, address: hexOf(address) })) };
  },
});

define({
  name: 'register-read',
  doc: 'The value of a device’s register or field, by name, without effects.',
  args: { register: registerName },
  result: z.strictObject({
    register: z.string(),
    address: hexText,
    value: z.int(),
    fields: z.record(z.string(), z.int()),
  }),
  run({ register }, { target: { bench } }) {
    const { register: name, address, value, fields } = new RegisterAccess(bench).read(register);
    return { register: name, address: hexOf(address), value, fields };
  },
});

define({
  name: 'register-write',
  doc: 'Writes a device’s register as the firmware would, by a bus access with its effects. Of a field: the others are written as they are.',
  args: { register: registerName, value: integerArgument },
  result: z.strictObject({
    register: z.string(),
    address: hexText,
    value: z.int().describe('of the register afterwards'),
  }),
  run({ register, value }, { target: { board, bench } }) {
    const access = new RegisterAccess(bench);
    const { width } = access.read(register);
    const written = Number(fitting(value, width, register));
    const { address, ...rest } = access.write(register, written, board.memory);
    return { ...rest, address: hexOf(address) };
  },
});
