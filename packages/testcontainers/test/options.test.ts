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
    ['a broker property that is no value', { brokerConfig: { a: null } }, 'brokerConfig.a']
  ])('refuse %s and name the option', (_, options, option) => {
    const error = refusal(options)
    expect(error).toBeInstanceOf(OptionError)
    expect(error).toMatchObject({ code: 'ILLEGAL_OPTION', retriable: false, facts: { option } })
  })
})
