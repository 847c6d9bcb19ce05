import {
  type BodyType,
  decodeBody,
  decodeRecords,
  encodeBody,
  encodeProperties,
  HeartbeatData,
  headerOf,
  type RecordContent,
  ReleaseVersion,
  RequestCode,
  recordSize,
  TopicRouteData,
  writeRecord
} from '@rocketmq-ts/remoting/wire'
import { type CodecCase, inBothEncodings } from './codec-case'

const KIB = 1024
const RECORDS = 32
const now = 1_700_000_000_000

const head = { language: 'OTHER', version: ReleaseVersion.V5_5_0, opaque: 4711, flag: 0 } as const
const answer = { ...head, flag: 1 } as const

/** Every frame that is measured. */
export function allCases(): readonly CodecCase[] {
  return [send(), pull(), heartbeat(), route()].flatMap(inBothEncodings)
}

function send() {
  const table = RequestCode.SEND_MESSAGE_V2.request.header
  const header = {
    producerGroup: 'shop',
    topic: 'orders',
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 3,
    sysFlag: 0,
    bornTimestamp: now,
    flag: 0,
    properties: 'UNIQ_KEY\u0001C0A8000100002A9F5B7D4F3C1A2B0001\u0002TAGS\u0001created\u0002KEYS\u0001o-1\u0002WAIT\u0001true',
    reconsumeTimes: 0,
    unitMode: false,
    batch: false
  }
  const body = Buffer.alloc(KIB, 'x')
  return {
    name: 'SEND_MESSAGE_V2, 1 KiB',
    command: () => ({ ...head, code: RequestCode.SEND_MESSAGE_V2.code, table, header, body }),
    read: (command: Parameters<typeof headerOf>[0]) => [headerOf(command, table), command.body]
  }
}

/** The answer: 32 records, written one by one, read with their bodies and properties. */
function pull() {
  const table = RequestCode.PULL_MESSAGE.response.header
  const header = { suggestWhichBrokerId: 0, nextBeginOffset: 32, minOffset: 0, maxOffset: 1000 }
  const content = recordContent()
  const size = recordSize(content)
  return {
    name: `PULL_MESSAGE, ${RECORDS} records of 1 KiB`,
    command: () => ({ ...answer, code: 0, table, header, body: records(content, size) }),
    read: (command: Parameters<typeof headerOf>[0]) => {
      let read = headerOf(command, table).nextBeginOffset
      for (const record of decodeRecords(command.body).records) read += record.queueOffset + record.body.length + record.properties.size
      return read
    }
  }
}

function recordContent(): RecordContent {
  return {
    topic: 'orders',
    queueId: 3,
    flag: 0,
    sysFlag: 0,
    bornTimestamp: now,
    bornHost: { host: '10.0.0.5', port: 40_000 },
    storeHost: { host: '10.9.8.7', port: 10_911 },
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: Buffer.alloc(KIB, 'x'),
    properties: encodeProperties(
      new Map([
        ['UNIQ_KEY', 'C0A8000100002A9F5B7D4F3C1A2B0001'],
        ['TAGS', 'created'],
        ['KEYS', 'o-1']
      ])
    )
  }
}

function records(content: RecordContent, size: number): Buffer {
  const target = Buffer.allocUnsafe(RECORDS * size)
  for (let at = 0; at < RECORDS; at++) {
    writeRecord(target, at * size, content, { queueOffset: at, physicalOffset: at * size, storeTimestamp: now }, size)
  }
  return target
}

/** A producer and a consumer of three topics. */
function heartbeat() {
  const subscription = (topic: string) => ({
    classFilterMode: false,
    codeSet: [1028554472, 3433164],
    expressionType: 'TAG',
    subString: 'created || paid',
    subVersion: now,
    tagsSet: ['created', 'paid'],
    topic
  })
  const consumer = {
    consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
    consumeType: 'CONSUME_PASSIVELY',
    groupName: 'billing',
    messageModel: 'CLUSTERING',
    subscriptionDataSet: ['orders', 'refunds', '%RETRY%billing'].map(subscription),
    unitMode: false
  }
  const plain = { clientID: '10.0.0.5@4242#1', consumerDataSet: [consumer], producerDataSet: [{ groupName: 'shop' }] }
  return jsonBody('HEART_BEAT, 3 subscriptions', { ...head, code: RequestCode.HEART_BEAT.code }, HeartbeatData, plain)
}

/** Four brokers, each with a slave. */
function route() {
  const names = ['broker-a', 'broker-b', 'broker-c', 'broker-d']
  const plain = {
    brokerDatas: names.map((brokerName, at) => ({
      brokerAddrs: { 0: `10.9.8.${at}:10911`, 1: `10.9.9.${at}:10911` },
      brokerName,
      cluster: 'DefaultCluster',
      enableActingMaster: false
    })),
    filterServerTable: {},
    queueDatas: names.map((brokerName) => ({ brokerName, perm: 6, readQueueNums: 8, topicSysFlag: 0, writeQueueNums: 8 }))
  }
  return jsonBody('GET_ROUTEINFO_BY_TOPIC, 4 brokers', { ...answer, code: 0 }, TopicRouteData, plain)
}

function jsonBody<Body>(
  name: string,
  command: (typeof answer & { code: number }) | (typeof head & { code: number }),
  type: BodyType<Body>,
  plainBody: unknown
) {
  const body = decodeBody(type, Buffer.from(JSON.stringify(plainBody)))
  return {
    name,
    plainBody,
    command: () => ({ ...command, body: encodeBody(type, body) }),
    read: (received: { readonly body: Buffer }) => decodeBody(type, received.body)
  }
}
