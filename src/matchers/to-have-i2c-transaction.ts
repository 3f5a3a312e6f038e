import { checkNames } from '../emu/options.js';
import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { bytesText } from './message.js';
import { type I2cSubject, subjectOf } from './subject.js';

/** What a transaction (START to STOP) must hold. */
export interface I2cExpectation {
  /** Seven bits, or ten. */
  readonly address: number;
  /** All bytes of a write to it. */
  readonly write?: readonly number[];
  /** All bytes of a read from it, behind the write if both are given. */
  readonly read?: readonly number[];
  /** Whether address and written bytes were acknowledged; true if not given. */
  readonly acknowledged?: boolean;
}

type Transaction = I2cSubject['transactions'][number];
type Message = Transaction['messages'][number];
/** How many of the last transactions a failure shows. */
const SHOWN = 8;

const same = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

function holds({ messages }: Transaction, { address, write, read, acknowledged = true }: I2cExpectation): boolean {
  const fits = (message: Message) =>
    message.address === address && (message.acknowledged && message.nackedAt === undefined) === acknowledged;
  if (write === undefined && read === undefined) return messages.some(fits);
  const from = write === undefined ? 0 : messages.findIndex((one) => fits(one) && !one.read && same(one.bytes, write));
  if (from < 0 || read === undefined) return from >= 0;
  return messages.slice(from).some((one) => fits(one) && one.read && same(one.bytes, read));
}

const addressText = (address: number) => `0x${address.toString(16).padStart(2, '0')}`;

/** `0x50 W 00 10, R ab cd` */
function messagesText(
  messages: readonly Pick<Message, 'address' | 'read' | 'bytes' | 'acknowledged' | 'nackedAt'>[],
): string {
  let before: number | undefined;
  const texts = messages.map(({ address, read, bytes, acknowledged, nackedAt }) => {
    const to = address === before ? '' : `${addressText(address)} `;
    before = address;
    const end = !acknowledged ? ' no ACK' : nackedAt === undefined ? '' : ` no ACK for byte ${nackedAt + 1}`;
    return `${to}${read ? 'R' : 'W'}${bytes.length > 0 ? ` ${bytesText(Uint8Array.from(bytes))}` : ''}${end}`;
  });
  return texts.join(', ');
}

function expectedText({ address, write, read, acknowledged = true }: I2cExpectation): string {
  const messages = [
    ...(write === undefined ? [] : [{ address, read: false, bytes: write, acknowledged }]),
    ...(read === undefined ? [] : [{ address, read: true, bytes: read, acknowledged }]),
  ];
  return messages.length === 0 ? `${addressText(address)}${acknowledged ? '' : ' no ACK'}` : messagesText(messages);
}

function happenedText(transactions: I2cSubject['transactions']): string {
  if (transactions.length === 0) return 'nothing';
  const lines = transactions
    .slice(-SHOWN)
    .map(({ messages }) => (messages.length === 0 ? 'START alone' : messagesText(messages)));
  if (transactions.length > SHOWN) lines.push(`(the last ${SHOWN} of ${transactions.length} transactions)`);
  return lines.join('\n');
}

/** An I2C bus has carried such a transaction, the port as master or slave, at any time so far. Never runs the machine. */
export function toHaveI2cTransaction(this: MatcherState, received: unknown, expected: I2cExpectation): MatcherResult {
  const { bench, name, i2c } = subjectOf(received, 'i2c', 'an I2C port (board.i2c1)');
  checkNames('toHaveI2cTransaction', expected, ['address', 'write', 'read', 'acknowledged'], ['address']);
  const { transactions } = i2c;
  return verdict({
    state: this,
    subject: name,
    matcher: 'toHaveI2cTransaction',
    args: [expected],
    pass: transactions.some((one) => holds(one, expected)),
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${expectedText(expected)}`],
      ['Happened', happenedText(transactions)],
      ...placeRows(bench),
      ['Hint', i2c.hint],
    ],
  });
}
