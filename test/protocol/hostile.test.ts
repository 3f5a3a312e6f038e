import { expect, test } from 'vitest';
import { TestClient, targetWith } from '../../src/runner/control/control-bench.js';
import { REQUESTS } from './requests.js';

/** 10^5 before a release, FWTEST_HOSTILE=1; the same kinds of lines in every run. */
const LINES = process.env['FWTEST_HOSTILE'] ? 100_000 : process.env['FWTEST_LONG'] ? 20_000 : 2000;
/** Host ms for them. */
const PATIENCE = 3_600_000;

const BOARDS = [
  ['stm32f4-discovery', 'uart-echo/uart-echo.elf', 'usart2', LINES],
  ['riscv-virt', 'hello/hello.elf', 'uart0', LINES / 2],
] as const;

/** Numbers from a seed, the same in every run (Marsaglia's xorshift32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const ODD_VALUES = [
  '0',
  '-1',
  '1e308',
  '-1e308',
  '1e-308',
  '9007199254740993',
  '4294967295',
  '4294967296',
  '-2147483649',
  '0.5',
  'null',
  'true',
  '""',
  '"0x"',
  '"0xffffffffffffffffffff"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '[]',
  '{}',
  '[[[[]]]]',
  '{"__proto__":{"x":1}}',
  '"\\u0000"',
  '"\\ud800"',
  '"999999999999999999999min"',
  '"0ns"',
  '"1cycles"',
  '"9007199254740991cycles"',
  '"PA0"',
  '"usart2"',
  '"main"',
  '"pc"',
  '"0xe000ed00"',
  '"0xfffffffe"',
  '"0xffffffff"',
  '"cpu.irq.99999"',
  '"cpu.__proto__"',
  '"usart2.__proto__"',
  '"press"',
  '"type"',
]; // prettier-ignore
const FRAGMENTS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\',
  '\u0000',
  '\ufeff',
  'é',
  '💥',
  '{"execute":"stop"}',
  ' '.repeat(100),
  '[['.repeat(50),
]; // prettier-ignore

/** A line like one that a client would send, changed in a few places. */
function mutated(random: (below: number) => number, lines: readonly string[]): string {
  let line = lines[random(lines.length)]!;
  // Every other line stays JSON: it gets further.
  const wellFormed = random(2) === 0;
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(line.length + 1);
    const kind = wellFormed ? 4 : random(7);
    const value = ODD_VALUES[random(ODD_VALUES.length)]!;
    if (kind === 0) line = line.slice(0, at) + FRAGMENTS[random(FRAGMENTS.length)]! + line.slice(at);
    else if (kind === 1) line = line.slice(0, at) + line.slice(at + 1 + random(8));
    else if (kind === 2) line = line.slice(0, at) + String.fromCharCode(random(0x250)) + line.slice(at + 1);
    else if (kind === 3) line = line.slice(0, at) + lines[random(lines.length)]!.slice(random(40));
    else line = withOtherValue(line, random, value);
  }
  return line;
}

/** One of the values of a line (what stands behind a colon or in an array) becomes another. */
function withOtherValue(line: string, random: (below: number) => number, value: string): string {
  const values = [...line.matchAll(/(?<=[:[,])("(?:[^"\\]|\\.)*"|-?[\d.]+|true|false)(?=[,}\]])/g)];
  const one = values[random(Math.max(values.length, 1))];
  return one ? line.slice(0, one.index) + value + line.slice(one.index + one[0].length) : line;
}

test.each(BOARDS)(
  '%s: an answer or an error to each broken and strange line, no crash, no hang',
  async (...row) => {
    const [board, image, uart, count] = row;
    const client = new TestClient(targetWith(image, board));
    const { session } = client;
    const lines = REQUESTS.map(([execute, args], id) =>
      JSON.stringify({ execute, arguments: args, id }).replaceAll('usart2', uart),
    );
    session.receive('{"execute":"capabilities"}');
    const random = generator(0x2545_f491);
    const counts = { answers: 0, errors: 0, internal: [] as string[] };
    const take = () => {
      for (const { return: answer, error } of client.messages.splice(0)) {
        if (answer) counts.answers++;
        else if (error) counts.errors++;
        if (error?.class === 'InternalError') counts.internal.push(error.desc);
      }
      return counts.answers + counts.errors;
    };
    take();
    const [started, resident] = [performance.now(), process.resourceUsage().maxRSS];
    let slowest = { ms: 0, line: '' };
    for (let i = 0; i < count; i++) {
      const line = mutated(random, lines).replaceAll('\n', ' ');
      const before = take();
      const sent = performance.now();
      session.receive(line);
      if (session.busy) {
        session.receive('{"execute":"stop"}');
        while (session.busy) await new Promise((done) => setImmediate(done));
      }
      const ms = performance.now() - sent;
      if (ms > slowest.ms) slowest = { ms, line };
      const after = take();
      if (counts.internal.length > 0) expect.fail(`${line}\n${counts.internal.join('\n')}`);
      if (after === before && line.trim() !== '') expect.fail(`no answer to ${line}`);
    }
    expect(client.ended).toBe(false);
    if (process.env['FWTEST_HOSTILE']) {
      const [seconds, grown] = [(performance.now() - started) / 1000, process.resourceUsage().maxRSS - resident];
      console.log(
        `${board}: ${count} lines in ${seconds.toFixed(0)} s, ${counts.answers} answers, ${counts.errors} errors, ${grown >> 10} MiB more at most; the slowest ${slowest.ms.toFixed(0)} ms: ${slowest.line.slice(0, 300)}`,
      );
      expect(grown, 'KiB more').toBeLessThan(1200 * 1024);
    }
    expect(counts.answers).toBeGreaterThan(count / 20);
    expect(counts.errors).toBeGreaterThan(count / 4);
  },
  PATIENCE,
);
