import { describe, expect, it } from '@jest/globals'
import { brokerJavaOptions, brokerProperties, propertiesText } from '../src/broker-properties'

const place = { ip: '127.0.0.1', port: 20_911, nameserver: '127.0.0.1:19876', config: new Map<string, string>() }

describe('the broker’s configuration', () => {
  it('advertises the address at which the host reaches the broker, and replication one port above', () => {
    const properties = Object.fromEntries(brokerProperties(place))
    expect(properties).toMatchObject({ brokerIP1: '127.0.0.1', listenPort: '20911', haListenPort: '20912', namesrvAddr: '127.0.0.1:19876' })
  })

  it('lets the user’s lines win over the defaults', () => {
    const config = new Map([
      ['autoCreateTopicEnable', 'false'],
      ['brokerName', 'mine'],
      ['messageDelayLevel', '1s 2s']
    ])
    expect(Object.fromEntries(brokerProperties({ ...place, config }))).toMatchObject(Object.fromEntries(config))
  })

  it('is written so that a Java properties reader gets backslashes, leading blanks, line breaks and other scripts back', () => {
    const text = propertiesText(
      new Map([
        ['a', 'C:\\x'],
        ['b', ' y'],
        ['c', 'one\ntwo'],
        ['d', '订单']
      ])
    )
    expect(text).toBe('a=C:\\\\x\nb=\\u0020y\nc=one\\u000atwo\nd=\\u8ba2\\u5355\n')
  })

  it('keeps half of the heap for young objects', () => {
    expect(brokerJavaOptions(300)).toContain('-Xms300m -Xmx300m -Xmn150m ')
  })
})
