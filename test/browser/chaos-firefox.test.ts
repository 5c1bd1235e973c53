import { describe } from 'vitest';
import { browserKinds } from '../support/browser.ts';
import { chaosIn } from '../support/chaos/suite.ts';

describe.runIf(browserKinds.includes('firefox'))('in Firefox', () => {
  chaosIn('firefox');
});
