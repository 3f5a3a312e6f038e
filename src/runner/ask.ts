/** Questions to a person at a terminal. */

import { createInterface } from 'node:readline/promises';

async function question(text: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(text)).trim();
  } finally {
    terminal.close();
  }
}

/** Asks until there is an answer; Enter takes the proposal. */
export async function ask(text: string, proposal?: string): Promise<string> {
  for (;;) {
    const answer = (await question(`${text}${proposal === undefined ? '' : ` [${proposal}]`} `)) || proposal;
    if (answer) return answer;
  }
}

/** Asks for one of several, by number or name. */
export async function choose(text: string, names: readonly string[]): Promise<string> {
  for (const [i, name] of names.entries()) console.log(`  ${i + 1}  ${name}`);
  for (;;) {
    const answer = await ask(text, names[0]);
    const name = names[Number(answer) - 1] ?? names.find((one) => one === answer);
    if (name !== undefined) return name;
  }
}
