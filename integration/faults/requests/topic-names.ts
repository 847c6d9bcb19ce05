import { Code, type HostileRequest, since5 } from './hostile-request'
import { sendFields } from './sends'

const LONGEST = 127

/** Names that would leave the store's folder, forge a separator, or clash, if anyone made a path of them. */
export const illegalTopicNames: readonly string[] = [
  '../../../../etc/passwd',
  '..',
  '.',
  './orders',
  '/etc/passwd',
  '..\\..\\windows',
  'C:\\orders',
  'C:orders',
  'orders/../../x',
  'orders\u0000.txt',
  'orders\u0001TAGS\u0002',
  'orders\n',
  ' orders',
  'orders ',
  'or ders',
  'orders:stream',
  'orders*',
  'orders?',
  '~/orders',
  '$HOME',
  '`id`',
  '订单',
  'ｏｒｄｅｒｓ',
  '\ud800',
  '%2e%2e%2f'.replaceAll('%', '.'),
  'a'.repeat(LONGEST + 1)
]

/** Names that look bad and are allowed upstream: they are letters, digits, `-`, `_`, `|` and `%`. */
export const oddTopicNames: readonly string[] = ['CON', 'nul', '%2e%2e%2f', '__proto__', 'constructor', '-rf', '|', 'a'.repeat(LONGEST)]

const shown = (name: string): string => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name)

const CREATE_TOPIC = 17
const topicFields = (topic: string): Readonly<Record<string, unknown>> => ({
  topic,
  defaultTopic: 'TBW102',
  readQueueNums: 4,
  writeQueueNums: 4,
  perm: 6,
  topicFilterType: 'SINGLE_TAG',
  topicSysFlag: 0,
  order: false
})

export const topicNames: readonly HostileRequest[] = [
  ...illegalTopicNames.flatMap((name): readonly HostileRequest[] => [
    {
      name: `a first send to the topic ${shown(name)}`,
      to: 'broker',
      request: { code: 310, fields: sendFields({ b: name }), body: 'x' },
      outcome: Code.INVALID_PARAMETER,
      remark: 'topic',
      official: since5
    },
    {
      name: `creating the topic ${shown(name)}`,
      to: 'broker',
      request: { code: CREATE_TOPIC, fields: topicFields(name) },
      outcome: Code.INVALID_PARAMETER,
      remark: 'topic',
      official: since5
    }
  ]),
  ...oddTopicNames.map(
    (name): HostileRequest => ({
      name: `creating the topic ${shown(name)}, which is only odd,`,
      to: 'broker',
      request: { code: CREATE_TOPIC, fields: topicFields(name) },
      outcome: Code.SUCCESS
    })
  )
]
