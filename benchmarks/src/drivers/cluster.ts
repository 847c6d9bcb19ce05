import { nanoseconds, number } from './load'
import { serveCommands } from './serve-commands'

/** Starts and stops test clusters as a user's tests do, one after the other in one process. */
serveCommands(
  {},
  {
    clusters: async (values) => {
      const begun = nanoseconds()
      const { startCluster } = await import('@rocketmq-ts/testing')
      const first = await startCluster({ topics: { orders: { queues: 4 } } })
      const firstStartMs = (nanoseconds() - begun) / 1e6
      await first.close()
      const [startMs, stopMs]: [number[], number[]] = [[], []]
      for (let left = number(values, 'times'); left > 0; left--) {
        const start = nanoseconds()
        const cluster = await startCluster({ topics: { orders: { queues: 4 } } })
        const started = nanoseconds()
        await cluster.close()
        startMs.push((started - start) / 1e6)
        stopMs.push((nanoseconds() - started) / 1e6)
      }
      return { firstStartMs, startMs, stopMs }
    }
  }
)
