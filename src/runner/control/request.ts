/** A line of the client as a request. */

import { Refusal } from './failure.js';

export interface Request {
  readonly execute: string;
  readonly args: object;
  /** What comes back with the answer; undefined where there was none. */
  readonly id: string | number | undefined;
}

/** Brackets inside one another that a request can need: part-call with a structured argument. */
const DEEPEST = 32;
const LONGEST_ID = 1000;
const MEMBERS = ['execute', 'arguments', 'id'];

function refusal(desc: string, remedy: string, id?: Request['id']): Refusal {
  return new Refusal({ class: 'ProtocolError', desc, remedy }).of(id);
}

const EXAMPLE = '{"execute": "query-status", "id": 1}';

/** @throws Refusal */
export function parseRequest(line: string): Request {
  if (depthOf(line) > DEEPEST) throw refusal(`the line nests more than ${DEEPEST} deep`, 'send less deep arguments');
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw refusal(
      `the line is no JSON: ${(error as Error).message.slice(0, 200)}`,
      `send one JSON object a line: ${EXAMPLE}`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal('a request is a JSON object', EXAMPLE);
  const { execute, arguments: args = {}, id } = value as Record<string, unknown>;
  const known = isId(id) ? id : undefined;
  if (!isId(id)) throw refusal('`id` is neither a number nor a text of at most 1,000 characters', 'give one that is');
  if (typeof execute !== 'string') throw refusal('`execute` is missing or no text', EXAMPLE, known);
  if (typeof args !== 'object' || args === null || Array.isArray(args))
    throw refusal('`arguments` is no object', '{"execute": "run", "arguments": {"for": "20ms"}}', known);
  const extra = Object.keys(value).find((key) => !MEMBERS.includes(key));
  if (extra !== undefined) {
    throw refusal(
      `a request has no member ${JSON.stringify(extra.slice(0, 100))}`,
      `it has ${MEMBERS.join(', ')}`,
      known,
    );
  }
  return { execute, args, id: known };
}

function isId(id: unknown): id is Request['id'] {
  return id === undefined || typeof id === 'number' || (typeof id === 'string' && id.length <= LONGEST_ID);
}

/** How deep the brackets outside of strings nest. */
function depthOf(line: string): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let i = 0; i < line.length; i++) {
    const char = line.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (char === 0x7d || char === 0x5d) depth--;
  }
  return deepest;
}
