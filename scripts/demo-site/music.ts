/** The demo's piece of music, computed: soft plucked chords in D over a slow pad, with an echo. 16-bit PCM. */

const sampleRate = 22_050;
const beatSeconds = 0.75;
const chordBeats = 8;

/** Semitones above D2. Each chord: a bass note, then the notes that are plucked. */
const chords = [
  [0, 12, 19, 24, 28, 31],
  [9, 12, 16, 21, 24, 28],
  [5, 12, 17, 21, 24, 29],
  [7, 14, 19, 23, 26, 31],
  [4, 11, 16, 19, 23, 28],
  [5, 12, 17, 21, 24, 28],
  [7, 14, 19, 23, 26, 29],
  [0, 12, 19, 24, 28, 36],
];
const pattern = [1, 3, 2, 4, 3, 5, 4, 2];
const lengthSeconds = chords.length * chordBeats * beatSeconds;

/** A WAV file (RIFF, stereo) and its outline. */
export interface Music {
  readonly wav: Uint8Array;
  /** Loudest sample of each of {@link peaks}.length equal parts, 0 to 1. */
  readonly peaks: readonly number[];
}

/** Plays the piece into memory; the same bytes every time. */
export function composeMusic(): Music {
  const left = new Float32Array(Math.round(lengthSeconds * sampleRate));
  const right = new Float32Array(left.length);
  chords.forEach((chord, index) => {
    const start = index * chordBeats * beatSeconds;
    const [bass = 0, ...notes] = chord;
    pad(left, right, start, bass, notes);
    pattern.forEach((which, beat) => {
      const pan = 0.5 + 0.35 * Math.sin(index * 2.1 + beat * 0.9);
      const loudness = beat === 0 ? 0.3 : 0.19 + 0.05 * (beat % 2);
      pluck(left, right, start + beat * beatSeconds, (chord[which] ?? 0) + 12, loudness, pan);
    });
  });
  echo(left, right);
  fade(left);
  fade(right);
  return { wav: encodeWav(left, right), peaks: outline(left, right, 240) };
}

function frequency(semitones: number): number {
  return 73.416 * 2 ** (semitones / 12);
}

function pluck(
  left: Float32Array,
  right: Float32Array,
  startSeconds: number,
  semitones: number,
  loudness: number,
  pan: number,
): void {
  const from = Math.round(startSeconds * sampleRate);
  const step = (2 * Math.PI * frequency(semitones)) / sampleRate;
  for (let i = 0; i < sampleRate * 2.4 && from + i < left.length; i++) {
    const t = i / sampleRate;
    const attack = Math.min(1, t / 0.006);
    const tone =
      Math.sin(step * i) * Math.exp(-2.2 * t) +
      0.42 * Math.sin(2 * step * i) * Math.exp(-4.5 * t) +
      0.16 * Math.sin(3.01 * step * i) * Math.exp(-8 * t);
    const sample = loudness * attack * tone;
    left[from + i] = (left[from + i] ?? 0) + sample * Math.sqrt(1 - pan);
    right[from + i] = (right[from + i] ?? 0) + sample * Math.sqrt(pan);
  }
}

/** A chord that swells and goes, each voice doubled a little out of tune. */
function pad(
  left: Float32Array,
  right: Float32Array,
  startSeconds: number,
  bass: number,
  notes: readonly number[],
): void {
  const from = Math.round(startSeconds * sampleRate);
  const length = chordBeats * beatSeconds + 1.5;
  const voices = [bass, ...notes.slice(0, 3)].map((note) => (2 * Math.PI * frequency(note)) / sampleRate);
  for (let i = 0; i < length * sampleRate && from + i < left.length; i++) {
    const t = i / sampleRate;
    const swell = Math.sin((Math.PI * t) / length) ** 1.5;
    voices.forEach((step, voice) => {
      const gain = (voice === 0 ? 0.11 : 0.045) * swell;
      left[from + i] = (left[from + i] ?? 0) + gain * Math.sin(step * 1.0012 * i + voice);
      right[from + i] = (right[from + i] ?? 0) + gain * Math.sin(step * 0.9988 * i + voice * 2);
    });
  }
}

/** Each echo crosses to the other side. */
function echo(left: Float32Array, right: Float32Array): void {
  const delay = Math.round(beatSeconds * 0.75 * sampleRate);
  for (let i = delay; i < left.length; i++) {
    const [fromLeft, fromRight] = [left[i - delay] ?? 0, right[i - delay] ?? 0];
    left[i] = (left[i] ?? 0) + 0.34 * fromRight;
    right[i] = (right[i] ?? 0) + 0.34 * fromLeft;
  }
}

function fade(samples: Float32Array): void {
  const length = 2.5 * sampleRate;
  for (let i = 0; i < length; i++) {
    const at = samples.length - 1 - i;
    samples[at] = (samples[at] ?? 0) * (i / length);
  }
}

function outline(left: Float32Array, right: Float32Array, parts: number): number[] {
  return Array.from({ length: parts }, (_, part) => {
    let peak = 0;
    const [from, to] = [part, part + 1].map((n) => Math.floor((n * left.length) / parts));
    for (let i = from ?? 0; i < (to ?? 0); i++) {
      peak = Math.max(peak, Math.abs(left[i] ?? 0), Math.abs(right[i] ?? 0));
    }
    return Math.round(Math.min(1, peak) * 1000) / 1000;
  });
}

function encodeWav(left: Float32Array, right: Float32Array): Uint8Array {
  const dataBytes = left.length * 4;
  const wav = Buffer.alloc(44 + dataBytes);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(36 + dataBytes, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(2, 22);
  wav.writeUInt32LE(sampleRate, 24);
  wav.writeUInt32LE(sampleRate * 4, 28);
  wav.writeUInt16LE(4, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(dataBytes, 40);
  for (let i = 0; i < left.length; i++) {
    wav.writeInt16LE(toInt16(left[i] ?? 0), 44 + i * 4);
    wav.writeInt16LE(toInt16(right[i] ?? 0), 46 + i * 4);
  }
  return wav;
}

function toInt16(sample: number): number {
  return Math.round(32_767 * Math.tanh(sample * 1.05));
}
