/** Questions to a person at a terminal. */

import { createInterface } from 'node:readline';
import { UsageError } from '../emu/errors.js';
import { Interrupted } from './exit-code.js';

/** Where questions go and answers come from. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

const HERE: Terminal = { input: process.stdin, output: process.stdout };

/** @throws Interrupted at Ctrl-C, UsageError when the input ends */
function question(text: string, { input, output }: Terminal): Promise<string> {
  const reader = createInterface({ input, output, terminal: true });
  return new Promise<string>((answer, fail) => {
    // The first to come counts; `close` follows each of the others.
    const ended = () => {
      output.write('\n');
      fail(new UsageError({ what: 'the input ended before the question was answered' }));
    };
    reader.once('close', ended);
    reader.once('SIGINT', () => {
      reader.off('close', ended);
      fail(new Interrupted());
    });
    reader.question(`${text} `, (line) => {
      reader.off('close', ended);
      answer(line.trim());
    });
  }).finally(() => {
    reader.close();
  });
}

/** Asks until there is an answer; Enter takes the proposal. */
export async function ask(text: string, proposal?: string, terminal = HERE): Promise<string> {
  const proposed = proposal === undefined ? '' : ` [${proposal}]`;
  for (;;) {
    const answer = (await question(`${text}${proposed}`, terminal)) || proposal;
    if (answer) return answer;
  }
}

/** Asks for one of several, by number or name. */
export async function choose(text: string, names: readonly string[], terminal = HERE): Promise<string> {
  const say = (line: string) => terminal.output.write(`${line}\n`);
  for (const [i, name] of names.entries()) say(`  ${i + 1}  ${name}`);
  for (;;) {
    const answer = await ask(text, names[0], terminal);
    const name = names[Number(answer) - 1] ?? names.find((one) => one === answer);
    if (name !== undefined) return name;
    say(`'${answer}' is none of them: give a number from 1 to ${names.length}, or a name from the list`);
  }
}
