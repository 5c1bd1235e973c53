/**
 * The origin's process in its own network: `origin.ts DIR CONFIG HOST PORT`. Serves site and hub, and answers each
 * message by what was sent so far.
 */
import { serve } from '../../publisher/index.ts';

const [dir = '', config = '', host = '', port = ''] = process.argv.slice(2);
const serving = await serve({ dir, config, host, port: Number(port), databasePath: ':memory:' });
process.on('message', () => {
  const { bytes, paths } = serving.originCounts();
  process.send?.({ bytes, paths: [...paths].map(([path, sent]) => ({ path, ...sent })) });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ hubUrl: serving.hubUrl });
