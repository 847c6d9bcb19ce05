import type { ConnectedClient } from '../inspection/connected-clients'
import type { QueueProgress } from '../inspection/group-progress'
import type { DeadLetterDetails } from '../inspection/inspection'
import type { StoredMessage } from '../inspection/stored-message'
import type { RetryDetails } from '../inspection/waiting-messages'
import { attemptsText, type Delivery } from './deliveries'
import { section, table } from './text-table'

/** What there is when an expectation is not met. */
export interface Findings {
  /** `expectDelivered('billing')`. */
  readonly call: string
  readonly wanted: string
  readonly found: string
  /** `within 60000 ms of the cluster's time`, or why it was not waited for any longer. */
  readonly end: string
  readonly hints: readonly string[]
  readonly group: string
  readonly deliveries: readonly Delivery[]
  /** Messages of the same topics that do not match. */
  readonly others: readonly StoredMessage[]
  readonly queues: readonly QueueProgress[]
  readonly retries: ReadonlyArray<StoredMessage & RetryDetails>
  readonly deadLetters: ReadonlyArray<StoredMessage & DeadLetterDetails>
  readonly nowMs: number
  /** Members of the group, and what each subscribes to. */
  readonly members: ReadonlyMap<string, string>
  readonly clients: readonly ConnectedClient[]
  /** Servers by name, and whether they run. */
  readonly servers: ReadonlyMap<string, boolean>
  /** Faults that are at work. */
  readonly faults: readonly string[]
}

/** Everything a person needs to see what went wrong, the short answer first. */
export function report(findings: Findings): string {
  const { call, end, wanted, found, hints } = findings
  const summary = table([['wanted', wanted], ['found', found], ...hints.map((hint) => ['hint', hint])])
  return [`${call} was not met ${end}`, ...summary, '', ...messageLines(findings), ...groupLines(findings), ...clusterLines(findings)].join(
    '\n'
  )
}

function messageLines({ deliveries, others }: Findings): string[] {
  const rows = deliveries.map(({ message, state, note }) => [...messageCells(message), `${state} ${note}`])
  return [
    ...section('messages that match', table(rows)),
    ...(others.length === 0 ? [] : section('messages that do not', table(others.map(messageCells)), 5))
  ]
}

function groupLines({ group, queues, retries, deadLetters, nowMs, members }: Findings): string[] {
  const due = ({ dueAtMs, attempt }: RetryDetails & StoredMessage): string =>
    `attempt ${attempt} ${dueAtMs === undefined ? 'now' : `in ${Math.max(0, dueAtMs - nowMs)} ms`}`
  return [
    ...section(`queues of group ${group}`, queues.length === 0 ? [] : table([QUEUE_HEADINGS, ...queues.map(queueCells)]), 20),
    ...section(`retries of group ${group}`, table(retries.map((one) => [one.topic, ...nameCells(one), due(one)]))),
    ...section(
      `dead letters of group ${group}`,
      table(deadLetters.map((one) => [one.topic, ...nameCells(one), attemptsText(one.attempts)]))
    ),
    ...section(`members of group ${group}`, table([...members].map(([client, topics]) => [client, `subscribes to ${topics}`])))
  ]
}

function clusterLines({ clients, servers, faults }: Findings): string[] {
  const rows = clients.map(({ clientId, address, language, version, producerGroups, consumerGroups }) => [
    clientId,
    address,
    `${language} ${version}`,
    producerGroups.length === 0 ? '' : `produces as ${producerGroups.join(', ')}`,
    consumerGroups.length === 0 ? '' : `consumes as ${consumerGroups.join(', ')}`
  ])
  const running = [...servers].map(([name, runs]) => `${name} ${runs ? 'runs' : 'is stopped'}`).join(', ')
  return [
    ...section('clients in a group', table(rows)),
    `servers: ${running}`,
    ...(faults.length === 0 ? [] : section('faults', table(faults.map((one) => [one]))))
  ]
}

const QUEUE_HEADINGS = ['', 'stored', 'committed', 'consumed', 'lag']

function queueCells({ topic, broker, queueId, minOffset, maxOffset, committed, consumed, lag }: QueueProgress): string[] {
  const stored = maxOffset === minOffset ? 'nothing' : `${minOffset} to ${maxOffset - 1}`
  return [`${topic}@${broker}:${queueId}`, stored, `${committed ?? '-'}`, `${consumed ?? '-'}`, `${lag}`]
}

function messageCells(message: StoredMessage): string[] {
  const { topic, broker, queueId, queueOffset } = message
  return [`${topic}@${broker}:${queueId}`, `offset ${queueOffset}`, ...nameCells(message)]
}

function nameCells({ messageId, tag, keys }: StoredMessage): string[] {
  return [tag === undefined ? '' : `tag ${tag}`, keys.length === 0 ? '' : `keys ${keys.join(' ')}`, messageId]
}
