/**
 * What this browser has uploaded today for the origin, in localStorage: it outlives pages, and all tabs
 * share it. Only the host page uploads, so there is one writer at a time.
 */

import { uploadedToday, uploadRecord } from '../../policy/manners.ts';

const key = 'shoal-uploaded';
/** So much may be lost when a browser ends without notice; storing each block would be slow. */
const storeAfterBytes = 256 * 1024;

export class UploadDay {
  /** Not stored yet; or, where storage is forbidden, all that this page has uploaded. */
  #pending = 0;

  get bytes(): number {
    return this.#stored() + this.#pending;
  }

  add(bytes: number): void {
    this.#pending += bytes;
    if (this.#pending >= storeAfterBytes) this.store();
  }

  store(): void {
    if (this.#pending === 0) return;
    try {
      localStorage.setItem(key, uploadRecord(this.bytes, Date.now()));
      this.#pending = 0;
    } catch {
      // It then counts as long as this page.
    }
  }

  #stored(): number {
    try {
      return uploadedToday(localStorage.getItem(key), Date.now());
    } catch {
      return 0;
    }
  }
}
