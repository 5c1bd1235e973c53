/** What each failure code means for an owner, and what to do about it. */
/** How worried to be: said in words, never by colour alone. */
export type Severity = 'act' | 'watch' | 'handled';
export interface Advice {
  readonly title: string;
  readonly severity: Severity;
  readonly meaning: string;
  readonly todo: string;
}
export declare const severityWords: Readonly<Record<Severity, string>>;
/** Advice for any code; one that this version does not know gets a sentence that says so. */
export declare function adviceFor(code: string): Advice;
/** The codes with advice of their own. */
export declare const advisedCodes: readonly string[];
