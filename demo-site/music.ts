/** The player: an outline to jump in, and an audio file of which the browser fetches what it needs. */
import { fetchWhole } from './assets.ts';
import { element, withDeadline } from './parts.ts';

const eventDeadlineMs = 60_000;
const icons = { play: '\ueb2c', pause: '\uead1' };

/** Resolves when the file can be played and has been jumped in. @throws Error when it does not load */
export async function startMusic(): Promise<string> {
  const audio = element('audio', HTMLAudioElement);
  const [peaks] = await Promise.all([readPeaks(), metadataLoaded(audio)]);
  wirePlayer(audio, peaks);
  const places = [0.8, 0.35, 0];
  for (const place of places) await jump(audio, place * audio.duration);
  return `${Math.round(audio.duration)} s of music, jumped to ${places.length} places`;
}

async function readPeaks(): Promise<number[]> {
  const peaks: unknown = await (await fetchWhole('music/outline.json')).json();
  if (!Array.isArray(peaks)) throw new Error('music/outline.json holds no list');
  return peaks.map(Number);
}

function metadataLoaded(audio: HTMLAudioElement): Promise<void> {
  if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) return Promise.resolve();
  return event(audio, 'loadedmetadata');
}

async function jump(audio: HTMLAudioElement, seconds: number): Promise<void> {
  const arrived = event(audio, 'seeked');
  audio.currentTime = seconds;
  await arrived;
  if (Math.abs(audio.currentTime - seconds) > 0.5) {
    throw new Error(`the music jumped to ${audio.currentTime} s, not to ${seconds} s`);
  }
}

function event(audio: HTMLAudioElement, name: string): Promise<void> {
  const happened = new Promise<void>((resolve, reject) => {
    audio.addEventListener(name, () => resolve(), { once: true });
    const onError = (): void => reject(new Error(audio.error?.message ?? 'the music did not load'));
    if (audio.error === null) audio.addEventListener('error', onError, { once: true });
    else onError();
  });
  return withDeadline(happened, eventDeadlineMs, `"${name}" of the music`);
}

function wirePlayer(audio: HTMLAudioElement, peaks: readonly number[]): void {
  const play = element('play', HTMLButtonElement);
  const seek = element('seek', HTMLInputElement);
  const position = element('position', HTMLOutputElement);
  const wave = element('wave', HTMLCanvasElement);
  const show = (): void => {
    const part = audio.currentTime / audio.duration;
    seek.value = String(part);
    const clock = `${Math.floor(audio.currentTime / 60)}:${String(Math.floor(audio.currentTime % 60)).padStart(2, '0')}`;
    seek.setAttribute('aria-valuetext', clock);
    position.textContent = clock;
    play.textContent = audio.paused ? icons.play : icons.pause;
    play.setAttribute('aria-label', audio.paused ? 'Play' : 'Pause');
    drawWave(wave, peaks, part);
  };
  play.disabled = false;
  play.addEventListener('click', () => (audio.paused ? void audio.play() : audio.pause()));
  seek.addEventListener('input', () => (audio.currentTime = Number(seek.value) * audio.duration));
  for (const name of ['timeupdate', 'seeked', 'play', 'pause', 'ended']) audio.addEventListener(name, show);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);
  show();
}

function drawWave(canvas: HTMLCanvasElement, peaks: readonly number[], played: number): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const style = getComputedStyle(canvas);
  const step = canvas.width / peaks.length;
  const loudest = Math.max(...peaks);
  context.clearRect(0, 0, canvas.width, canvas.height);
  peaks.forEach((peak, index) => {
    const height = Math.max(3, (peak / loudest) * canvas.height * 0.94);
    context.fillStyle = style.getPropertyValue(
      (index + 0.5) / peaks.length < played ? '--accent' : '--faint',
    );
    context.fillRect(index * step, (canvas.height - height) / 2, step * 0.62, height);
  });
}
