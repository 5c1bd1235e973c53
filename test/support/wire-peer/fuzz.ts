/** Scripts that send bytes of chance, the same for the same seed: with and without handshake, with and without framing. */
import { Chance } from '../../../bench/simulation/chance.ts';
import { id, message } from './messages.ts';
import type { Script, Wire } from './wire.ts';

const shapes = ['l', 'd1:a', 'i', '99999999:', 'd1:md11:ut_metadatai-1e', 'i1e', 'e', '0:'];

export function fuzzers(seed: number, count: number): readonly Script[] {
  const chance = new Chance(seed);
  const noise = (limit: number): Buffer =>
    Buffer.from(Array.from({ length: chance.between(0, limit) }, () => chance.between(0, 255)));
  const bencoded = (): Buffer =>
    Buffer.from(Array.from({ length: chance.between(0, 600) }, () => chance.of(shapes)).join(''));
  const kinds: readonly ((wire: Wire) => void)[] = [
    (wire) => wire.send(noise(300)),
    (wire) => {
      wire.greet();
      wire.send(noise(2_000));
    },
    (wire) => {
      wire.greet();
      for (let i = 0; i < 50; i++) wire.send(message(chance.between(0, 24), noise(40)));
    },
    (wire) => {
      wire.greetEmpty();
      for (let i = 0; i < 10; i++)
        wire.send(message(id.extended, Buffer.of(chance.between(0, 4)), bencoded()));
    },
  ];
  return Array.from({ length: count }, () => ({ greet: chance.of(kinds) }));
}
