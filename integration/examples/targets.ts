import { createTopic } from '../contract/targets'
import { type JudgedVersion, startJudge } from '../official/judges'
import { Command } from './command'
import { root } from './example'

/** A cluster to run the examples against. */
export interface Target {
  readonly nameservers: string
  close(): Promise<unknown>
}

/** Topics of the examples, created as an administrator would have. */
const topics = ['shop-orders', 'till-sales', 'sensor-readings', 'sensor-summaries', 'payments', 'reservations', 'nest-orders']

/** Our server as a process of its own, from its command line. */
export async function startOurs(): Promise<Target> {
  const server = new Command('node packages/server/dist/cli.js --nameserver-port 0 --broker-port 0', root, {})
  const [, nameservers = '', broker = ''] = await server.printed(/nameserver (\S+) +broker (\S+)/, 30_000)
  await createTopics(nameservers, broker)
  return {
    nameservers,
    close: () => {
      server.signal('SIGTERM')
      return server.endedWithin(30_000)
    }
  }
}

/** An official release. */
export async function startOfficial(version: JudgedVersion): Promise<Target> {
  const judge = await startJudge(version)
  await createTopics(judge.nameservers, judge.brokerAddress)
  return { nameservers: judge.nameservers, close: () => judge.stop() }
}

async function createTopics(nameserver: string, broker: string): Promise<void> {
  for (const topic of topics) await createTopic(nameserver, broker, topic, 4)
}
