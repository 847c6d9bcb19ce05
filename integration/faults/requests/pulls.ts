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
  tooPrecise
} from './hostile-request'

export const SUSPEND = 2
export const WITH_SUBSCRIPTION = 4

const sound = {
  consumerGroup: 'billing',
  topic: TOPIC,
  queueId: 0,
  queueOffset: 0,
  maxMsgNums: 32,
  sysFlag: WITH_SUBSCRIPTION,
  commitOffset: 0,
  suspendTimeoutMillis: 0,
  subscription: '*',
  subVersion: 0,
  expressionType: 'TAG'
}

type Row = Omit<HostileRequest, 'to' | 'request'>

/** Any header over a sound one; `undefined` takes a field away. */
export function pullFields(changed: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return fieldsOf({ ...sound, ...changed })
}

const pull = (row: Row, changed: Readonly<Record<string, unknown>>): HostileRequest => ({
  ...row,
  to: 'broker',
  request: { code: 11, fields: pullFields(changed) }
})

const unnamed: Deviation = { '4.9.7': Code.SUCCESS, why: 'group names are checked since 5.0' }
const outOfMemory: Deviation = { '4.9.7': Code.SYSTEM_ERROR, why: '4.9 asks Java for that much memory first, and fails' }
const nothing = 'upstream answers with a message that was not asked for; ours says that the number is illegal'
const blankTags = 'upstream reads the queue for ever and finds nothing; ours says that there is no tag'

export const pulls: readonly HostileRequest[] = [
  pull({ name: 'a sound pull', outcome: Code.SUCCESS }, {}),
  pull({ name: 'a pull without its group', outcome: Code.SYSTEM_ERROR, remark: 'consumerGroup is missing' }, { consumerGroup: undefined }),
  pull({ name: 'a pull without its offset', outcome: Code.SYSTEM_ERROR, remark: 'queueOffset is missing' }, { queueOffset: undefined }),
  pull(
    { name: 'a pull for a group with a path for a name', outcome: Code.SUBSCRIPTION_GROUP_NOT_EXIST, official: unnamed },
    { consumerGroup: '../../etc' }
  ),
  pull({ name: 'a pull of a topic that is not there', outcome: Code.TOPIC_NOT_EXIST, remark: 'no-such-topic' }, { topic: 'no-such-topic' }),
  pull({ name: 'a pull of a topic with a path for a name', outcome: Code.TOPIC_NOT_EXIST }, { topic: '../../etc/passwd' }),
  pull({ name: 'a pull of queue -1', outcome: Code.INVALID_PARAMETER, remark: 'queueId[-1]', official: since5 }, { queueId: -1 }),
  pull(
    { name: 'a pull of a queue that is not there', outcome: Code.INVALID_PARAMETER, remark: 'queueId', official: since5 },
    { queueId: QUEUES }
  ),
  pull({ name: 'a pull of queue 2^31 - 1', outcome: Code.INVALID_PARAMETER, remark: 'queueId', official: since5 }, { queueId: INT_MAX }),
  pull({ name: 'a pull from offset -1', outcome: Code.PULL_OFFSET_MOVED }, { queueOffset: -1 }),
  pull(
    {
      name: 'a pull from offset -2^63',
      outcome: Code.INVALID_PARAMETER,
      remark: 'queueOffset',
      official: tooPrecise(Code.PULL_OFFSET_MOVED)
    },
    { queueOffset: '-9223372036854775808' }
  ),
  pull({ name: 'a pull from beyond the end', outcome: Code.PULL_OFFSET_MOVED }, { queueOffset: 1_000_000 }),
  pull(
    {
      name: 'a pull from offset 2^63 - 1',
      outcome: Code.INVALID_PARAMETER,
      remark: 'queueOffset',
      official: tooPrecise(Code.PULL_OFFSET_MOVED)
    },
    { queueOffset: LONG_MAX }
  ),
  pull({ name: 'a pull of 2^31 - 1 messages', outcome: Code.SUCCESS, official: outOfMemory }, { maxMsgNums: INT_MAX }),
  pull(
    { name: 'a pull of 0 messages', outcome: Code.INVALID_PARAMETER, remark: 'maxMsgNums[0]', official: both(Code.SUCCESS, nothing) },
    { maxMsgNums: 0 }
  ),
  pull(
    {
      name: 'a pull of -1 messages',
      outcome: Code.INVALID_PARAMETER,
      remark: 'maxMsgNums[-1]',
      official: { '4.9.7': Code.SYSTEM_ERROR, '5.5.0': Code.SUCCESS, why: nothing }
    },
    { maxMsgNums: -1 }
  ),
  pull(
    {
      // Half of the longest: with that one upstream's deadline overflows, and the pull is answered the next time its held pulls are looked at.
      name: 'a pull of an empty queue that would be held for 2^62 ms',
      outcome: Code.INVALID_PARAMETER,
      remark: 'suspendTimeoutMillis',
      official: both('no answer', 'upstream holds it for ever; ours holds nothing longer than ten minutes')
    },
    { topic: 'many-queues', queueId: 1, sysFlag: SUSPEND | WITH_SUBSCRIPTION, suspendTimeoutMillis: '4611686018427387904' }
  ),
  pull({ name: 'a pull without a filter', outcome: Code.SUCCESS }, { subscription: '' }),
  pull({ name: 'a pull for no tags at all', outcome: Code.SUBSCRIPTION_PARSE_FAILED }, { subscription: '||' }),
  pull(
    {
      name: 'a pull for tags that are blank',
      outcome: Code.SUBSCRIPTION_PARSE_FAILED,
      official: both(Code.PULL_RETRY_IMMEDIATELY, blankTags)
    },
    { subscription: '|| ||' }
  ),
  pull({ name: 'a pull by SQL, which is switched off', outcome: Code.SYSTEM_ERROR }, { subscription: 'a > 1', expressionType: 'SQL92' }),
  pull({ name: 'a pull by an expression of no known kind', outcome: Code.SYSTEM_ERROR }, { subscription: 'x', expressionType: 'REGEX' }),
  pull(
    { name: 'a pull that counts on a heartbeat that never came', outcome: Code.SUBSCRIPTION_NOT_EXIST },
    { sysFlag: 0, consumerGroup: 'silent' }
  )
]
