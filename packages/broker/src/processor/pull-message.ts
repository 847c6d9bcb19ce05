import { type Answer, type Held, held, type Peer, type ServerRequest } from '@rocketmq-ts/remoting'
import {
  hasFlag,
  isReadable,
  type PullMessageRequestHeader,
  PullSysFlag,
  type RequestCode,
  ResponseCode,
  type SubscriptionGroupConfig,
  type TopicConfig
} from '@rocketmq-ts/remoting/wire'
import type { MessageStore, ReadResult } from '@rocketmq-ts/store'
import type { Clock } from 'net-ts-protocol-kit'
import type { BrokerLimits } from '../broker-limits'
import type { TagsFilter } from '../client/subscription-filter'
import type { GroupTable } from '../group/group-table'
import type { OffsetCommits } from '../offset/offset-commits'
import type { HeldPull, HeldPulls } from '../pull/held-pulls'
import { pullCode, pullHeader } from '../pull/pull-answer'
import type { PullSubscriptions } from '../pull/pull-subscription'
import type { PulledListener } from '../pull/pulled'
import { Refusal } from '../refusal'
import { noGroup } from '../send/retry-sends'
import type { TopicTable } from '../topic/topic-table'

type PullRow = typeof RequestCode.PULL_MESSAGE
type PullRequest = ServerRequest<PullRow>
type PullAnswer = Answer<PullRow> | Held

export interface PullMessageOptions {
  readonly store: MessageStore
  readonly clock: Clock
  readonly topics: TopicTable
  readonly groups: GroupTable
  readonly subscriptions: PullSubscriptions
  readonly commits: OffsetCommits
  readonly heldPulls: HeldPulls
  readonly limits: BrokerLimits
  readonly onPulled: PulledListener | undefined
}

/** What a pull is about, once it is allowed. */
interface Allowed {
  readonly topic: TopicConfig
  readonly group: SubscriptionGroupConfig
  readonly filter: TagsFilter
}

/** Memory for answers that are being read from disk, all together. Bytes. */
const LATE_BYTES = 64 * 1024 * 1024

/** What each may have in any case. Bytes. */
const LEAST_BYTES = 64 * 1024

/** PULL_MESSAGE: reads a queue, or waits for it to grow (read in broker/…/processor/PullMessageProcessor.java). */
export class PullMessageProcessor {
  readonly #options: PullMessageOptions
  /** Reads that wait for the disk. */
  #lateReads = 0

  constructor(options: PullMessageOptions) {
    this.#options = options
  }

  readonly pull = (request: PullRequest): PullAnswer | Promise<PullAnswer> => this.#pull(request, true)

  #pull(request: PullRequest, mayHold: boolean): PullAnswer | Promise<PullAnswer> {
    const allowed = this.#allow(request)
    if (allowed instanceof Refusal) return allowed
    // Only the first look at a request commits: when it wakes, its client may have committed more.
    if (mayHold && hasFlag(request.header.sysFlag, PullSysFlag.COMMIT_OFFSET)) this.#commit(request)
    return this.#read(request, allowed, mayHold)
  }

  #read(request: PullRequest, allowed: Allowed, mayHold: boolean): PullAnswer | Promise<PullAnswer> {
    const { topic, queueId, queueOffset, maxMsgNums } = request.header
    const { store, limits } = this.#options
    const maxCount = Math.min(maxMsgNums, limits.maxPullMessages)
    const wanted = { topic, queueId, queueOffset, maxCount, maxBytes: this.#maxBytes() }
    const result = store.read(allowed.filter === undefined ? wanted : { ...wanted, matches: allowed.filter })
    if (result instanceof Promise) return this.#readLate(request, allowed, result, mayHold)
    return this.#answer(request, allowed, result, mayHold)
  }

  async #readLate(request: PullRequest, allowed: Allowed, reading: Promise<ReadResult>, mayHold: boolean): Promise<PullAnswer> {
    this.#lateReads++
    let result: ReadResult
    try {
      result = await reading
    } finally {
      this.#lateReads--
    }
    return this.#answerLate(request, allowed, result, mayHold)
  }

  /**
   * Many reads of the disk at a time share their memory. Official brokers read 64 KiB and 8 messages each in any case, which makes whoever
   * catches up ask more often, and is otherwise nothing that a client could notice (`maxTransferBytesOnMessageInDisk`).
   */
  #maxBytes(): number {
    const { maxPullBytes } = this.#options.limits
    return Math.min(maxPullBytes, Math.max(LEAST_BYTES, Math.floor(LATE_BYTES / (this.#lateReads + 1))))
  }

  /** Whoever waits is woken by what arrives from now on: what has arrived while the disk was read is read first. */
  #answerLate(request: PullRequest, allowed: Allowed, result: ReadResult, mayHold: boolean): PullAnswer | Promise<PullAnswer> {
    const { topic, queueId, queueOffset } = request.header
    const isEmpty = mayHold && pullCode(result.status, queueOffset) === ResponseCode.PULL_NOT_FOUND
    const hasGrown = isEmpty && this.#options.store.maxOffset(topic, queueId) > result.maxOffset
    return hasGrown ? this.#read(request, allowed, mayHold) : this.#answer(request, allowed, result, mayHold)
  }

  #allow({ header }: PullRequest): Allowed | Refusal {
    const { topics, groups, subscriptions, limits } = this.#options
    const group = groups.findOrCreate(header.consumerGroup)
    if (group === undefined) return noGroup(header.consumerGroup)
    if (!group.consumeEnable) return new Refusal(ResponseCode.NO_PERMISSION, `subscription group no permission, ${header.consumerGroup}`)
    const topic = topics.get(header.topic)
    if (topic === undefined)
      return new Refusal(ResponseCode.TOPIC_NOT_EXIST, `topic[${header.topic.slice(0, 255)}] not exist, apply first please!`)
    if (!isReadable(topic.perm)) return new Refusal(ResponseCode.NO_PERMISSION, `the topic[${header.topic}] pulling message is forbidden`)
    const problem = headerProblem(header, topic.readQueueNums, limits.maxSuspendMs)
    if (problem !== undefined) return new Refusal(ResponseCode.INVALID_PARAMETER, `topic[${header.topic}]: ${problem}`)
    const found = subscriptions.filterOf(header, group)
    return found instanceof Refusal ? found : { topic, group, filter: found.filter }
  }

  #answer(request: PullRequest, { topic, group, filter }: Allowed, result: ReadResult, mayHold: boolean): PullAnswer {
    const { header } = request
    const code = pullCode(result.status, header.queueOffset)
    const answer = { code, remark: result.status, header: pullHeader(result, topic.topicSysFlag, group.groupSysFlag ?? 0) }
    if (code === ResponseCode.SUCCESS) return { ...answer, body: this.#handedOut(request, result.records) }
    if (code !== ResponseCode.PULL_NOT_FOUND || !mayHold || !hasFlag(header.sysFlag, PullSysFlag.SUSPEND)) return answer
    return this.#hold(request, filter, answer)
  }

  #handedOut({ header }: PullRequest, records: readonly Buffer[]): readonly Buffer[] {
    const { consumerGroup: group, topic, queueId } = header
    this.#options.onPulled?.({ group, topic, queueId, records })
    return records
  }

  #commit({ header }: PullRequest): void {
    const { consumerGroup, topic, queueId, commitOffset } = header
    this.#options.commits.commit({ group: consumerGroup, topic, queueId, offset: commitOffset })
  }

  #hold(request: PullRequest, filter: TagsFilter, notFound: Answer<PullRow>): PullAnswer {
    const { clock, heldPulls, limits } = this.#options
    const deadline = clock.monotonic() + request.header.suspendTimeoutMillis
    if (heldPulls.hold(new WaitingPull(request, filter, deadline, notFound, this.#wake))) return held
    return new Refusal(ResponseCode.SYSTEM_BUSY, `[POLLING_FULL]the broker holds ${limits.maxHeldPulls} pulls, as many as it may`)
  }

  readonly #wake = (request: PullRequest): void => {
    const answer = this.#pull(request, false)
    if (answer instanceof Promise)
      answer.then(
        (late) => answerTo(request, late),
        (error) => answerTo(request, failed(error))
      )
    else answerTo(request, answer)
  }
}

/** A pull without an answer. */
class WaitingPull implements HeldPull {
  readonly topic: string
  readonly queueId: number
  readonly group: string
  readonly peer: Peer
  readonly queueOffset: number
  readonly filter: TagsFilter
  readonly deadline: number
  readonly #request: PullRequest
  readonly #notFound: Answer<PullRow>
  readonly #wake: (request: PullRequest) => void

  constructor(request: PullRequest, filter: TagsFilter, deadline: number, notFound: Answer<PullRow>, wake: (request: PullRequest) => void) {
    this.topic = request.header.topic
    this.queueId = request.header.queueId
    this.group = request.header.consumerGroup
    this.peer = request.peer
    this.queueOffset = request.header.queueOffset
    this.filter = filter
    this.deadline = deadline
    this.#request = request
    this.#notFound = notFound
    this.#wake = wake
  }

  wake(): void {
    this.#wake(this.#request)
  }

  giveUp(): void {
    this.#request.answer(this.#notFound)
  }
}

function answerTo(request: PullRequest, answer: PullAnswer): void {
  if (answer !== held) request.answer(answer)
}

function failed(error: unknown): Refusal {
  return new Refusal(ResponseCode.SYSTEM_ERROR, error instanceof Error ? error.message : String(error))
}

function headerProblem(header: PullMessageRequestHeader, queues: number, maxSuspendMs: number): string | undefined {
  const { queueId, maxMsgNums, suspendTimeoutMillis: suspendMs, sysFlag, liteTopic } = header
  if (queueId < 0 || queueId >= queues) return `queueId[${queueId}] is illegal, ${queues} queues can be read`
  if (maxMsgNums < 1) return `maxMsgNums[${maxMsgNums}] is illegal`
  if (liteTopic !== undefined && liteTopic !== '') return 'lite topics are not supported by this broker'
  if (!hasFlag(sysFlag, PullSysFlag.SUSPEND) || (suspendMs >= 0 && suspendMs <= maxSuspendMs)) return undefined
  return `suspendTimeoutMillis[${suspendMs}] is illegal, at most ${maxSuspendMs} are allowed`
}
