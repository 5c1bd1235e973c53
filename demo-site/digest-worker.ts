/** A worker that computes SHA-256: takes `{ id, bytes }`, answers `{ id, hex }`. */

self.addEventListener('message', ({ data }: MessageEvent<{ id: number; bytes: ArrayBuffer }>) => {
  void answer(data.id, data.bytes);
});

async function answer(id: number, bytes: ArrayBuffer): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  self.postMessage({ id, hex });
}
