import {
  both,
  Code,
  type Deviation,
  fieldsOf,
  type HostileRequest,
  INT_MAX,
  INT_MIN,
  QUEUES,
  since5,
  TOPIC,
  unchecked
} from './hostile-request'

/** The short names of SEND_MESSAGE_V2. */
const sound = { a: 'shop', b: TOPIC, c: 'TBW102', d: 4, e: 0, f: 0, g: 1_700_000_000_000, h: 0, i: '', j: 0, k: false, m: false }

/** Any header over the sound one; `undefined` takes a field away. */
export function sendFields(changed: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return fieldsOf({ ...sound, ...changed })
}

const KIB = 1024
const MIB = KIB * KIB

type Row = Omit<HostileRequest, 'to' | 'request'>

const send = (row: Row, changed: Readonly<Record<string, unknown>>, body: Buffer | string = 'x', code = 310): HostileRequest => ({
  ...row,
  to: 'broker',
  request: { code, fields: sendFields(changed), body }
})

const property = (name: string, value: string): string => `${name}\u0001${value}\u0002`

const malformedNumber = both(
  Code.SYSTEM_ERROR,
  'upstream only logs the malformed field, leaves it empty and fails on that later; ours names the field'
)

/** A batch of so many messages of one byte (layout read in common/…/message/MessageDecoder.java, `encodeMessage`). */
function batch(messages: number): Buffer {
  const one = Buffer.from('0000001700000000000000000000000000000001780000', 'hex')
  return Buffer.concat(new Array<Buffer>(messages).fill(one))
}

const exception = both(Code.SYSTEM_ERROR, 'upstream fails with an exception on it; ours says what is illegal')
const noBody: Deviation = {
  '4.9.7': Code.SUCCESS,
  '5.5.0': Code.SYSTEM_ERROR,
  why: '4.9 stores it; 5.5 fails with a NullPointerException where it means to say MESSAGE_ILLEGAL'
}
const noTransactions = both(Code.SUCCESS, 'ours has no transactions yet, and says so before a half message gets lost')

export const sends: readonly HostileRequest[] = [
  send({ name: 'a sound send', outcome: Code.SUCCESS }, {}),

  send({ name: 'a send without its topic', outcome: Code.SYSTEM_ERROR, remark: 'field b is missing' }, { b: undefined }),
  send({ name: 'a send without its queue', outcome: Code.SYSTEM_ERROR, remark: 'field e is missing' }, { e: undefined }),
  send(
    {
      name: 'a send without its producer group',
      outcome: Code.SYSTEM_ERROR,
      remark: 'field a is missing',
      official: unchecked(Code.SUCCESS)
    },
    { a: undefined }
  ),
  send(
    { name: 'a send whose queue is a word', outcome: Code.INVALID_PARAMETER, remark: 'field e is not an int', official: malformedNumber },
    { e: 'four' }
  ),
  send(
    { name: 'a send whose queue is over an int', outcome: Code.INVALID_PARAMETER, remark: 'field e', official: malformedNumber },
    { e: 2 ** 31 }
  ),
  send(
    { name: 'a send whose born time is over a long', outcome: Code.INVALID_PARAMETER, remark: 'field g', official: malformedNumber },
    { g: '9'.repeat(30) }
  ),

  send(
    { name: 'a send to a queue that is not there', outcome: Code.INVALID_PARAMETER, remark: `queueId[${QUEUES}]`, official: since5 },
    { e: QUEUES }
  ),
  send(
    { name: 'a send to queue 2^31 - 1', outcome: Code.INVALID_PARAMETER, remark: 'queueId[2147483647]', official: since5 },
    { e: INT_MAX }
  ),
  send({ name: 'a send to queue -1, which is any', outcome: Code.SUCCESS }, { e: -1 }),
  send({ name: 'a send to queue -2^31', outcome: Code.SUCCESS }, { e: INT_MIN }),

  send({ name: 'a send without a body', outcome: Code.MESSAGE_ILLEGAL, remark: 'no body', official: noBody }, {}, ''),
  send({ name: 'a send of 4 MiB', outcome: Code.SUCCESS }, {}, Buffer.alloc(4 * MIB, 1)),
  send({ name: 'a send of one byte over 4 MiB', outcome: Code.MESSAGE_ILLEGAL, remark: '4194305 bytes' }, {}, Buffer.alloc(4 * MIB + 1, 1)),
  send(
    { name: 'a send with 32,768 bytes of properties', outcome: Code.MESSAGE_ILLEGAL, remark: 'properties' },
    { i: property('p', 'v'.repeat(32 * KIB - 4)) }
  ),

  send({ name: 'a send that prepares a transaction by its flag', outcome: Code.NO_PERMISSION, official: noTransactions }, { f: 4 }),
  send(
    { name: 'a send that prepares a transaction by its property', outcome: Code.NO_PERMISSION, official: noTransactions },
    { i: property('TRAN_MSG', 'true') }
  ),
  send(
    {
      name: 'a send that claims to be an inner batch',
      outcome: Code.MESSAGE_ILLEGAL,
      remark: 'INNER_NUM',
      official: { '4.9.7': Code.SUCCESS, why: 'inner batches came with 5.0' }
    },
    { i: property('INNER_NUM', '1000000') }
  ),
  send(
    {
      name: 'a send with a delay level that is no number',
      outcome: Code.MESSAGE_ILLEGAL,
      remark: 'DELAY is not a number',
      official: exception
    },
    { i: property('DELAY', 'soon') }
  ),
  send(
    { name: 'a send with delay level 2^31 - 1, which is the highest', outcome: Code.SUCCESS },
    { i: property('DELAY', String(INT_MAX)) }
  ),
  send(
    { name: 'a send that sets the topic of a delayed message itself', outcome: Code.SUCCESS },
    { i: property('REAL_TOPIC', '../../etc') }
  ),
  send({ name: 'a send that dispatches to a path', outcome: Code.SUCCESS }, { i: property('INNER_MULTI_DISPATCH', '%LMQ%../../etc') }),

  ...[
    'SCHEDULE_TOPIC_XXXX',
    'RMQ_SYS_TRANS_HALF_TOPIC',
    'RMQ_SYS_TRANS_OP_HALF_TOPIC',
    'TRANS_CHECK_MAX_TIME_TOPIC',
    'OFFSET_MOVED_EVENT'
  ].map((topic) => send({ name: `a send to ${topic}`, outcome: Code.NO_PERMISSION, remark: topic }, { b: topic })),
  send({ name: 'a send to SELF_TEST_TOPIC', outcome: Code.NO_PERMISSION, remark: 'SELF_TEST_TOPIC' }, { b: 'SELF_TEST_TOPIC' }),
  send({ name: 'a send to TBW102', outcome: Code.SUCCESS }, { b: 'TBW102' }),

  send({ name: 'a first send with 0 queues', outcome: Code.INVALID_PARAMETER, official: since5 }, { b: 'no-queues', d: 0 }),
  send({ name: 'a first send with -1 queues', outcome: Code.INVALID_PARAMETER, official: since5 }, { b: 'minus-one-queue', d: -1 }),
  send({ name: 'a first send with 2^31 - 1 queues', outcome: Code.SUCCESS }, { b: 'many-queues', d: INT_MAX }),
  send({ name: 'a first send from a topic that is not there', outcome: Code.TOPIC_NOT_EXIST }, { b: 'from-nothing', c: 'no-such-topic' }),
  send({ name: 'a first send from a topic of somebody else', outcome: Code.TOPIC_NOT_EXIST }, { b: 'from-orders', c: TOPIC }),

  send(
    { name: 'a batch of bytes that are no messages', outcome: Code.MESSAGE_ILLEGAL, remark: 'batch', official: exception },
    { m: true },
    'garbage',
    320
  ),
  send(
    { name: 'a batch whose only length is negative', outcome: Code.MESSAGE_ILLEGAL, remark: 'batch', official: exception },
    { m: true },
    Buffer.from('ffffffff', 'hex'),
    320
  ),
  send(
    { name: 'a batch whose message ends after it', outcome: Code.MESSAGE_ILLEGAL, remark: 'batch', official: exception },
    { m: true },
    Buffer.from('7fffffff00000000000000000000000000000178', 'hex'),
    320
  ),
  send({ name: 'a batch of two messages', outcome: Code.SUCCESS }, { m: true }, batch(2), 320),
  ...[4, 8, 12].map((flag) =>
    send(
      { name: `a batch of a transaction, flag ${flag}`, outcome: Code.MESSAGE_ILLEGAL, remark: 'transaction' },
      { m: true, f: flag },
      batch(2),
      320
    )
  ),
  send(
    {
      name: 'a batch of 16,385 messages',
      outcome: Code.MESSAGE_ILLEGAL,
      remark: 'too many messages',
      official: both(Code.SUCCESS, 'upstream counts the bytes of a batch only')
    },
    { m: true },
    batch(16_385),
    320
  ),
  send(
    {
      name: 'a batch of 4 MiB and a message',
      outcome: Code.MESSAGE_ILLEGAL,
      remark: 'bytes',
      official: { '5.5.0': Code.SYSTEM_ERROR, why: '5.5 fails with an exception on it' }
    },
    { m: true },
    batch(182_362),
    320
  ),
  send(
    {
      name: 'a batch for a retry topic',
      outcome: Code.MESSAGE_ILLEGAL,
      remark: 'retry',
      official: { '4.9.7': Code.SYSTEM_ERROR, why: '4.9 does not look before it fails to read the batch' }
    },
    { m: true, b: '%RETRY%shop' },
    'x',
    320
  )
]
