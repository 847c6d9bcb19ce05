import { describe, expect, it } from '@jest/globals'
import { DocumentError, DocumentName, readDocument, readGroups, readTopics, writeGroups, writeTopics } from '../src/documents'
import { readConsumerOffsets, readDelayOffsets, writeConsumerOffsets, writeDelayOffsets } from '../src/offset/offset-documents'

// Written by the official 5.5.0, from the catalogue's samples.
const VERSION = '"dataVersion":{"counter":3,"stateVersion":0,"timestamp":1700000000000}'
const TOPICS = `{${VERSION},"topicConfigTable":{"TopicTest":{"attributes":{"message.type":"DELAY"},"order":false,"perm":6,"readQueueNums":4,"topicFilterType":"SINGLE_TAG","topicName":"TopicTest","topicSysFlag":0,"writeQueueNums":4}}}`
const OFFSETS = `{${VERSION},"offsetTable":{"TopicTest@CG":{0:5,1:6}}}`
const GROUPS = `{${VERSION},"forbiddenTable":{},"subscriptionGroupTable":{"CG":{"attributes":{},"brokerId":0,"consumeBroadcastEnable":true,"consumeEnable":true,"consumeFromMinEnable":true,"consumeMessageOrderly":false,"consumeTimeoutMinute":15,"groupName":"CG","groupRetryPolicy":{"type":"CUSTOMIZED"},"groupSysFlag":0,"notifyConsumerIdsChangedEnable":true,"retryMaxTimes":16,"retryQueueNums":1,"whichBrokerWhenConsumeSlowly":1}}}`
const PRETTY_OFFSETS =
  '{\n\t"dataVersion":{\n\t\t"counter":3,\n\t\t"stateVersion":0,\n\t\t"timestamp":1700000000000\n\t},\n\t"offsetTable":{\n\t\t"TopicTest@CG":{\n\t\t\t0:5,\n\t\t\t1:6\n\t\t}\n\t}\n}'
const OLD_OFFSETS = '{\n\t"offsetTable":{\n\t\t"TopicTest@CG":{0:5,1:6\n\t\t}\n\t}\n}'

describe('the documents of a broker', () => {
  it('reads and writes topics in the official form', () => {
    const topics = readTopics(TOPICS)
    expect(topics.topics.get('TopicTest')).toMatchObject({ readQueueNums: 4, perm: 6, attributes: new Map([['message.type', 'DELAY']]) })
    expect(topics.version).toMatchObject({ counter: 3, timestamp: 1_700_000_000_000 })
    expect(writeTopics(topics)).toBe(TOPICS)
  })

  it('reads and writes consumer groups in the official form', () => {
    const groups = readGroups(GROUPS)
    expect(groups.groups.get('CG')).toMatchObject({ retryMaxTimes: 16, retryQueueNums: 1 })
    expect(writeGroups(groups)).toBe(GROUPS)
  })

  it('reads and writes consumer offsets in the official form, with bare numeric keys', () => {
    const content = readConsumerOffsets(OFFSETS)
    expect([...content.offsets]).toEqual([
      { topic: 'TopicTest', group: 'CG', queueId: 0, offset: 5 },
      { topic: 'TopicTest', group: 'CG', queueId: 1, offset: 6 }
    ])
    expect(writeConsumerOffsets(content)).toBe(OFFSETS)
  })

  it.each([
    ['5.5.0', PRETTY_OFFSETS],
    ['4.9.7', OLD_OFFSETS]
  ])('reads consumer offsets as %s stores them', (_release, text) => {
    expect([...readConsumerOffsets(text).offsets]).toHaveLength(2)
  })

  it('reads back the delay offsets that it writes', () => {
    const content = {
      version: { counter: 1, timestamp: 2 },
      offsets: new Map([
        [1, 7],
        [18, 9]
      ])
    }
    expect(readDelayOffsets(writeDelayOffsets(content))).toEqual({ ...content, others: [] })
  })

  it('writes back what it has no use for, wherever that is', () => {
    const mapping = '"mappingDataVersion":{"counter":7,"stateVersion":0,"timestamp":5}'
    const topics = TOPICS.replace('"order":false', '"lanes":[1,{"a":null}],"order":false')
      .replace('"topicConfigTable"', `${mapping},"topicConfigTable"`)
      .replace(/}$/, ',"zones":{"eu":true}}')
    expect(writeTopics(readTopics(topics))).toBe(topics)
    const groups = GROUPS.replace('"forbiddenTable":{}', '"forbiddenTable":{"CG":{"TopicTest":1}}')
      .replace('"attributes"', '"aisle":9007199254740993,"attributes"')
      .replace(/}$/, ',"zones":[]}')
    expect(writeGroups(readGroups(groups))).toBe(groups)
    const offsets = `{${VERSION},"offsetTable":{"TopicTest@CG":{0:5},"a@b@c":{0:7},"alone":{1:8}},"pullOffsetTable":{"TopicTest@CG":{0:3}},"resetOffsetTable":{}}`
    expect(writeConsumerOffsets(readConsumerOffsets(offsets))).toBe(offsets)
    const delays = `{${VERSION},"offsetTable":{1:7},"zones":1}`
    expect(writeDelayOffsets(readDelayOffsets(delays))).toBe(delays)
  })

  it.each(['%RETRY%CG', '%LMQ%home', 'rmq_sys_REVIVE_LOG_DefaultCluster', 'TopicTest|queue', '订单'])(
    'reads consumer offsets of the topic %s',
    (topic) => {
      expect([...readConsumerOffsets(`{"offsetTable":{"${topic}@%SYS%CG":{7:9}}}`).offsets]).toEqual([
        { topic, group: '%SYS%CG', queueId: 7, offset: 9 }
      ])
    }
  )

  it('takes a negative offset for none, as official brokers do', () => {
    expect([...readConsumerOffsets('{"offsetTable":{"TopicTest@CG":{0:-1,1:6}}}').offsets]).toEqual([
      { topic: 'TopicTest', group: 'CG', queueId: 1, offset: 6 }
    ])
  })

  it('keeps names that mean something to JavaScript', () => {
    const topics = readTopics(TOPICS.replaceAll('TopicTest', '__proto__'))
    expect([...topics.topics.keys()]).toEqual(['__proto__'])
    expect(writeTopics(topics)).toBe(TOPICS.replaceAll('TopicTest', '__proto__'))
  })

  it.each(['{"offsetTable":{"t@g":{0:"much"}}}', '{"offsetTable":{"t@g":{"x":5}}}', '{"offsetTable":[]}', '{"offsetTable"', '[[[[['])(
    'says which document cannot be read: %s',
    (text) => {
      expect(() => readDocument(DocumentName.CONSUMER_OFFSETS, text, readConsumerOffsets)).toThrow(DocumentError)
      expect(() => readDocument(DocumentName.CONSUMER_OFFSETS, text, readConsumerOffsets)).toThrow(/consumerOffset\.json/)
    }
  )

  it.each([undefined, '', ' \n'])('takes %j for a document that was never written', (text) => {
    expect(readDocument(DocumentName.TOPICS, text, readTopics)).toBeUndefined()
  })
})
