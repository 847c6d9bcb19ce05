import { connect } from '@rocketmq-ts/client'
import type { Bench } from '../bench'
import type { AnomalyName } from '../checker'
import type { Row } from '../row'
import { runTwoConsumers } from '../rows/a-two-consumers'
import { movingMembers } from '../rows/b-moving-members'
import { tags } from '../rows/c-tags'
import { retries } from '../rows/d-retry'
import { pullAndSeek } from '../rows/e-pull-seek'
import { idleQueues } from '../rows/f-idle-queues'
import { brokerRestart } from '../rows/g-broker-restart'
import { wholeValues } from '../rows/h-whole-values'
import { queries } from '../rows/i-queries'
import { Answer, answerTo, Code } from '../tap/frame'
import { cutRecords, hasProperty, withOtherBody, withProperty, withReconsumeTimes } from '../tap/records'
import { answered, instead, type TapRule } from '../tap/wire-tap'
import { startForgetful, type Target } from '../targets'
import { aloneInItsGroup } from './alone-in-its-group'
import { onAnswer, once, onRecords, onRequest, type PlantedFault, swallow } from './wire-faults'

/** A defect that somebody could build in, and the anomalies that its row must find then. */
export interface Planted {
  readonly row: Row
  readonly defect: string
  readonly plant: PlantedFault
  /** These and no others, but for `stuck` and those that depend on when it strikes. */
  readonly finds: readonly AnomalyName[]
  readonly mayFind?: readonly AnomalyName[]
  /** A defect that is not on the wire: the target that has it, instead of ours. */
  readonly on?: (ours: Target) => Promise<Target>
}

/** Row (a) with fewer messages. */
const smallTwoConsumers: Row = { letter: 'a', title: 'two consumers', run: (bench) => runTwoConsumers(bench, 400) }
const sends = [Code.SEND_MESSAGE, Code.SEND_MESSAGE_V2]
const isReader = (member: string): boolean => member.startsWith('readers')
const isLost = (record: Buffer): boolean => hasProperty(record, 'u.id', '3-7')

export const planted: readonly Planted[] = [
  {
    row: smallTwoConsumers,
    defect: 'pull answers lose a record',
    // That of one message in every answer: the first answer may be one to a queue that has just been given up.
    plant: ({ tap }) =>
      tap.rule(
        onRecords(
          (member) => !isReader(member),
          (records) => (records.some(isLost) ? records.filter((record) => !isLost(record)) : undefined)
        )
      ),
    finds: ['lost']
  },
  {
    row: smallTwoConsumers,
    defect: 'a pull answer comes in reverse order',
    plant: ({ tap }) => tap.rule(once(onRecords(isReader, (records) => (records.length > 1 ? records.toReversed() : undefined)))),
    finds: ['order', 'skipped']
  },
  {
    row: smallTwoConsumers,
    defect: 'a send reaches the broker twice',
    plant: ({ tap }) => tap.rule(once(onRequest(sends, ({ frame }) => instead(frame, { ...frame, opaque: frame.opaque + 1_000_000 })))),
    finds: ['duplicate', 'order']
  },
  {
    row: movingMembers,
    defect: 'commits are lost',
    plant: ({ tap }) => {
      tap.rule(onRequest([Code.UPDATE_CONSUMER_OFFSET], swallow))
      tap.rule(onRequest([Code.PULL_MESSAGE], ({ frame }) => instead({ ...frame, fields: withoutCommit(frame.fields) })))
    },
    finds: ['duplicate', 'rewound']
  },
  {
    row: movingMembers,
    defect: 'a member believes that it is alone',
    plant: aloneInItsGroup('second'),
    finds: ['duplicate', 'two-owners'],
    // Two owners also commit against each other.
    mayFind: ['lost', 'rewound']
  },
  {
    row: tags,
    defect: 'what has the hash code of a tag passes for the tag',
    plant: ({ tap }) =>
      tap.rule(
        onRecords(
          (member) => member === 'one',
          (records) => records.map((record) => withProperty(record, 'TAGS', 'BB', 'Aa'))
        )
      ),
    finds: ['leaked', 'wrong-value']
  },
  {
    row: retries,
    defect: 'what is sent back gets lost',
    plant: ({ tap }) => tap.rule(onRequest([Code.CONSUMER_SEND_MSG_BACK], swallow)),
    finds: ['not-dead', 'not-retried']
  },
  {
    row: retries,
    defect: 'attempts are not counted',
    plant: ({ tap }) =>
      tap.rule(
        onRecords(
          (member) => member === 'worker',
          (records) => records.map((record) => withReconsumeTimes(record, 0))
        )
      ),
    finds: ['attempt-count', 'dead-alive', 'duplicate']
  },
  {
    row: retries,
    defect: 'the last failure is sent back twice',
    plant: repeatLastSendBack,
    finds: ['dead-twice']
  },
  {
    row: pullAndSeek,
    defect: 'a search by time is off by one',
    plant: ({ tap }) =>
      tap.rule(
        onAnswer(Code.SEARCH_OFFSET_BY_TIMESTAMP, ({ frame }) =>
          instead({ ...frame, fields: { ...frame.fields, offset: String(Number(frame.fields['offset']) + 1) } })
        )
      ),
    finds: ['wrong-position']
  },
  {
    row: pullAndSeek,
    defect: 'commits are lost',
    plant: ({ tap }) => tap.rule(onRequest([Code.UPDATE_CONSUMER_OFFSET], swallow)),
    finds: ['wrong-position']
  },
  {
    row: idleQueues,
    defect: 'pulls are answered at once',
    plant: ({ tap }) =>
      tap.rule(
        onRequest([Code.PULL_MESSAGE], ({ frame }) => {
          const nextBeginOffset = frame.fields['queueOffset'] ?? '0'
          const fields = { nextBeginOffset, minOffset: '0', maxOffset: nextBeginOffset, suggestWhichBrokerId: '0' }
          return answered(answerTo(frame, Answer.PULL_NOT_FOUND, fields))
        })
      ),
    finds: ['too-many-pulls']
  },
  {
    row: idleQueues,
    defect: 'the broker does not hold the poll by which the others are measured',
    plant: () => undefined,
    finds: ['not-held'],
    on: withoutEmptyQueues
  },
  {
    row: brokerRestart,
    defect: 'the broker comes back without what it acknowledged',
    plant: () => undefined,
    finds: ['not-durable', 'two-values'],
    mayFind: ['lost'],
    on: startForgetful
  },
  {
    row: wholeValues,
    defect: 'a bit of a body turns',
    plant: ({ tap }) =>
      tap.rule(
        onRecords(
          (member) => member === 'pushed',
          (records) => records.map((record) => (hasProperty(record, 'u.id', '4095 random bytes') ? withOtherBody(record) : record))
        )
      ),
    finds: ['wrong-value']
  },
  {
    row: wholeValues,
    defect: 'another emoji arrives',
    plant: ({ tap }) =>
      tap.rule(
        onRecords(
          (member) => member === 'pushed',
          (records) => records.map((record) => withProperty(record, 'u.text', '🍣', '🍤'))
        )
      ),
    finds: ['wrong-value']
  },
  {
    row: queries,
    defect: 'the index does not know a message',
    plant: ({ tap }) =>
      tap.rule(
        onAnswer(Code.QUERY_MESSAGE, ({ frame }) =>
          instead({ ...frame, body: Buffer.concat(cutRecords(frame.body).filter((record) => !hasProperty(record, 'u.id', 'message 7'))) })
        )
      ),
    finds: ['lost']
  },
  {
    row: queries,
    defect: 'a message with another key of the same hash is found too',
    plant: ({ tap }) => tap.rule(alsoFinds('own-3', 'own-4')),
    finds: ['leaked']
  },
  {
    row: queries,
    defect: 'the oldest messages are found in place of the newest',
    plant: ({ tap }) => {
      tap.rule(onRequest([Code.QUERY_MESSAGE], ({ frame }) => instead({ ...frame, fields: { ...frame.fields, maxNum: '64' } })))
      tap.rule(onAnswer(Code.QUERY_MESSAGE, ({ frame }) => instead({ ...frame, body: Buffer.concat(cutRecords(frame.body).slice(0, 5)) })))
    },
    finds: ['leaked', 'lost']
  },
  {
    row: queries,
    defect: 'found messages come with the newest first',
    plant: ({ tap }) =>
      tap.rule(
        onAnswer(Code.QUERY_MESSAGE, ({ frame }) => instead({ ...frame, body: Buffer.concat(cutRecords(frame.body).toReversed()) }))
      ),
    finds: ['order']
  },
  {
    row: queries,
    defect: 'time ranges are not looked at',
    plant: ({ tap }) =>
      tap.rule(
        onRequest([Code.QUERY_MESSAGE], ({ frame }) => {
          const { beginTimestamp, endTimestamp, ...fields } = frame.fields
          return instead({ ...frame, fields: { ...fields, beginTimestamp: '0', endTimestamp: '9223372036854775807' } })
        })
      ),
    finds: ['leaked', 'wrong-answer']
  },
  {
    row: queries,
    defect: 'an offset message id brings the message before',
    plant: ({ tap }) => {
      let before = ''
      tap.rule(
        onRequest([Code.VIEW_MESSAGE_BY_ID], ({ frame }) => {
          const offset = before
          before = frame.fields['offset'] ?? ''
          return offset === '' ? undefined : instead({ ...frame, fields: { ...frame.fields, offset } })
        })
      )
    },
    finds: ['leaked', 'lost', 'wrong-answer']
  },
  {
    row: queries,
    defect: 'a bit of a message that is looked up turns',
    plant: ({ tap }) => tap.rule(onAnswer(Code.VIEW_MESSAGE_BY_ID, ({ frame }) => instead({ ...frame, body: withOtherBody(frame.body) }))),
    finds: ['wrong-value']
  }
]

/** Who asks for one key gets the messages of another as well. */
function alsoFinds(key: string, other: string): TapRule {
  let records: Buffer | undefined
  return onAnswer(Code.QUERY_MESSAGE, ({ frame }, request) => {
    const asked = request.fields['key']
    if (asked === key) records = frame.body
    if (asked !== other || records === undefined) return undefined
    return instead({ ...frame, body: Buffer.concat([records, frame.body]) })
  })
}

function withoutCommit(fields: Readonly<Record<string, string>>): Record<string, string> {
  return { ...fields, sysFlag: String(Number(fields['sysFlag']) & ~1) }
}

/** The second time a message is sent back its attempts are used up: the broker is told twice. */
function repeatLastSendBack({ tap }: Bench): void {
  const sentBack = new Set<string>()
  tap.rule(
    onRequest([Code.CONSUMER_SEND_MSG_BACK], ({ frame }) => {
      const id = frame.fields['originMsgId'] ?? ''
      if (sentBack.has(id)) return instead(frame, { ...frame, opaque: frame.opaque + 1_000_000 })
      sentBack.add(id)
      return undefined
    })
  )
}

/** No control topic is ever empty, so that a poll of it has something to be answered with. */
async function withoutEmptyQueues(ours: Target): Promise<Target> {
  return {
    ...ours,
    createTopic: async (topic, options) => {
      await ours.createTopic(topic, options)
      if (!topic.startsWith('control')) return
      const mq = await connect({ nameservers: ours.nameservers })
      await mq.producer({ group: 'fillers' }).send(topic, 'not empty')
      await mq.close()
    },
    close: async () => undefined
  }
}
