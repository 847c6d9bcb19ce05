import type { BodySummary, BrokerSummary, Content, MessageSummary } from './body-summary'
import { type Paint, safeText } from './paint'

export interface BodyLinesOptions {
  readonly paint: Paint
  readonly maxBodyBytes: number
  readonly isFull: boolean
}

/** A body as lines for a person; none for one that is empty. */
export function bodyLines(body: BodySummary, options: BodyLinesOptions): readonly string[] {
  const problem = body.problem === undefined ? [] : [options.paint('bad', safeText(body.problem, 500))]
  return [...linesOf(body, options), ...problem]
}

const MAX_TEXT = 200
/** Brokers, queues, groups or topics told of one by one. */
const MAX_ITEMS = 50

function linesOf(body: BodySummary, options: BodyLinesOptions): readonly string[] {
  switch (body.kind) {
    case 'none':
      return []
    case 'messages':
      return messagesLines(body, options)
    case 'heartbeat':
      return heartbeatLines(body)
    case 'route':
      return [
        ...body.brokers.slice(0, MAX_ITEMS).map((one) => `route ${brokerText(one)}${queuesText(body, one)}`),
        ...more(body.brokers.length)
      ]
    case 'cluster':
      return [...body.brokers.slice(0, MAX_ITEMS).map((one) => `broker ${brokerText(one)}`), ...more(body.brokers.length)]
    case 'registration':
      return [`registers ${counted(body.count, 'topic')}: ${joined(body.topics)}${body.count > MAX_ITEMS ? ', …' : ''}`]
    case 'properties':
      return [
        `${counted(body.count, 'property', 'properties')}: ${joined([...body.properties].map(([name, value]) => `${name}=${value}`))}`
      ]
    case 'json':
      return jsonLines(body.value, options)
    default:
      return [`${body.kind === 'text' ? 'text' : 'body'} of ${body.bytes} B`, ...contentLines(body.content)]
  }
}

function messagesLines(body: BodySummary & { readonly kind: 'messages' }, options: BodyLinesOptions): readonly string[] {
  const { count, messages, bytes } = body
  const [only] = messages
  if (count === 1 && only !== undefined) return [`message ${messageText(only, options)}`, ...messageDetail(only)]
  const lines = messages.flatMap((message) => [`  ${messageText(message, options)}`, ...messageDetail(message)])
  return [
    `${counted(count, 'message')}, ${bytes} B`,
    ...lines,
    ...(count > messages.length ? [`  … and ${count - messages.length} more`] : [])
  ]
}

function messageText(message: MessageSummary, { paint }: BodyLinesOptions): string {
  const { topic = '', queueId, queueOffset, id, offsetMessageId, tags, keys, bodyBytes } = message
  const queue = queueId === undefined ? '' : `/${queueId}${queueOffset === undefined ? '' : `@${queueOffset}`}`
  const words = [
    `${safeText(topic, MAX_TEXT)}${queue}`,
    ...labelled(paint, [
      ['tags', tags],
      ['keys', keys],
      ['id', id],
      ['offsetMsgId', offsetMessageId],
      ['reconsumed', message.reconsumeTimes],
      ['transaction', message.transaction],
      ['batch of', message.innerMessages]
    ]),
    `${bodyBytes} B${message.compression === undefined ? '' : ` (${message.compression})`}`
  ]
  return words.join(' ')
}

function labelled(paint: Paint, values: ReadonlyArray<readonly [string, string | number | undefined]>): string[] {
  return values.flatMap(([label, value]) =>
    value === undefined ? [] : [`${paint('dim', `${label}=`)}${safeText(String(value), MAX_TEXT)}`]
  )
}

function messageDetail({ properties, content }: MessageSummary): readonly string[] {
  const named = [...(properties ?? [])].map(([name, value]) => `${name}=${value}`)
  return [...(named.length === 0 ? [] : [`    ${joined(named, ' ')}`]), ...contentLines(content)]
}

function contentLines(content: Content | undefined): readonly string[] {
  if (content === undefined) return []
  const { form, text, isCut, bytes, problem } = content
  const cut = isCut ? ` … (${bytes} B in all)` : ''
  const lines = [`    ${form === 'hex' ? 'hex ' : ''}${safeText(text)}${cut}`]
  return problem === undefined ? lines : [...lines, `    ${safeText(problem, 500)}`]
}

function heartbeatLines(body: BodySummary & { readonly kind: 'heartbeat' }): readonly string[] {
  const { clientId, producers, consumers } = body
  return [
    `heartbeat of ${safeText(clientId, MAX_TEXT)}${producers.length === 0 ? '' : `, producers: ${joined(producers)}`}`,
    ...consumers.slice(0, MAX_ITEMS).map(({ group, messageModel, consumeType, subscriptions }) => {
      const topics = subscriptions.map(({ topic, expression, type }) => `${topic} [${type === 'TAG' ? '' : `${type}: `}${expression}]`)
      return `consumer ${safeText(`${group} ${messageModel} ${consumeType}`, MAX_TEXT)}: ${topics.length === 0 ? 'no subscriptions' : joined(topics)}`
    }),
    ...more(consumers.length)
  ]
}

function brokerText({ name, cluster, addresses }: BrokerSummary): string {
  const places = [...addresses].map(([id, address]) => `${id}=${address}`)
  return `${safeText(name, MAX_TEXT)}${cluster === undefined ? '' : ` of ${safeText(cluster, MAX_TEXT)}`}: ${joined(places)}`
}

function queuesText({ queues }: BodySummary & { readonly kind: 'route' }, { name }: BrokerSummary): string {
  const own = queues.find(({ broker }) => broker === name)
  return own === undefined ? ', no queues' : `, ${own.readQueues} read and ${own.writeQueues} write queues ${own.perm}`
}

/** One line in short, or as many as the limit lets through. */
function jsonLines(value: unknown, { isFull, maxBodyBytes }: BodyLinesOptions): readonly string[] {
  if (!isFull) return [`body ${safeText(JSON.stringify(value) ?? '', MAX_TEXT)}`]
  const text = JSON.stringify(value, undefined, 2) ?? ''
  const cut = text.length > maxBodyBytes ? `${text.slice(0, maxBodyBytes)}… (${text.length} characters)` : text
  return cut.split('\n').map((line) => safeText(line))
}

function joined(texts: readonly string[], between = ', '): string {
  const shown = texts.slice(0, MAX_ITEMS).map((text) => safeText(text, MAX_TEXT))
  return [...shown, ...more(texts.length)].join(between)
}

function more(count: number): readonly string[] {
  return count > MAX_ITEMS ? [`… and ${count - MAX_ITEMS} more`] : []
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
