import { expect, test } from 'vitest';
import { Refusal } from './failure.js';
import { parseRequest } from './request.js';

function refusal(line: string) {
  try {
    parseRequest(line);
  } catch (error) {
    if (error instanceof Refusal) return [error.error.class, error.error.desc, error.id];
  }
  return undefined;
}

test('a request has a command, and perhaps arguments and an id', () => {
  expect(parseRequest('{"execute":"stop"}')).toEqual({ execute: 'stop', args: {}, id: undefined });
  expect(parseRequest(' {"execute":"run","arguments":{"for":"1ms"},"id":"a"}\r')).toEqual({
    execute: 'run',
    args: { for: '1ms' },
    id: 'a',
  });
});
test.each([
  ['{', /^the line is no JSON: /, undefined],
  ['[]', /^a request is a JSON object$/, undefined],
  ['null', /^a request is a JSON object$/, undefined],
  ['{"execute":"stop","id":{}}', /^`id` is neither/, undefined],
  [`{"execute":"stop","id":"${'x'.repeat(1001)}"}`, /^`id` is neither/, undefined],
  ['{"id":7}', /^`execute` is missing or no text$/, 7],
  ['{"execute":3,"id":7}', /^`execute` is missing or no text$/, 7],
  ['{"execute":"stop","arguments":[],"id":7}', /^`arguments` is no object$/, 7],
  ['{"execute":"stop","args":{},"id":7}', /^a request has no member "args"$/, 7],
  ['['.repeat(100_000), /^the line nests more than 32 deep$/, undefined],
])('%s', (line, desc, id) => expect(refusal(line)).toEqual(['ProtocolError', expect.stringMatching(desc), id]));
test('brackets in texts are no depth', () => {
  expect(parseRequest(`{"execute":"${'[{'.repeat(100)}\\"["}`).execute).toContain('[{[{');
});
