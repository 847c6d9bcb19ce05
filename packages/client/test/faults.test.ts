import { describe, expect, it } from '@jest/globals'
import { seededRandom } from 'net-ts-protocol-kit'
import { seeds, story } from '../../../test/random-runs'
import { type Client, defineTopic, json, type PushConsumer, retry } from '../src/index'
import { World } from './support/world'

const Orders = defineTopic('orders', json<{ n: number }>())

/** One run from a seed: members come and go, connections break, brokers restart, while messages are sent. */
async function run(
  seed: number
): Promise<{ readonly missing: number[]; readonly phantoms: number[]; readonly owned: number; readonly problems: readonly string[] }> {
  const chance = seededRandom(seed)
  const pick = (count: number): number => Math.floor(chance() * count)
  const world = await World.start({ seed, brokers: ['broker-a', 'broker-b'], topics: { orders: 4 } })
  const problems: string[] = []
  const handled = new Set<number>()
  const sent = new Map<number, 'ok' | 'unknown' | 'no'>()
  const members: Array<{ client: Client; consumer: PushConsumer }> = []
  const join = async (): Promise<void> => {
    const client = await world.connect()
    const consumer = client.pushConsumer(
      { group: 'g', subscriptions: [{ topic: Orders }], from: 'first', maxAttempts: 1000 },
      async (message) => {
        if (chance() < 0.1) await new Promise<void>((resolve) => world.clock.setTimeout(resolve, pick(2000)))
        if (chance() < 0.05) throw new Error('not this time')
        if (chance() < 0.05) return retry({ delayLevel: 1 })
        handled.add(message.value.n)
        return undefined
      }
    )
    consumer.done.catch((error: unknown) => problems.push(String(error)))
    members.push({ client, consumer })
  }
  const producer = (await world.connect()).producer({ group: 'shop' })
  await join()
  let next = 0
  const send = (): void => {
    const n = next++
    producer.send(Orders, { n }).then(
      () => sent.set(n, 'ok'),
      (error: { sent: 'no' | 'unknown' }) => sent.set(n, error.sent)
    )
  }
  const faults = [
    () => send(),
    () => send(),
    () => send(),
    async () => {
      const links = world.network.links({ port: 10911 })
      links[pick(links.length)]?.cut()
    },
    async () => {
      const broker = world.brokers[pick(2)]
      await broker?.stop()
      await world.clock.advance(pick(5000))
      await broker?.start(() => undefined)
    },
    async () => {
      if (members.length < 3) await join()
    },
    async () => {
      if (members.length > 1) void members.splice(pick(members.length), 1)[0]?.client.close({ timeoutMs: 1000 })
    },
    async () => {
      const links = world.network.links()
      const link = links[pick(links.length)]
      link?.stall()
      await world.clock.advance(pick(3000))
      link?.resume()
    }
  ]
  for (let step = 0; step < 60; step++) {
    await faults[pick(faults.length)]?.()
    await world.clock.advance(pick(1000))
  }
  await world.clock.advance(180_000)
  const stored = world.brokers
    .flatMap((broker) => broker.messages('orders'))
    .map(({ body }) => (JSON.parse(body.toString()) as { n: number }).n)
  const missing = [...sent].filter(([n, outcome]) => outcome === 'ok' && !handled.has(n)).map(([n]) => n)
  const phantoms = [...sent].filter(([n, outcome]) => outcome === 'no' && stored.includes(n)).map(([n]) => n)
  const owned = members.reduce((sum, { consumer }) => sum + consumer.queues.length, 0)
  for (const { consumer } of members) if (consumer.health().state !== 'running') problems.push(consumer.health().state)
  await world.close()
  return { missing, phantoms, owned, problems }
}

describe('a group under faults', () => {
  for (const seed of seeds(20)) {
    it(`loses nothing and owns each queue once in the end (seed ${seed})`, async () => {
      story()
      expect(await run(seed)).toEqual({ missing: [], phantoms: [], owned: 8, problems: [] })
    })
  }
})
