import { ReleaseVersion } from '../wire/index'
import { bodyLines } from './human-body'
import { type Paint, plain, type Shade, safeText } from './paint'
import type { SeenAnswer, SeenConnection, SeenFrame, SeenProblem, SeenRequest, WireEvent, WireField } from './wire-event'

export interface HumanOptions {
  /** Default: no colours. */
  readonly paint?: Paint
  /** Most characters of a body's JSON or text on its line, or of all its lines with full bodies. */
  readonly maxBodyBytes: number
  readonly isFull: boolean
}

/** An event as lines for a person: what happened, then, further in, the header's fields, the body, and what is wrong. */
export function humanLines(event: WireEvent, options: HumanOptions): readonly string[] {
  const paint = options.paint ?? plain
  if (event.type === 'request') return [requestLine(event, paint), ...frameLines(event, options, paint)]
  if (event.type === 'answer') return [answerLine(event, paint), ...frameLines(event, options, paint)]
  if (event.type === 'problem') return [problemLine(event, paint)]
  return [connectionLine(event, paint)]
}

const INDENT = '    '
/** Longest value of a field on its line. */
const MAX_VALUE = 200

function requestLine(event: SeenRequest, paint: Paint): string {
  const name = paint('name', event.name ?? `request ${event.code}`)
  const way = event.isOneway ? `${name} ${paint('warning', 'one-way')}` : name
  return `${place(event, paint)} ${way} ${paint('dim', `opaque ${event.opaque}, ${senderOf(event)}, ${event.bytes} B`)}`
}

function answerLine(event: SeenAnswer, paint: Paint): string {
  const outcome = paint(shadeOf(event), event.name === undefined ? `response ${event.code}` : codeText(event))
  const remark = event.remark === undefined ? '' : ` ${safeText(event.remark, MAX_VALUE)}`
  return `${place(event, paint)} ${outcome} ${answeredText(event, paint)} ${paint('dim', `opaque ${event.opaque}, ${event.bytes} B`)}${remark}`
}

/** That there is nothing, or nothing yet, is no failure. */
function shadeOf({ code, name }: SeenAnswer): Shade {
  if (code === 0) return 'good'
  return name?.startsWith('PULL_') || name === 'QUERY_NOT_FOUND' || name === 'POLLING_TIMEOUT' ? 'warning' : 'bad'
}

/** The number too where something went wrong: it is what other logs print. */
function codeText({ name, code }: SeenAnswer): string {
  return code === 0 ? `${name}` : `${name} (${code})`
}

function answeredText({ answered }: SeenAnswer, paint: Paint): string {
  if (answered === undefined) return paint('warning', 'to a request that was not seen')
  const { name, code, topic, group, latencyMs, offset } = answered
  const about = [topic, group].flatMap((text) => (text === undefined ? [] : [safeText(text, MAX_VALUE)])).join(' ')
  const when =
    latencyMs === undefined ? `(asked @${offset})` : paint(latencyMs < SLOW_MS ? 'dim' : 'warning', `after ${latencyText(latencyMs)}`)
  return `to ${paint('name', name ?? `request ${code}`)}${about === '' ? '' : ` ${about}`} ${when}`
}

const SLOW_MS = 1000

function latencyText(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(2)} s`
}

function problemLine(event: SeenProblem, paint: Paint): string {
  const where = event.time === undefined ? '' : paint('dim', ` (at byte ${event.offset} of its stream)`)
  return `${place(event, paint)} ${paint('bad', safeText(event.text, 1000))}${where}`
}

function connectionLine({ type, connection, time, from, to, reason }: SeenConnection, paint: Paint): string {
  const when = time === undefined ? '' : `${paint('dim', clockText(time))} `
  const why = reason === undefined ? '' : `: ${safeText(reason, 500)}`
  const shade = type === 'refused' ? 'bad' : 'dim'
  if (type === 'listening') return `${when}${paint(shade, `listening on ${from}, forwarding to ${to}`)}`
  return `${when}#${connection} ${paint(shade, `${type} ${from} → ${to}${why}`)}`
}

/** Time of day or place in the capture, connection, and direction. */
function place({ connection, direction, offset, time }: SeenFrame | SeenProblem, paint: Paint): string {
  const arrow = direction === undefined ? '·' : direction === 'to-server' ? '→' : '←'
  return `${paint('dim', time === undefined ? `@${offset}` : clockText(time))} #${connection} ${arrow}`
}

/** Time of day in UTC. */
function clockText(time: number): string {
  const milliseconds = Math.floor(time) % 86_400_000
  const part = (unit: number, range: number, digits: number): string =>
    String(Math.floor(milliseconds / unit) % range).padStart(digits, '0')
  return `${part(3_600_000, 24, 2)}:${part(60_000, 60, 2)}:${part(1000, 60, 2)}.${part(1, 1000, 3)}`
}

function senderOf({ language, version, encoding }: SeenFrame): string {
  return `${safeText(String(language), 20)} ${RELEASES.get(version) ?? `version ${version}`} ${encoding === 'JSON' ? 'JSON' : 'binary'}`
}

const RELEASES: ReadonlyMap<number, string> = new Map(
  Object.entries(ReleaseVersion).map(([name, version]) => [version, name.slice(1).replaceAll('_', '.')])
)

function frameLines(event: SeenRequest | SeenAnswer, options: HumanOptions, paint: Paint): readonly string[] {
  const fields = event.fields.flatMap((field) => fieldText(field, options))
  const remark = event.type === 'request' && event.remark !== undefined ? [`remark ${safeText(event.remark, MAX_VALUE)}`] : []
  const lines = [
    ...(fields.length === 0 ? [] : [fields.join('  ')]),
    ...remark,
    ...bodyLines(event.body, { ...options, paint }),
    ...event.problems.map((problem) => paint('bad', safeText(problem, 500)))
  ]
  return lines.map((line) => `${INDENT}${line}`)
}

/** `name=value`, properties of a message in braces. */
function fieldText([name, value]: WireField, { paint = plain }: HumanOptions): readonly string[] {
  const label = paint('dim', `${safeText(name, 64)}=`)
  if (typeof value === 'string') return [`${label}${safeText(value, MAX_VALUE)}`]
  const properties = [...value].map(([key, text]) => `${safeText(key, 64)}=${safeText(text, MAX_VALUE)}`)
  return properties.length === 0
    ? []
    : [`${label}{${properties.slice(0, MAX_PROPERTIES).join(' ')}${properties.length > MAX_PROPERTIES ? ' …' : ''}}`]
}

const MAX_PROPERTIES = 50
