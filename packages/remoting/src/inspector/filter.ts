import { CodedError, RequestCode, type RequestRow } from '../wire/index'
import type { OpenRequest } from './exchanges'
import type { SeenAnswer, SeenRequest } from './wire-event'

/** Decides which frames are printed. An answer goes with its request. */
export type Filter = (event: SeenRequest | SeenAnswer, asked: OpenRequest | undefined) => boolean

/** No filter. */
export const showsAll: Filter = () => true

/**
 * A filter from what was typed, as `PULL_MESSAGE,SEND_*`, `11`, `topic=orders` or `group=bill*`: of the terms of one text any must fit, of
 * several texts all. Upper and lower case are the same in names of requests.
 *
 * @throws CodedError `FILTER_INVALID` for a term that can never fit.
 */
export function parseFilter(texts: readonly string[]): Filter {
  const all = texts.map((text) => text.split(',').map((term) => parseTerm(term.trim())))
  return (event, asked) => {
    if (asked !== undefined) return asked.isWanted
    const facts = factsOf(event)
    return all.every((terms) => terms.some((fits) => fits(facts)))
  }
}

interface Facts {
  readonly name: string | undefined
  readonly code: number | undefined
  readonly topics: readonly string[]
  readonly groups: readonly string[]
}

type Term = (facts: Facts) => boolean

function parseTerm(term: string): Term {
  const [, kind, wanted = ''] = /^(topic|group)=(.+)$/.exec(term) ?? []
  if (kind === 'topic') return anyFits(wanted, ({ topics }) => topics)
  if (kind === 'group') return anyFits(wanted, ({ groups }) => groups)
  if (/^\d+$/.test(term)) return ({ code }) => code === Number(term)
  const fits = patternOf(term.toUpperCase())
  if (term === '' || !NAMES.some(fits)) throw unknownTerm(term)
  return ({ name }) => name !== undefined && fits(name)
}

const NAMES: readonly string[] = Object.values<RequestRow>(RequestCode).map(({ name }) => name)

function anyFits(wanted: string, values: (facts: Facts) => readonly string[]): Term {
  const fits = patternOf(wanted)
  return (facts) => values(facts).some(fits)
}

/** Whether a text fits; `*` stands for anything. Looks at every character a few times at most: texts from the wire may be long. */
function patternOf(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  return (text) => {
    if (last === undefined) return text === first
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    for (const part of rest) {
      const found = text.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= text.length - last.length
  }
}

function unknownTerm(term: string): CodedError {
  const word = term.split(/[_\W]/)[0]?.toUpperCase() ?? ''
  const near = NAMES.filter((name) => word !== '' && name.includes(word)).slice(0, 5)
  const hint = near.length === 0 ? 'see protocol/README.md for the names' : `is one of these meant: ${near.join(', ')}?`
  return new CodedError('FILTER_INVALID', `--filter: "${term}" is no request name, no code, and neither topic=… nor group=…; ${hint}`)
}

function factsOf(event: SeenRequest | SeenAnswer): Facts {
  const isRequest = event.type === 'request'
  const texts = (names: ReadonlySet<string>): string[] =>
    event.fields.flatMap(([name, value]) => (names.has(name) && typeof value === 'string' ? [value] : []))
  return {
    name: isRequest ? event.name : undefined,
    code: isRequest ? event.code : undefined,
    topics: [...texts(TOPIC_NAMES), ...topicsIn(event.body)],
    groups: [...texts(GROUP_NAMES), ...groupsIn(event.body)]
  }
}

const TOPIC_NAMES: ReadonlySet<string> = new Set(['topic', 'originTopic'])
const GROUP_NAMES: ReadonlySet<string> = new Set(['producerGroup', 'consumerGroup', 'group', 'groupName'])

function topicsIn(body: SeenRequest['body']): readonly string[] {
  if (body.kind === 'messages') return body.messages.flatMap(({ topic }) => topic ?? [])
  if (body.kind === 'registration') return body.topics
  return body.kind === 'heartbeat' ? body.consumers.flatMap(({ subscriptions }) => subscriptions.map(({ topic }) => topic)) : []
}

function groupsIn(body: SeenRequest['body']): readonly string[] {
  return body.kind === 'heartbeat' ? [...body.producers, ...body.consumers.map(({ group }) => group)] : []
}
