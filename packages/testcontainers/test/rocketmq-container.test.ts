import { describe, expect, it } from '@jest/globals'
import { RocketMQContainer } from '../src'

/** The option that a container's start complains of, which it does before it looks for an engine. */
async function complaintOf(container: RocketMQContainer): Promise<unknown> {
  const error: unknown = await container.start().catch((reason) => reason)
  return (error as { facts?: { option?: unknown } }).facts?.option
}

const wrong = -1 as never

describe('a container', () => {
  it.each<[string, (container: RocketMQContainer) => RocketMQContainer, string]>([
    ['withVersion', (container) => container.withVersion(wrong), 'version'],
    ['withPlatform', (container) => container.withPlatform(wrong), 'platform'],
    ['withTopics', (container) => container.withTopics({ orders: wrong }), 'topics.orders'],
    ['withGroups', (container) => container.withGroups({ billing: wrong }), 'groups.billing'],
    ['withBrokerConfig', (container) => container.withBrokerConfig({ listenPort: 1 }), 'brokerConfig.listenPort'],
    ['withHeapMegabytes', (container) => container.withHeapMegabytes(wrong), 'heapMegabytes'],
    ['withNameserverPort', (container) => container.withNameserverPort(wrong), 'nameserverPort'],
    ['withBrokerPort', (container) => container.withBrokerPort(wrong), 'brokerPort'],
    ['withNetworkMode', (container) => container.withNetworkMode(wrong), 'network'],
    ['withAdvertisedHost', (container) => container.withAdvertisedHost(wrong), 'advertisedHost'],
    ['withLabels', (container) => container.withLabels({ a: wrong }), 'labels.a'],
    ['withLogConsumer', (container) => container.withLogConsumer(wrong), 'logConsumer'],
    ['withStartupTimeout', (container) => container.withStartupTimeout(wrong), 'startupTimeoutMs']
  ])('is told by %s what the option of that name is, and checks it at the start', async (_, tell, option) => {
    const container = new RocketMQContainer('mine:1')
    expect(tell(container)).toBe(container)
    expect(await complaintOf(container)).toBe(option)
  })

  it('is told its image when it is made', async () => {
    expect(await complaintOf(new RocketMQContainer('a b'))).toBe('image')
  })

  it('adds tables up and replaces values', async () => {
    const twoTopics = new RocketMQContainer('mine:1').withTopics({ 'no name': {} }).withTopics({ orders: {} })
    expect(await complaintOf(twoTopics)).toBe('topics.no name')
    const corrected = new RocketMQContainer('mine:1').withTopics({ orders: { queues: 0 } }).withTopics({ orders: {} })
    expect(await complaintOf(corrected.withHeapMegabytes(1).withHeapMegabytes(512).withBrokerPort(1))).toBe('brokerPort')
  })
})
