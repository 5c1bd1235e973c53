/** The command line: `shoal`. Bundled into one file, which is also what its hashing threads run. */

import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { disableCommand, enableCommand, revokeCommand, rollbackCommand } from './commands/change.ts';
import { diffCommand } from './commands/diff.ts';
import { hubCommand } from './commands/hub.ts';
import { initCommand } from './commands/init.ts';
import { keysCommand } from './commands/keys.ts';
import { publishCommand } from './commands/publish.ts';
import { serveCommand } from './commands/serve.ts';
import { fail } from './commands/shared.ts';
import { signCommand } from './commands/sign.ts';
import { verifyCommand } from './commands/verify.ts';
import { exitCodes } from './errors.ts';
import { isHashThread } from './hash/thread.ts';
import { ownVersion } from './version.ts';

const help = `
Exit codes: 0 ok; 1 verify or diff found differences; 2 called or configured wrongly;
            3 reading, writing or network failed; 4 keys, signatures or .shoal/ are not in order.`;

async function main(args: readonly string[]): Promise<void> {
  const program = new Command('shoal')
    .description('Delivers a website’s static assets from the browsers that are already looking at it.')
    .version(ownVersion())
    .addHelpText('after', help)
    .addCommand(initCommand())
    .addCommand(publishCommand())
    .addCommand(verifyCommand())
    .addCommand(diffCommand())
    .addCommand(rollbackCommand())
    .addCommand(revokeCommand())
    .addCommand(disableCommand())
    .addCommand(enableCommand())
    .addCommand(keysCommand())
    .addCommand(signCommand())
    .addCommand(serveCommand())
    .addCommand(hubCommand());
  prepareAll(program);
  try {
    await program.parseAsync(args);
  } catch (error) {
    // Commander has said what is wrong already, or it was --help.
    if (error instanceof CommanderError)
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    else fail(error);
  }
}

/** Commander's own settings do not reach commands that are made apart from their parent. */
function prepareAll(command: CommandUnknownOpts): void {
  command.exitOverride().showSuggestionAfterError();
  for (const inner of command.commands) prepareAll(inner);
}

if (!isHashThread) await main(process.argv);
