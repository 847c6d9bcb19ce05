import { describe, expect, it } from '@jest/globals'
import { OptionError } from '../src'
import { type RocketMQOptions, resolveOptions } from '../src/options'

const refusal = (options: unknown): unknown => {
  try {
    resolveOptions(options as RocketMQOptions, {})
  } catch (error) {
    return error
  }
  return undefined
}

describe('the options', () => {
  it('default to the published image of the newest judged release', () => {
    expect(resolveOptions({}, {})).toMatchObject({ version: '5.5.0', image: 'apache/rocketmq:5.5.0', heapMegabytes: 512 })
  })

  it('take the image from ROCKETMQ_IMAGE, with the release in place of <version>', () => {
    const environment = { ROCKETMQ_IMAGE: 'registry.example/rocketmq:<version>' }
    expect(resolveOptions({ version: '4.9.7' }, environment).image).toBe('registry.example/rocketmq:4.9.7')
  })

  it('prefer an image that is named over ROCKETMQ_IMAGE', () => {
    expect(resolveOptions({ image: 'mine:1' }, { ROCKETMQ_IMAGE: 'other:<version>' }).image).toBe('mine:1')
  })

  it('are frozen and a copy: changing the caller’s object later changes nothing', () => {
    const brokerConfig: Record<string, string> = { fileReservedTime: '48' }
    const resolved = resolveOptions({ brokerConfig }, {})
    brokerConfig['fileReservedTime'] = '1'
    expect(resolved.brokerConfig.get('fileReservedTime')).toBe('48')
    expect(Object.isFrozen(resolved)).toBe(true)
  })

  it('turn numbers and booleans of the broker configuration into the text of its file', () => {
    const resolved = resolveOptions({ brokerConfig: { fileReservedTime: 48, autoCreateTopicEnable: false } }, {})
    expect([...resolved.brokerConfig]).toEqual([
      ['fileReservedTime', '48'],
      ['autoCreateTopicEnable', 'false']
    ])
  })

  it('take the release from the tag of an image that is named', () => {
    expect(resolveOptions({ image: 'registry.example:5000/rocketmq:4.9.7-alpine' }, {}).version).toBe('4.9.7')
    expect(resolveOptions({ image: 'registry.example:5000/rocketmq:latest' }, {}).version).toBeUndefined()
    expect(resolveOptions({ image: 'mine:latest', version: '5.3.1' }, {})).toMatchObject({ image: 'mine:latest', version: '5.3.1' })
  })

  it('turn declared topics into what brokers are told, with the broker’s own number of queues', () => {
    const topics = { orders: { queues: 4, order: true, attributes: { 'message.type': 'FIFO', a: 'b' } }, payments: {} }
    const { topics: settings } = resolveOptions({ topics, brokerConfig: { defaultTopicQueueNums: 3 } }, {})
    expect(settings).toEqual([
      {
        topic: 'orders',
        defaultTopic: 'orders',
        readQueueNums: 4,
        writeQueueNums: 4,
        perm: 6,
        topicFilterType: 'SINGLE_TAG',
        order: true,
        attributes: '+message.type=FIFO,+a=b'
      },
      expect.objectContaining({ topic: 'payments', readQueueNums: 3, writeQueueNums: 3, perm: 6, order: false })
    ])
  })

  it('give a topic 8 queues and a group 16 retries when nothing is said', () => {
    const { topics, groups } = resolveOptions({ topics: { orders: {} }, groups: { billing: {} } }, {})
    expect(topics).toMatchObject([{ readQueueNums: 8, writeQueueNums: 8 }])
    expect(groups).toMatchObject([{ groupName: 'billing', retryMaxTimes: 16, consumeEnable: true, consumeBroadcastEnable: true }])
  })

  it.each([
    ['an unknown key', { brokerport: 10911 }, 'brokerport'],
    ['a release that is no tag', { version: '5.5.0 --privileged' }, 'version'],
    ['an image name with a blank', { image: 'a b' }, 'image'],
    ['a port outside the range', { nameserverPort: 65_536 }, 'nameserverPort'],
    ['a broker port without room for the one two below', { brokerPort: 2 }, 'brokerPort'],
    ['a broker port without room for the one above', { brokerPort: 65_535 }, 'brokerPort'],
    ['a fraction of a port', { brokerPort: 10_911.5 }, 'brokerPort'],
    ['a nameserver on a port that the broker takes', { nameserverPort: 10_909, brokerPort: 10_911 }, 'nameserverPort'],
    ['an unknown network', { network: 'overlay' }, 'network'],
    ['a heap that no broker starts in', { heapMegabytes: 16 }, 'heapMegabytes'],
    ['a time-out of nothing', { startupTimeoutMs: 0 }, 'startupTimeoutMs'],
    ['a broker property with a line break in its name', { brokerConfig: { 'a\nb': '1' } }, 'brokerConfig.a\nb'],
    ['a broker property that the cluster decides', { brokerConfig: { listenPort: 1 } }, 'brokerConfig.listenPort'],
    ['a topic with a blank in its name', { topics: { 'a b': {} } }, 'topics.a b'],
    ['a topic without queues', { topics: { orders: { queues: 0 } } }, 'topics.orders.queues'],
    ['a topic with an unknown setting', { topics: { orders: { queue: 4 } } }, 'topics.orders.queue'],
    ['a topic that is no object', { topics: { orders: 4 } }, 'topics.orders'],
    ['a list of topics', { topics: ['orders'] }, 'topics'],
    ['a permission that is none', { topics: { orders: { perm: 16 } } }, 'topics.orders.perm'],
    ['an attribute that is no text', { topics: { orders: { attributes: { a: 1 } } } }, 'topics.orders.attributes.a'],
    ['a group with a character that no name has', { groups: { 'billing!': {} } }, 'groups.billing!'],
    ['a group with less than no retries', { groups: { billing: { maxRetries: -1 } } }, 'groups.billing.maxRetries'],
    ['a group with an unknown setting', { groups: { billing: { retries: 3 } } }, 'groups.billing.retries'],
    ['a group that may "maybe" consume', { groups: { billing: { mayConsume: 'maybe' } } }, 'groups.billing.mayConsume'],
    ['an advertised name, which not every client could resolve', { advertisedHost: 'localhost' }, 'advertisedHost'],
    ['an advertised address that nobody can connect to', { advertisedHost: '0.0.0.0' }, 'advertisedHost'],
    ['a label that is no text', { labels: { a: 1 } }, 'labels.a'],
    ['a log consumer that is no function', { logConsumer: 'console' }, 'logConsumer'],
    ['a platform that is none', { platform: 'linux amd64' }, 'platform'],
    ['a number of queues that is none', { brokerConfig: { defaultTopicQueueNums: 'many' } }, 'brokerConfig.defaultTopicQueueNums'],
    ['a broker property that is no value', { brokerConfig: { a: null } }, 'brokerConfig.a']
  ])('refuse %s and name the option', (_, options, option) => {
    const error = refusal(options)
    expect(error).toBeInstanceOf(OptionError)
    expect(error).toMatchObject({ code: 'OPTION_INVALID', retriable: false, facts: { option } })
  })
})
