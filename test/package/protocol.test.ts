import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { codeBlocks } from './markdown.js';
import { folder, fwtest, ROOT, run } from './workspace.js';

const BIN = join(ROOT, 'bin/fwtest.js');
const elf = (name: string) => join(ROOT, 'examples/firmware-tests', name);
const ECHO = [elf('uart-echo/uart-echo.elf'), '--board', 'stm32f4-discovery'];
const NEGOTIATE = '{"execute":"capabilities","arguments":{"enable":["UART"]}}';

interface Message {
  readonly return?: Record<string, unknown>;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly data?: Record<string, unknown>;
  readonly id?: unknown;
}
const messagesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Message);

/** Serves over standard input and output what is in the input, to its end. */
function served(lines: readonly string[], ...args: string[]) {
  const { code, stdout, stderr } = run(folder(), process.execPath, [BIN, 'serve', ...args], {}, lines.join('\n'));
  return { code, stderr, messages: messagesOf(stdout) };
}

const started: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A server that goes on; `said` resolves with the first match on standard error. */
function server(...args: string[]) {
  const child = spawn(process.execPath, [BIN, 'serve', ...args], { cwd: folder() });
  started.push(child);
  let text = '';
  const ended = new Promise<number | null>((done) => child.on('exit', done));
  const said = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((done, failed) => {
      child.stderr.on('data', (data) => {
        text += data;
        const match = pattern.exec(text);
        if (match) done(match);
      });
      void ended.then((code) => failed(new Error(`ended with ${code}: ${text}`)));
    });
  return { child, ended, said };
}

/** Lines of a socket as messages. */
class Line {
  readonly socket: Socket;
  readonly messages: Message[] = [];
  readonly closed: Promise<void>;
  #rest = '';
  #wake = () => {};
  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((done) => socket.on('close', () => done()));
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const lines = `${this.#rest}${data}`.split('\n');
      this.#rest = lines.pop()!;
      this.messages.push(...messagesOf(lines.join('\n')));
      this.#wake();
    });
  }
  send(...lines: string[]): void {
    this.socket.write(lines.map((line) => `${line}\n`).join(''));
  }
  async until(wanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(wanted);
      if (found) return found;
      await new Promise<void>((done) => {
        this.#wake = done;
      });
    }
  }
}

describe('over standard input and output', () => {
  test('a whole script at once: in order, and the same in every run', () => {
    const script = [
      NEGOTIATE,
      '{"execute":"run","arguments":{"uart":{"text":"ready\\r\\n"}},"id":1}',
      '{"execute":"uart-write","arguments":{"data":"hello\\n"},"id":2}',
      'rubbish',
      '{"execute":"run","arguments":{"for":"5ms"},"id":3}',
      '{"execute":"hash","id":4}',
    ];
    const { code, messages, stderr } = served(script, ...ECHO);
    expect([code, stderr]).toEqual([0, '']);
    expect(messages.map(({ id, error }) => id ?? error?.class).filter(Boolean)).toEqual([1, 2, 'ProtocolError', 3, 4]);
    expect(messages.at(-1)).toMatchObject({ event: 'SHUTDOWN', data: { reason: 'end of input' } });
    const text = messages.filter(({ event }) => event === 'UART').map(({ data }) => data?.['text']);
    expect(text.join('')).toBe('ready\r\nhello\r\n');
    expect(served(script, ...ECHO).messages).toEqual(messages);
  });

  test('what was asked for before the end of the input is still answered', () => {
    const run = '{"execute":"run","arguments":{"for":"20s"},"id":1}';
    const { code, messages } = served(
      [NEGOTIATE, run, run.replace('1}', '2}')],
      elf('blinky/blinky.elf'),
      '--board',
      'stm32f4-discovery',
    );
    const times = messages.filter(({ id }) => id !== undefined).map(({ return: result }) => result?.['time']);
    expect([code, times]).toEqual([0, [20e9, 40e9]]);
  });

  test('quit ends it, whatever follows', () => {
    const { code, messages } = served([NEGOTIATE, '{"execute":"quit"}', '{"execute":"hash"}'], ...ECHO);
    expect(code).toBe(0);
    expect(messages.slice(-2)).toMatchObject([{ return: {} }, { event: 'SHUTDOWN', data: { reason: 'quit' } }]);
  });

  test('an endless run stops when the client is gone', async () => {
    const { child, ended } = server(...ECHO);
    child.stdin.write(`${NEGOTIATE}\n{"execute":"cont"}\n`);
    await new Promise((done) => child.stdout.once('data', done));
    child.stdin.end();
    expect(await ended).toBe(0);
  });

  test('a client that no longer listens is gone', async () => {
    const { child, ended } = server(elf('blinky/blinky.elf'), '--board', 'stm32f4-discovery');
    child.stdin.write(`${NEGOTIATE}\n{"execute":"subscribe","arguments":{"events":["PIN"]}}\n{"execute":"cont"}\n`);
    await new Promise((done) => child.stdout.once('data', done));
    child.stdout.destroy();
    expect(await ended).toBe(0);
  });

  test('a line of more than 1 MiB is refused, and the next one is heard', () => {
    const { code, messages } = served([NEGOTIATE, 'x'.repeat(3 << 20), '{"execute":"hash","id":9}'], ...ECHO);
    expect(code).toBe(0);
    expect(messages.filter(({ error }) => error)).toMatchObject([
      { error: { class: 'ProtocolError', desc: 'a line is longer than 1048576 bytes' } },
    ]);
    expect(messages.some(({ id }) => id === 9)).toBe(true);
  });

  test('200 mutilated lines end in exit code 0', () => {
    const whole = JSON.stringify({ execute: 'memory-read', arguments: { address: 'main', length: 16 }, id: 1 });
    const lines = Array.from({ length: 200 }, (_, i) => whole.slice(0, i % whole.length) + String.fromCharCode(33 + i));
    const { code, messages } = served([NEGOTIATE, ...lines], ...ECHO);
    expect(code).toBe(0);
    expect(messages.filter(({ error }) => error)).toHaveLength(200);
  });

  test('a board without an image can be looked at and filled', () => {
    const { messages } = served(
      [
        NEGOTIATE,
        '{"execute":"memory-write","arguments":{"address":"0x80000000","data":"6f000000"}}',
        '{"execute":"disassemble","arguments":{"address":"0x80000000","count":1},"id":1}',
        '{"execute":"run","arguments":{"for":"1us"},"id":2}',
      ],
      '--board',
      'riscv-virt',
    );
    const [code, end] = messages.filter(({ id }) => id !== undefined);
    expect(code!.return).toMatchObject({
      instructions: [{ bytes: '6f000000', text: expect.stringMatching(/^jal? /) }],
    });
    expect(end!.return).toMatchObject({ reason: 'limit', pc: '0x80000000' });
  });
});

describe('over a socket', () => {
  test('one client at a time; the machine ends with it', async () => {
    const { ended, said } = server(...ECHO, '--port', '0');
    const port = Number((await said(/listening on 127\.0\.0\.1:(\d+)/))[1]);
    const first = new Line(connect(port, '127.0.0.1'));
    first.send(NEGOTIATE, '{"execute":"cont"}');
    await first.until(({ event }) => event === 'RESUME');
    const second = new Line(connect(port, '127.0.0.1'));
    expect(await second.until(({ error }) => error !== undefined)).toMatchObject({
      error: { class: 'Busy', desc: 'another client controls this machine' },
    });
    await second.closed;
    first.send('{"execute":"query-status","id":1}');
    expect(await first.until(({ id }) => id === 1)).toMatchObject({ return: { running: true } });
    first.socket.destroy();
    expect(await ended).toBe(0);
  });

  test.skipIf(process.platform === 'win32')('a path, for its user only, that is gone afterwards', async () => {
    const path = join(folder(), 'machine.sock');
    const { ended, said } = server(...ECHO, '--socket', path);
    await said(/listening on /);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(fwtest(folder(), 'serve', ...ECHO, '--socket', path)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`another process serves '${path}'`),
    });
    const client = new Line(connect(path));
    client.send(NEGOTIATE, '{"execute":"quit"}');
    await client.closed;
    expect(await ended).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  test('a web page that posts to the port gets nothing done', async () => {
    const { ended, said } = server(...ECHO, '--port', '0');
    const port = Number((await said(/listening on 127\.0\.0\.1:(\d+)/))[1]);
    const page = new Line(connect(port, '127.0.0.1'));
    page.send('POST / HTTP/1.1', 'Host: localhost', '', NEGOTIATE, '{"execute":"hash","id":1}');
    await page.closed;
    expect(page.messages.filter(({ return: answer }) => answer)).toEqual([]);
    expect(await ended).toBe(0);
  });
});

describe('wrong usage ends with exit code 2', () => {
  test.each([
    [['x.elf'], 'x.elf'],
    [[elf('hello/hello.elf')], '--board'],
    [['--board', 'stm32f4-discover'], "did you mean 'stm32f4-discovery'?"],
    [[...ECHO, '--port', '70000'], "'70000' is no port"],
    [[...ECHO, '--port', '1', '--stdio'], '--stdio and --port are given'],
    [[...ECHO, '--socket', join(ROOT, 'package.json')], 'is there and is no socket'],
    [[...ECHO, '--socket', '/no/such/folder/x'], 'cannot listen there'],
  ])('%j', (args, text) => {
    const { code, stderr } = fwtest(folder(), 'serve', ...args);
    expect(stderr).toContain(text);
    expect(code).toBe(2);
  });
});

const python = spawnSync('python3', ['--version']).status === 0;
const needed = process.env['FWTEST_REQUIRE_TOOLS'] === '1';

describe.skipIf(!python && !needed)('the client in Python (needs python3)', () => {
  const client = join(ROOT, 'examples/control-client');
  const environment = { PYTHONPATH: client, PYTHONDONTWRITEBYTECODE: '1' };

  test('boots, waits for text, sets a pin, reads a register, goes back to a snapshot', () => {
    const script = join(client, 'button.py');
    const { code, stdout, stderr } = run(folder(), 'python3', [script, process.execPath, BIN], environment);
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^after one press: 'ready\\r\\npress 1\\r\\n', LED high, GPIOD\.ODR = 0x1000\nback at 0\.\d{3} ms: LED low, button low\n$/,
    );
    expect(code).toBe(0);
  });

  test('the program in the documentation prints what is said', () => {
    const blocks = codeBlocks(readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8'));
    const index = blocks.findIndex(({ language }) => language === 'python');
    const cwd = folder();
    mkdirSync(join(cwd, 'build'));
    copyFileSync(elf(blocks[index]!.notes.get('firmware')!), join(cwd, 'build/app.elf'));
    // `npx fwtest` would look for a package; the client is told where it is.
    const started = `command=[${JSON.stringify(process.execPath)}, ${JSON.stringify(BIN)}], board=`;
    writeFileSync(join(cwd, 'program.py'), blocks[index]!.text.replace('board=', started));
    const { code, stdout, stderr } = run(cwd, 'python3', ['program.py'], environment);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(blocks[index + 1]!.text);
  });

  test('connects to a port, and is told what is wrong', async () => {
    const { ended, said } = server(...ECHO, '--port', '0');
    const port = (await said(/listening on 127\.0\.0\.1:(\d+)/))[1]!;
    const program = `
from fwtest_client import ControlError, Machine
with Machine.connect(${port}) as machine:
    machine.run_until_text("ready", limit="10ms")
    machine.uart_write(b"ab\\n")
    machine.run_until_text("ab", limit="10ms")
    machine.write("0x20001000", b"\\x01\\x02\\x03\\x04")
    print(machine.text.split(), machine.read(0x20001000, 2), hex(machine.read_word("0x20001000", 8)))
    try:
        machine.call("run", **{"for": "soon"})
    except ControlError as error:
        print(error.error_class)
`;
    const result = await new Promise<string>((done) => {
      const child = spawn('python3', ['-c', program], { env: { ...process.env, ...environment } });
      let text = '';
      child.stdout.on('data', (data) => (text += data));
      child.stderr.on('data', (data) => (text += data));
      child.on('exit', () => done(text));
    });
    expect(result).toBe("['ready', 'ab'] b'\\x01\\x02' 0x4030201\nUsageError\n");
    expect(await ended).toBe(0);
  });
});
