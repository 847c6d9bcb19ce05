import {
  both,
  Code,
  type Deviation,
  fieldsOf,
  type HostileRequest,
  INT_MAX,
  LONG_MAX,
  QUEUES,
  since5,
  TOPIC,
  tooPrecise,
  unchecked
} from './hostile-request'

type Row = Omit<HostileRequest, 'to' | 'request'>
type Fields = Readonly<Record<string, unknown>>

const to = (row: Row, code: number, fields: Fields, body: Buffer | string = ''): HostileRequest => ({
  ...row,
  to: 'broker',
  request: { code, fields: fieldsOf(fields), body }
})

const topic = (row: Row, changed: Fields): HostileRequest =>
  to(row, 17, {
    topic: 'made',
    defaultTopic: 'TBW102',
    readQueueNums: 4,
    writeQueueNums: 4,
    perm: 6,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    ...changed
  })

const commit = (row: Row, changed: Fields): HostileRequest =>
  to(row, 15, { consumerGroup: 'billing', topic: TOPIC, queueId: 0, commitOffset: 1, ...changed })

const unusable = 'upstream makes a topic that nobody can use; ours refuses'
const attributes: Deviation = {
  '4.9.7': 0,
  '5.5.0': Code.SYSTEM_ERROR,
  why: 'attributes came with 5.0, which fails with an exception on unknown ones'
}
const uncheckedCommit: Deviation = { '4.9.7': 0, why: '4.9 remembers offsets of anything' }
const anyQueue = 'upstream remembers offsets of any queue; ours only of those that exist, so that nobody can fill its memory'
const offsetIsNull: Deviation = {
  '5.5.0': Code.INVALID_PARAMETER,
  why: '5.5 has an own check for this one field; ours treats all missing fields alike'
}
const fromNothing: Deviation = { '4.9.7': 0, why: '4.9 begins at 0 also in a topic that it does not have' }
const unnamed: Deviation = { '4.9.7': 0, why: 'group names are checked since 5.0' }
const absurdQueues = 'upstream takes any number of queues; ours at most 1,024 a topic, so that nobody can fill its memory'

export const topicSettings: readonly HostileRequest[] = [
  topic({ name: 'creating a topic', outcome: Code.SUCCESS }, {}),
  topic({ name: 'creating a topic without its name', outcome: Code.SYSTEM_ERROR, remark: 'topic is missing' }, { topic: undefined }),
  topic(
    { name: 'creating a topic with 0 queues to read', outcome: Code.INVALID_PARAMETER, remark: 'not 0', official: both(0, unusable) },
    { readQueueNums: 0 }
  ),
  topic(
    { name: 'creating a topic with -1 queues to write', outcome: Code.INVALID_PARAMETER, remark: 'not -1', official: both(0, unusable) },
    { writeQueueNums: -1 }
  ),
  topic(
    { name: 'creating a topic with 2^31 - 1 queues', outcome: Code.INVALID_PARAMETER, remark: 'queues', official: both(0, absurdQueues) },
    {
      topic: 'endless',
      readQueueNums: INT_MAX,
      writeQueueNums: INT_MAX
    }
  ),
  topic(
    { name: 'creating a topic with permission 4,096', outcome: Code.INVALID_PARAMETER, remark: 'permission', official: both(0, unusable) },
    { perm: 4096 }
  ),
  topic(
    { name: 'creating a topic with permission -1', outcome: Code.INVALID_PARAMETER, remark: 'permission', official: both(0, unusable) },
    { perm: -1 }
  ),
  topic(
    {
      name: 'creating a topic with an unknown filter type',
      outcome: Code.INVALID_PARAMETER,
      remark: 'filter type',
      official: both(Code.SYSTEM_ERROR, 'upstream fails with an exception on it')
    },
    {
      topicFilterType: 'EVERY_TAG'
    }
  ),
  topic(
    { name: 'creating a topic with unknown attributes', outcome: Code.INVALID_PARAMETER, remark: 'unsupported key', official: attributes },
    {
      topic: 'attributed',
      attributes: '+__proto__=x'
    }
  ),
  topic({ name: 'creating TBW102', outcome: Code.INVALID_PARAMETER, remark: 'system topic', official: since5 }, { topic: 'TBW102' }),
  topic(
    { name: 'creating SCHEDULE_TOPIC_XXXX', outcome: Code.INVALID_PARAMETER, remark: 'system topic', official: since5 },
    { topic: 'SCHEDULE_TOPIC_XXXX' }
  ),
  topic(
    { name: "creating a topic with the broker's name", outcome: Code.INVALID_PARAMETER, remark: 'system topic', official: since5 },
    { topic: 'broker-a' }
  ),
  topic(
    { name: "creating a topic with the cluster's name", outcome: Code.INVALID_PARAMETER, remark: 'system topic', official: since5 },
    { topic: 'DefaultCluster' }
  ),
  topic(
    { name: 'creating a topic of the system prefix', outcome: Code.INVALID_PARAMETER, remark: 'system topic', official: since5 },
    { topic: 'rmq_sys_mine' }
  ),
  to({ name: 'deleting SCHEDULE_TOPIC_XXXX', outcome: Code.INVALID_PARAMETER, remark: 'system topic', official: since5 }, 215, {
    topic: 'SCHEDULE_TOPIC_XXXX'
  }),
  to({ name: 'deleting the topic without a name', outcome: Code.INVALID_PARAMETER, remark: 'blank', official: since5 }, 215, {
    topic: ' '
  }),
  to(
    {
      name: 'deleting a topic with a path for a name',
      outcome: Code.SUCCESS,
      official: { '4.9.7': Code.SYSTEM_ERROR, why: '4.9 wants a legal name' }
    },
    215,
    { topic: '../../etc' }
  )
]

export const offsets: readonly HostileRequest[] = [
  commit({ name: 'committing an offset', outcome: Code.SUCCESS }, {}),
  commit(
    { name: 'committing for a group that is not there', outcome: Code.SUBSCRIPTION_GROUP_NOT_EXIST, official: uncheckedCommit },
    { consumerGroup: 'nobody' }
  ),
  commit(
    { name: 'committing for a topic that is not there', outcome: Code.TOPIC_NOT_EXIST, official: uncheckedCommit },
    { topic: 'no-such-topic' }
  ),
  commit(
    { name: 'committing for queue -1', outcome: Code.INVALID_PARAMETER, remark: 'queueId[-1]', official: both(0, anyQueue) },
    { queueId: -1 }
  ),
  commit(
    { name: 'committing for a queue that is not there', outcome: Code.INVALID_PARAMETER, remark: 'queueId', official: both(0, anyQueue) },
    { queueId: QUEUES }
  ),
  commit({ name: 'committing offset -1', outcome: Code.SUCCESS }, { commitOffset: -1 }),
  commit(
    { name: 'committing offset 2^63 - 1', outcome: Code.INVALID_PARAMETER, remark: 'commitOffset', official: tooPrecise(Code.SUCCESS) },
    { commitOffset: LONG_MAX }
  ),
  commit(
    { name: 'committing without an offset', outcome: Code.SYSTEM_ERROR, remark: 'commitOffset is missing', official: offsetIsNull },
    { commitOffset: undefined }
  ),
  to({ name: 'asking for an offset that was never committed', outcome: Code.QUERY_NOT_FOUND, official: fromNothing }, 14, {
    consumerGroup: 'nobody',
    topic: 'no-such-topic',
    queueId: 0
  }),
  to({ name: 'asking for the end of queue -1', outcome: Code.SUCCESS }, 30, { topic: TOPIC, queueId: -1 }),
  to({ name: 'asking for the end of a topic that is not there', outcome: Code.SUCCESS }, 30, { topic: 'no-such-topic', queueId: 0 }),
  to({ name: 'asking for the start of queue 2^31 - 1', outcome: Code.SUCCESS }, 31, { topic: TOPIC, queueId: INT_MAX }),
  to({ name: 'searching by a time before all times', outcome: Code.SUCCESS }, 29, { topic: TOPIC, queueId: 0, timestamp: -1 }),
  to({ name: 'searching by a time after all times', outcome: Code.SUCCESS }, 29, { topic: TOPIC, queueId: 0, timestamp: LONG_MAX })
]

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

export const clients: readonly HostileRequest[] = [
  to({ name: 'a heartbeat without a body', outcome: Code.SYSTEM_ERROR }, 34, {}),
  to({ name: 'a heartbeat that is no JSON', outcome: Code.SYSTEM_ERROR, remark: 'body of HEART_BEAT' }, 34, {}, '{"clientID":'),
  to({ name: 'a heartbeat 100,000 levels deep', outcome: Code.SYSTEM_ERROR, remark: 'body of HEART_BEAT' }, 34, {}, deep(100_000)),
  to({ name: 'a heartbeat that is a list', outcome: Code.SYSTEM_ERROR, remark: 'body of HEART_BEAT' }, 34, {}, '[]'),
  to({ name: 'the members of a group that is not there', outcome: Code.SYSTEM_ERROR, remark: 'nobody' }, 38, { consumerGroup: 'nobody' }),
  to({ name: 'a lock request that is no JSON', outcome: Code.SYSTEM_ERROR, remark: 'body of LOCK_BATCH_MQ' }, 41, {}, 'x'),
  to({ name: 'giving back a message at offset -1', outcome: Code.SYSTEM_ERROR }, 36, { group: 'billing', offset: -1, delayLevel: 0 }),
  to(
    {
      name: 'giving back a message at offset 2^63 - 1',
      outcome: Code.INVALID_PARAMETER,
      remark: 'offset',
      official: tooPrecise(Code.SYSTEM_ERROR)
    },
    36,
    { group: 'billing', offset: LONG_MAX, delayLevel: 0 }
  ),
  to(
    { name: 'giving back a message for a group with a path for a name', outcome: Code.SUBSCRIPTION_GROUP_NOT_EXIST, official: unnamed },
    36,
    {
      group: '../../etc',
      offset: 0,
      delayLevel: 0
    }
  ),
  to(
    { name: 'leaving without a client id', outcome: Code.SYSTEM_ERROR, remark: 'clientID is missing', official: unchecked(Code.SUCCESS) },
    35,
    {}
  ),
  ...[0, -1, 9999, 32_768, INT_MAX].map((code) =>
    to({ name: `request code ${code}`, outcome: Code.REQUEST_CODE_NOT_SUPPORTED, remark: String(code) }, code, {})
  )
]
