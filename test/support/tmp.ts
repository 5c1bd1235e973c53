import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

const folders = new Set<string>();

// Registered first, so it runs last: whatever a test file started in its folders has been stopped by then.
// A hook and not the process's end, because vitest kills its processes.
afterAll(async () => {
  for (const folder of folders) await removeFolder(folder);
});

/** A folder of its own, removed with all that is in it after the last test of the file at the latest. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-test-'));
  folders.add(folder);
  return folder;
}

/** Like `temporaryFolder`, removed when the running test is finished. Only inside of a test, not of a hook. */
export async function testFolder(): Promise<string> {
  const folder = await temporaryFolder();
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** Removes a folder before its time. */
export async function removeFolder(folder: string): Promise<void> {
  folders.delete(folder);
  await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
}
