import { afterEach, describe, expect, it } from '@jest/globals'
import type { ServerOptions } from '@rocketmq-ts/server'
import { pullFields } from './requests/pulls'
import { sendFields } from './requests/sends'
import { jsonFrame, type RawAnswer, type RawRequest, RESPONSE } from './support/raw-frames'
import { type MemoryVictim, Victim } from './support/victim'

const MIB = 1024 * 1024

let victim: MemoryVictim

async function start(options: ServerOptions = {}): Promise<void> {
  victim = await Victim.inMemory(options, { chunks: 'whole' })
}

afterEach(async () => {
  const closing = victim.close()
  await victim.clock.advance(10_000)
  await closing
})

/** Sends all requests over one connection at once, and resolves with their answers. */
async function flood(requests: readonly RawRequest[]): Promise<readonly RawAnswer[]> {
  const peer = await victim.attacker('broker')
  peer.write(Buffer.concat(requests.map((request, opaque) => jsonFrame({ ...request, opaque }))))
  await victim.clock.settle()
  expect(peer.isClosed).toBe(false)
  const answers = peer.answers.filter(({ flag }) => (flag & RESPONSE) !== 0)
  expect(answers).toHaveLength(requests.length)
  return answers
}

function many(count: number, request: (index: number) => RawRequest): readonly RawRequest[] {
  return Array.from({ length: count }, (_, index) => request(index))
}

/** How often each code was answered. */
function tally(answers: readonly RawAnswer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { code } of answers) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

const firstSend = (name: string): RawRequest => ({ code: 310, fields: sendFields({ b: name }), body: 'x' })

describe('first sends to a thousand topics', () => {
  it('create a hundred at once and then ten a second; the others are told to come back', async () => {
    await start()
    const before = victim.server.broker.stats.topics
    const answers = await flood(many(1000, (index) => firstSend(`flood-${index}`)))
    expect(tally(answers)).toEqual({ 0: 100, 2: 900 })
    expect(answers[999]?.remark).toContain('TOPIC_FLOOD')
    expect(victim.server.broker.stats.topics).toBe(before + 100)
    expect(await victim.serves()).toBe(true)
    await victim.clock.advance(1000)
    expect(tally(await flood(many(1000, (index) => firstSend(`again-${index}`))))).toEqual({ 0: 10, 2: 990 })
    await victim.clock.settle()
    expect(victim.server.nameserver.stats.topics).toBe(victim.server.broker.stats.topics)
    expect(await victim.serves()).toBe(true)
  })

  it('create no more than the broker may have, however slowly they come', async () => {
    await start({ limits: { maxTopics: 50, autoCreateBurst: 1000 } })
    const answers = await flood(many(1000, (index) => firstSend(`flood-${index}`)))
    expect(victim.server.broker.stats.topics).toBe(50)
    expect(tally(answers)[17]).toBe(1000 - (tally(answers)[0] ?? 0))
    expect(answers[999]?.remark).toContain('50 topics')
    expect(await victim.serves()).toBe(true)
  })

  it('create none where topics are not created by use', async () => {
    await start({ autoCreateTopics: false })
    const before = victim.server.broker.stats.topics
    expect(tally(await flood(many(1000, (index) => firstSend(`flood-${index}`))))).toEqual({ 17: 1000 })
    expect(victim.server.broker.stats.topics).toBe(before)
  })
})

describe('requests to create topics and groups without end', () => {
  it('are refused when the broker has as many topics as it may', async () => {
    await start({ limits: { maxTopics: 50 } })
    const fields = { defaultTopic: 'TBW102', readQueueNums: 1, writeQueueNums: 1, perm: 6, topicFilterType: 'SINGLE_TAG', order: false }
    const answers = await flood(many(200, (index) => ({ code: 17, fields: { ...fields, topic: `made-${index}` } })))
    expect(victim.server.broker.stats.topics).toBe(50)
    expect(tally(answers)[1]).toBe(200 - (tally(answers)[0] ?? 0))
    expect(await victim.serves()).toBe(true)
  })

  it('are refused when the broker has as many groups as it may, by whatever request they come', async () => {
    await start({ limits: { maxGroups: 100 } })
    const pulls = await flood(many(200, (index) => ({ code: 11, fields: pullFields({ consumerGroup: `pulls-${index}` }) })))
    expect(tally(pulls)[26]).toBeGreaterThanOrEqual(100)
    const backs = await flood(many(200, (n) => ({ code: 36, fields: { group: `back-${n}`, offset: 0, delayLevel: 0 } })))
    expect(tally(backs)).toEqual({ 26: 200 })
    const commits = await flood(
      many(200, (n) => ({ code: 15, fields: { consumerGroup: `commit-${n}`, topic: 'orders', queueId: 0, commitOffset: 0 } }))
    )
    expect(tally(commits)).toEqual({ 26: 200 })
    expect(victim.server.broker.stats.groups).toBe(100)
    expect(await victim.serves()).toBe(true)
  })

  it('leave no more offsets than the broker may remember', async () => {
    await start({ limits: { maxOffsets: 150 } })
    await flood(many(100, (index) => ({ code: 11, fields: pullFields({ consumerGroup: `group-${index}` }) })))
    const commit = (n: number): RawRequest => ({
      code: 15,
      fields: { consumerGroup: `group-${n % 100}`, topic: 'orders', queueId: Math.floor(n / 100), commitOffset: 0 }
    })
    expect(tally(await flood(many(400, commit)))).toEqual({ 0: 150, 2: 250 })
    expect(victim.server.broker.stats.offsets).toBe(150)
    expect(tally(await flood([commit(0)]))).toEqual({ 0: 1 })
  })

  it('leave no more locks than the broker may hold', async () => {
    await start({ limits: { maxLocks: 100 } })
    const mqSet = [0, 1, 2, 3].map((queueId) => ({ topic: 'orders', brokerName: 'broker-a', queueId }))
    const lock = (n: number): RawRequest => ({ code: 41, body: JSON.stringify({ consumerGroup: `group-${n}`, clientId: 'c', mqSet }) })
    const answers = await flood(many(1000, lock))
    expect(victim.server.broker.stats.locks).toBe(100)
    expect(JSON.parse(answers[999]?.body.toString() ?? '')).toEqual({ lockOKMQSet: [] })
    await victim.clock.advance(80_000)
    expect(victim.server.broker.stats.locks).toBe(0)
  })
})

interface Subscription {
  readonly topic: string
  readonly subString: string
  readonly tagsSet: readonly string[]
  readonly codeSet: readonly number[]
}

const subscription = (topic: string, tags: readonly string[] = []): Subscription => ({ topic, subString: '*', tagsSet: tags, codeSet: [] })

function heartbeat(groups: Readonly<Record<string, readonly Subscription[]>>, clientID = 'flood'): RawRequest {
  const consumerDataSet = Object.entries(groups).map(([groupName, subscriptionDataSet]) => ({
    groupName,
    consumeType: 'CONSUME_PASSIVELY',
    messageModel: 'CLUSTERING',
    consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
    subscriptionDataSet
  }))
  return { code: 34, body: JSON.stringify({ clientID, producerDataSet: [], consumerDataSet }) }
}

const names = (count: number, prefix = 't'): readonly string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

describe('a heartbeat', () => {
  const refused: ReadonlyArray<readonly [name: string, request: () => RawRequest, remark: string]> = [
    ['with 100,000 tags', () => heartbeat({ billing: [subscription('orders', names(100_000))] }), '1024 tags'],
    ['with 1,025 tags', () => heartbeat({ billing: [subscription('orders', names(1025))] }), '1024 tags'],
    ['with 100,000 subscriptions', () => heartbeat({ billing: names(100_000).map((topic) => subscription(topic)) }), `${MIB} bytes`],
    ['with 1,025 subscriptions', () => heartbeat({ billing: names(1025).map((topic) => subscription(topic)) }), '1024 subscriptions'],
    ['with 5,000 groups', () => heartbeat(Object.fromEntries(names(5000).map((group) => [group, []]))), '1024 groups'],
    ['of more than 1 MiB', () => heartbeat({ billing: [subscription('t'.repeat(MIB))] }), `${MIB} bytes`],
    ['with a topic of 513 characters', () => heartbeat({ billing: [subscription('t'.repeat(513))] }), '512 characters'],
    ['without a client id', () => heartbeat({ billing: [] }, ''), 'client id'],
    ['with a client id of 256 characters', () => heartbeat({ billing: [] }, 'c'.repeat(256)), 'client id']
  ]

  it.each(refused)('%s is refused as a whole and changes nothing', async (_name, request, remark) => {
    await start()
    const before = victim.server.broker.stats
    const [answer] = await flood([request()])
    expect(answer).toMatchObject({ code: 29, remark: expect.stringContaining(remark) })
    const { topics, groups, clients } = victim.server.broker.stats
    expect({ topics, groups, clients }).toEqual({ topics: before.topics, groups: before.groups, clients: 0 })
    expect(await victim.serves()).toBe(true)
  })

  it('that is one of many large ones is refused when the broker holds as many subscriptions as it may', async () => {
    await start({ limits: { maxTagsInTotal: 50_000 } })
    const large = (group: number): RawRequest => heartbeat({ [`group-${group}`]: names(1000).map((topic) => subscription(topic)) })
    const answers = await flood(many(100, large))
    expect(tally(answers)).toEqual({ 0: 50, 2: 50 })
    expect(answers[99]?.remark).toContain('as many subscriptions as it may')
    // Who is known already goes on.
    expect(tally(await flood([large(0)]))).toEqual({ 0: 1 })
    expect(await victim.serves()).toBe(true)
    await victim.clock.advance(130_000)
    expect(tally(await flood([large(99)]))).toEqual({ 0: 1 })
  })

  it('of illegal groups makes neither group nor topic', async () => {
    await start()
    const before = victim.server.broker.stats
    expect(tally(await flood([heartbeat({ '../../etc': [], 'a b': [], ['g'.repeat(300)]: [] })]))).toEqual({ 0: 1 })
    const { topics, groups } = victim.server.broker.stats
    expect({ topics, groups }).toEqual({ topics: before.topics, groups: before.groups })
  })
})

describe('a pull with 2,000 tags in its header', () => {
  it('is refused, and is not remembered', async () => {
    await start()
    const [answer] = await flood([{ code: 11, fields: pullFields({ subscription: names(2000).join('||') }) }])
    expect(answer).toMatchObject({ code: 23, remark: expect.stringContaining('1024') })
  })
})
