import { format, resolveConfig } from 'prettier';

/** The text as the formatter wants it at this path. */
export async function formatted(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}
