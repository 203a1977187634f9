// Loaded into every server of the bench: answers what the process has used, and records a CPU profile when asked.
import cluster from 'node:cluster';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

import type { ProbeRequest, ProbeUsage } from './server-process.ts';

const session = new Session();

const answers: Record<ProbeRequest['ask'], (request: ProbeRequest) => unknown> = {
  usage: (): ProbeUsage => ({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }),
  startProfile: async () => {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
  },
  stopProfile: async ({ file = '' }) => {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(file, JSON.stringify(profile));
  },
};

process.on('message', async (request: ProbeRequest) => {
  const answer = answers[request.ask];
  if (answer) process.send?.({ id: request.id, answer: (await answer(request)) ?? null }); // other messages are Haven's own
});
if (cluster.isPrimary) process.channel?.unref(); // a worker's is its parent's, whose orders it waits for
