import { deflateSync } from 'node:zlib'
import { Code, fieldsOf, type HostileRequest, INT_MAX, unchecked } from './hostile-request'

type Row = Omit<HostileRequest, 'to' | 'request'>
type Fields = Readonly<Record<string, unknown>>

const to = (row: Row, code: number, fields: Fields, body: Buffer | string = ''): HostileRequest => ({
  ...row,
  to: 'nameserver',
  request: { code, fields: fieldsOf(fields), body }
})

export const registration = {
  brokerName: 'intruder',
  brokerAddr: '127.0.0.1:1',
  clusterName: 'Elsewhere',
  haServerAddr: '127.0.0.1:2',
  brokerId: 0,
  compressed: false,
  bodyCrc32: 0
}

const register = (row: Row, changed: Fields, body: Buffer | string = ''): HostileRequest =>
  to(row, 103, { ...registration, ...changed }, body)

export const nameserverRequests: readonly HostileRequest[] = [
  to({ name: 'the route of a topic that is not there', outcome: Code.TOPIC_NOT_EXIST, remark: 'no-such-topic' }, 105, {
    topic: 'no-such-topic'
  }),
  to({ name: 'the route of a topic with a path for a name', outcome: Code.TOPIC_NOT_EXIST }, 105, { topic: '../../etc/passwd' }),
  to({ name: 'the route of hasOwnProperty', outcome: Code.TOPIC_NOT_EXIST }, 105, { topic: 'hasOwnProperty' }),
  to(
    { name: 'the route of no topic', outcome: Code.SYSTEM_ERROR, remark: 'topic is missing', official: unchecked(Code.TOPIC_NOT_EXIST) },
    105,
    {}
  ),
  register({ name: 'a registration with a wrong checksum', outcome: Code.SYSTEM_ERROR, remark: 'crc32' }, { bodyCrc32: 1 }, '{}'),
  register(
    { name: 'a compressed registration that is not compressed', outcome: Code.SYSTEM_ERROR, remark: 'inflate' },
    { compressed: true },
    'plain'
  ),
  register(
    { name: 'a compressed registration whose lengths lie', outcome: Code.SYSTEM_ERROR, remark: 'length' },
    { compressed: true },
    deflateSync(Buffer.from('7fffffff', 'hex'))
  ),
  register(
    { name: 'a registration that is no JSON', outcome: Code.SYSTEM_ERROR, remark: 'RegisterBrokerBody' },
    {},
    '{"topicConfigSerializeWrapper":'
  ),
  register(
    {
      name: 'a registration without a broker name',
      outcome: Code.SYSTEM_ERROR,
      remark: 'brokerName is missing',
      official: unchecked(Code.SUCCESS)
    },
    { brokerName: undefined }
  ),
  ...[0, -1, 9999, 32_768, INT_MAX].map((code) =>
    to(
      {
        name: `request code ${code}`,
        outcome: Code.REQUEST_CODE_NOT_SUPPORTED,
        remark: String(code),
        official: { '4.9.7': 'no answer', why: '4.9 lets the caller wait' }
      },
      code,
      {}
    )
  )
]
