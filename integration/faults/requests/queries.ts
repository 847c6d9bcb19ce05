import {
  both,
  Code,
  type Deviation,
  fieldsOf,
  type HostileRequest,
  INT_MAX,
  INT_MIN,
  LONG_MAX,
  TOPIC,
  tooPrecise,
  unchecked
} from './hostile-request'

const sound = { topic: TOPIC, key: 'no-such-key', maxNum: 32, beginTimestamp: 0, endTimestamp: LONG_MAX }

type Row = Omit<HostileRequest, 'to' | 'request'>

const query = (row: Row, changed: Readonly<Record<string, unknown>>): HostileRequest => ({
  ...row,
  to: 'broker',
  request: { code: 12, fields: fieldsOf({ ...sound, ...changed }) }
})

const view = (row: Row, fields: Readonly<Record<string, unknown>>): HostileRequest => ({
  ...row,
  to: 'broker',
  request: { code: 33, fields }
})

const noList: Deviation = both(Code.SYSTEM_ERROR, 'Java makes no list of fewer than no messages; ours says that there are none')
const outOfMemory: Deviation = { '4.9.7': Code.SYSTEM_ERROR, why: '4.9 asks Java for that much memory first, and fails' }

/** The magic of the first message: read as a length it is negative, which no release takes. At other places official brokers answer with any bytes. */
const INSIDE = 4

/** Questions for messages by key and by place. */
export const queries: readonly HostileRequest[] = [
  query({ name: 'a sound query', outcome: Code.QUERY_NOT_FOUND }, {}),
  query(
    { name: 'a query without its key', outcome: Code.SYSTEM_ERROR, remark: 'key is missing', official: unchecked(Code.QUERY_NOT_FOUND) },
    { key: undefined }
  ),
  query(
    {
      name: 'a query without its topic',
      outcome: Code.SYSTEM_ERROR,
      remark: 'topic is missing',
      official: unchecked(Code.QUERY_NOT_FOUND)
    },
    { topic: undefined }
  ),
  query({ name: 'a query of a topic with a path for a name', outcome: Code.QUERY_NOT_FOUND }, { topic: '../../etc/passwd' }),
  query({ name: 'a query for a key of 30 KiB', outcome: Code.QUERY_NOT_FOUND }, { key: 'k'.repeat(30 * 1024) }),
  query({ name: 'a query for an empty key', outcome: Code.QUERY_NOT_FOUND }, { key: '' }),
  query({ name: 'a query for no messages', outcome: Code.QUERY_NOT_FOUND }, { maxNum: 0 }),
  query({ name: 'a query for -1 messages', outcome: Code.QUERY_NOT_FOUND, official: noList }, { maxNum: -1 }),
  query({ name: 'a query for -2^31 messages', outcome: Code.QUERY_NOT_FOUND, official: noList }, { maxNum: INT_MIN }),
  query({ name: 'a query for 2^31 - 1 messages', outcome: Code.QUERY_NOT_FOUND, official: outOfMemory }, { maxNum: INT_MAX }),
  query({ name: 'a query whose end is before its beginning', outcome: Code.QUERY_NOT_FOUND }, { beginTimestamp: 2, endTimestamp: 1 }),
  query({ name: 'a query from time -1 on', outcome: Code.QUERY_NOT_FOUND }, { beginTimestamp: -1 }),
  query({ name: 'a query up to time -2^63', outcome: Code.QUERY_NOT_FOUND }, { endTimestamp: `-${BigInt(LONG_MAX) + 1n}` }),
  view({ name: 'a view without its offset', outcome: Code.SYSTEM_ERROR, remark: 'offset is missing' }, {}),
  view({ name: 'a view of offset -1', outcome: Code.SYSTEM_ERROR, remark: 'can not find message' }, { offset: -1 }),
  view({ name: 'a view of the middle of a message', outcome: Code.SYSTEM_ERROR, remark: 'can not find message' }, { offset: INSIDE }),
  view({ name: 'a view of a place behind the log', outcome: Code.SYSTEM_ERROR, remark: 'can not find message' }, { offset: 2 ** 50 }),
  view(
    { name: 'a view of offset 2^63 - 1', outcome: Code.INVALID_PARAMETER, official: tooPrecise(Code.SYSTEM_ERROR) },
    { offset: LONG_MAX }
  )
]
