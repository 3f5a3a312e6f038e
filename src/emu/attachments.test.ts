import { expect, it } from 'vitest';
import { Attachments } from './attachments.js';
import { Arena } from './state.js';

const peer = (name: string) => ({ name });

it('gives who is attached, in order, and forgets who was taken off', () => {
  const peers = new Attachments<{ name: string }>(new Arena().log('peers'));
  const [a, b] = [peer('a'), peer('b')];
  const detach = peers.add(a);
  peers.add(b);
  expect([...peers]).toEqual([a, b]);
  detach();
  expect([...peers]).toEqual([b]);
  peers.add(a);
  expect([...peers]).toEqual([b, a]);
});

it('goes back with the machine: who came later is gone', () => {
  const log = new Arena().log('peers');
  const peers = new Attachments<{ name: string }>(log);
  const [a, b] = [peer('a'), peer('b')];
  peers.add(a);
  const saved = log.save();
  peers.add(b);
  const later = log.save();
  log.restore(saved);
  expect([...peers]).toEqual([a]);
  log.restore(later);
  expect([...peers]).toEqual([a, b]);
});
