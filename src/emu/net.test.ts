import { describe, expect, it } from 'vitest';
import { Net } from './net.js';
import { Arena } from './state.js';

describe('a net', () => {
  it('resolves its drivers by strength', () => {
    const net = new Net('PA0', new Arena(), { ns: () => 5, cycles: () => 7 });
    const [a, b, c] = [net.driver('a'), net.driver('b'), net.driver('c')];
    const now = () => `${net.level} ${net.strength} ${net.digital}`;
    expect(now()).toBe('floating none 0');
    a.set('pull-up');
    expect(now()).toBe('high pulled 1');
    b.set('pull-down');
    expect(now()).toBe('conflict pulled 0');
    c.set('low');
    expect(now()).toBe('low driven 0');
    a.set('high');
    expect(now()).toBe('conflict driven 0');
    c.set('none');
    expect(now()).toBe('high driven 1');
    expect([...net.edges].map((edge) => edge.level)).toEqual(['high', 'conflict', 'low', 'conflict', 'high']);
    expect(net.edges.at(0)).toEqual({ ns: 5, cycles: 7, level: 'high' });
  });

  it('tells listeners of changes only', () => {
    const net = new Net('PA0', new Arena(), { ns: () => 0, cycles: () => 0 });
    const seen: string[] = [];
    net.listen(() => seen.push(`${net.level} ${net.strength}`));
    const [a, b] = [net.driver('a'), net.driver('b')];
    a.set('pull-up');
    b.set('pull-up');
    b.set('high');
    b.set('high');
    expect(seen).toEqual(['high pulled', 'high driven']);
  });
});
