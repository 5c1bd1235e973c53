/** Messages of the tracker's protocol, changed at random; the same seed gives the same messages. */

/** What a mutant is made from: valid messages that a hostile member could send. */
export interface Seeds {
  readonly messages: readonly object[];
  /** Things worth putting anywhere: ids of others, infohashes. */
  readonly words: readonly string[];
}

type Chance = () => number;

/** One message, as text; most are JSON, some are not. Below 64 KiB. */
export function mutant({ messages, words }: Seeds, random: Chance): string {
  const message: unknown = structuredClone(pick(messages, random));
  const changes = Math.floor(random() * 4);
  let changed = message;
  for (let i = 0; i < changes; i++) changed = change(changed, words, random, 0);
  const text = JSON.stringify(changed) ?? 'undefined';
  return (random() < 0.3 ? scribble(text, random) : text).slice(0, 60_000);
}

/** Changes one thing somewhere in a value. */
function change(value: unknown, words: readonly string[], random: Chance, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > 5 || random() < 0.1)
    return anything(words, random, 0);
  if (Array.isArray(value)) {
    const list = Array.from<unknown>(value);
    if (random() < 0.2)
      return Array.from(
        { length: Math.floor(random() * 150) },
        () => list[Math.floor(random() * list.length)],
      );
    const at = Math.floor(random() * (list.length + 1));
    list[at] = change(list[at], words, random, depth + 1);
    return list;
  }
  const fields: [string, unknown][] = Object.entries(value);
  const at = Math.floor(random() * fields.length);
  const [name = '', old] = fields[at] ?? [];
  const kind = random();
  if (kind < 0.15) fields.splice(at, 1);
  else if (kind < 0.25) fields.push([pick([...words, ...names], random), anything(words, random, 0)]);
  else if (kind < 0.3) fields[at] = [pick(names, random), old];
  else fields[at] = [name, change(old, words, random, depth + 1)];
  return Object.fromEntries(fields);
}

function anything(words: readonly string[], random: Chance, depth: number): unknown {
  switch (Math.floor(random() * (depth > 3 ? 7 : 9))) {
    case 0:
      return pick(words, random);
    case 1:
      return pick(numbers, random);
    case 2:
      return pick(values, random);
    case 3:
      return 'x'.repeat(Math.floor(random() ** 30 * 40_000));
    case 4:
      return String.fromCharCode(...Array.from({ length: 20 }, () => Math.floor(random() * 300)));
    case 5:
      return pick(texts, random);
    case 6:
      return random();
    case 7:
      return Array.from({ length: Math.floor(random() * 6) }, () => anything(words, random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: Math.floor(random() * 6) }, () => [
          pick(names, random),
          anything(words, random, depth + 1),
        ]),
      );
  }
}

/** Damages the text itself. */
function scribble(text: string, random: Chance): string {
  const at = Math.floor(random() * text.length);
  switch (Math.floor(random() * 6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(at);
    case 2:
      return text.slice(0, at) + pick(texts, random) + text.slice(at);
    case 3:
      return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0xd800)) + text.slice(at + 1);
    case 4:
      return pick(['[', '{"a":', '[{"a":'], random).repeat(Math.floor(random() ** 10 * 8_000));
    default:
      return text + text.slice(at);
  }
}

function pick<T>(list: readonly T[], random: Chance): T {
  const picked = list[Math.floor(random() * list.length)];
  if (picked === undefined) throw new RangeError('nothing to pick from');
  return picked;
}

const numbers = [0, -0, -1, 1, 5, 10, 100, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, -1e308, 1e-320, 0.1] as const;
const values = [null, true, false, '', [], {}, [null], [[]], [{}]] as const;
const texts = [
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\uD800',
  '"',
  '\\',
  '}{',
  'null',
  '1e999',
  '😀',
] as const;
const names = [
  'action',
  'info_hash',
  'peer_id',
  'to_peer_id',
  'offer_id',
  'offers',
  'offer',
  'answer',
  'signal',
  'kind',
  'sdp',
  'candidate',
  'mid',
  'event',
  'numwant',
  'left',
  'shoal',
  'type',
  'length',
  '__proto__',
  'toJSON',
] as const;
