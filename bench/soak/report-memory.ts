/**
 * Loaded before the server: upon any message it collects garbage and tells what memory and resources are in use. The
 * process needs `--expose-gc` and a channel to the one that started it.
 */
process.on('message', () => {
  globalThis.gc?.()
  globalThis.gc?.()
  process.send?.({
    rss: process.memoryUsage.rss(),
    heap: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo(),
  })
})
// The channel alone must not keep the server from ending.
process.channel?.unref()
