/** A sound that a browser can play and seek in: 16-bit PCM, mono. */

/** RIFF/WAVE with a tone that rises, so that no two parts of it are alike. */
export function wav(seconds: number, samplesPerSecond = 44_100): Uint8Array {
  const samples = Math.round(seconds * samplesPerSecond);
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples * 2, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(samplesPerSecond, 24);
  bytes.writeUInt32LE(samplesPerSecond * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) {
    const second = i / samplesPerSecond;
    bytes.writeInt16LE(Math.round(Math.sin(second * (200 + second) * 6.28) * 8_000), 44 + i * 2);
  }
  return bytes;
}
