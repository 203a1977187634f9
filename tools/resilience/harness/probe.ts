// Loaded into a Haven server. Reports the memory and handles of the process after a full garbage collection.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void; // exposed by the flag above

process.on('message', () => {
  collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  const resources = Map.groupBy(process.getActiveResourcesInfo(), (name) => name);
  const handles = Object.fromEntries([...resources].map(([name, those]) => [name, those.length]));
  process.send?.({ rss, heapUsed, external, handles });
});
process.channel?.unref();
