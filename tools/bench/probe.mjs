// Loaded into each server of the benchmark. On request, it reports the resource usage of the process and records a CPU
// profile, or counts promises. In JavaScript, because Node needs 18 MiB to load a file in TypeScript, which would
// count as the server's.
import { createHook } from 'node:async_hooks';
import cluster from 'node:cluster';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const session = new Session();

let promises = 0;
const counter = createHook({
  init(_id, type) {
    if (type === 'PROMISE') promises++;
  },
});

/** @type {Record<import('./server-process.ts').ProbeRequest['command'], (request: { file?: string }) => unknown>} */
const handlers = {
  usage: () => ({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }),
  startProfile: async () => {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
  },
  stopProfile: async ({ file = '' }) => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect(); // so that another profile can be recorded
    writeFileSync(file, JSON.stringify(profile));
  },
  startCount: () => {
    promises = 0;
    counter.enable();
  },
  stopCount: () => {
    counter.disable();
    return promises;
  },
};

process.on('message', async (/** @type {import('./server-process.ts').ProbeRequest} */ request) => {
  const handler = handlers[request.command];
  if (handler) process.send?.({ id: request.id, result: (await handler(request)) ?? null }); // others are for Haven
});
if (cluster.isPrimary) process.channel?.unref(); // a worker must keep the channel to its parent open
