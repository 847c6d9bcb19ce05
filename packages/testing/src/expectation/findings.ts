import { DecodeError } from '@rocketmq-ts/client'
import { expressionOf, membersOf } from '../inspection/connected-clients'
import type { GroupProgress } from '../inspection/group-progress'
import type { StoredMessage } from '../inspection/stored-message'
import type { Delivery } from './deliveries'
import type { Findings } from './expectation-report'
import type { ExpectationSurroundings } from './expectations'
import { foundText, type Subject } from './subject'

/** Gathers what there is when an expectation is not met. */
export async function findingsOf(
  subject: Subject,
  progress: GroupProgress,
  { inspection, clients, servers, faults }: ExpectationSurroundings
): Promise<Omit<Findings, 'call' | 'end'>> {
  const { group, wanted } = subject
  const isKnown = inspection.hasGroup(group)
  const members = membersOf(inspection.nodes, group)
  const strangers = [...members.keys()].filter((clientId) => !clients.has(clientId))
  const { topic } = subject.filter
  const isSubscribed = topic === undefined || expressionOf(inspection.nodes, group, topic.name) !== undefined
  const deliveries = await subject.deliveries()
  const others = await otherMessages(subject, deliveries, progress, inspection)
  const found = { group, wanted, found: foundText(deliveries), deliveries, others, members, servers: servers(), faults: faults() }
  return {
    ...found,
    hints: hintsOf(subject, { ...found, groups: inspection.groups, topics: inspection.topics, isKnown, isSubscribed, strangers }),
    queues: await progress.queues(),
    retries: isKnown ? await inspection.retries(group, undefined) : [],
    deadLetters: isKnown ? await inspection.deadLetters(group, undefined) : [],
    nowMs: inspection.clock.now(),
    clients: inspection.clients
  }
}

async function otherMessages(
  { filter }: Subject,
  deliveries: readonly Delivery[],
  progress: GroupProgress,
  inspection: ExpectationSurroundings['inspection']
): Promise<StoredMessage[]> {
  const topics = filter.topic === undefined ? progress.sentTopics : [filter.topic]
  const known = topics.filter((topic) => inspection.hasTopic(topic))
  const stored = await Promise.all(known.map((topic) => inspection.messages(topic)))
  const matching = new Set(deliveries.map(({ message }) => message.offsetMessageId))
  return stored.flat().filter(({ offsetMessageId }) => !matching.has(offsetMessageId))
}

interface Situation extends Pick<Findings, 'deliveries' | 'others' | 'members' | 'servers'> {
  readonly isKnown: boolean
  /** Whether members of the group subscribe to the topic that is meant; `true` when none is. */
  readonly isSubscribed: boolean
  /** Members that the test kit cannot ask how far they are. */
  readonly strangers: readonly string[]
  readonly groups: readonly string[]
  readonly topics: readonly string[]
}

/** What is probably wrong, as far as that can be said. */
function hintsOf({ group, filter }: Subject, situation: Situation): string[] {
  const { deliveries, others, members, servers, isKnown, isSubscribed, strangers, groups, topics } = situation
  const has = (state: string): boolean => deliveries.some((one) => one.state === state)
  const topic = filter.topic?.name
  const hints: Array<string | false> = [
    ...[...servers].map(([name, runs]) => !runs && `${name} is stopped`),
    topic !== undefined && !topics.includes(topic) && `no broker has topic ${topic}, only ${list(topics)}`,
    !isKnown && `no broker knows consumer group ${group}, only ${list(groups)}`,
    isKnown && members.size === 0 && `no member of group ${group} is connected`,
    members.size > 0 && !isSubscribed && `group ${group} does not subscribe to ${topic}`,
    has('passed over') &&
      'passed over: the group is behind it and never got it. It began behind it, wanted other tags, or skipped it by a seek or a commit',
    has('handed out') && 'handed out: pulled, and neither settled by its handler nor committed',
    has('handed out') &&
      strangers.length > 0 &&
      `${strangers.join(', ')}: not of cluster.connect(), so known by commits only, one every 5 s by default: give withinMs more`,
    ...undecodable(others.slice(0, MAX_HINTS)).map((problem) => `its value cannot be read, so it matches no condition on it: ${problem}`)
  ]
  return hints.filter((hint) => hint !== false)
}

/** Messages that are said to be unreadable, at most: the first ones tell enough. */
const MAX_HINTS = 3

function undecodable(messages: readonly StoredMessage[]): string[] {
  return messages.flatMap((message) => decodeProblem(message) ?? [])
}

function decodeProblem(message: StoredMessage): string | undefined {
  try {
    void message.value
    return undefined
  } catch (error) {
    return error instanceof DecodeError ? error.message : undefined
  }
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'its own' : names.join(', ')
}
