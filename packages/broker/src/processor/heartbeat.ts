import type { Answer, Processor, ServerRequest } from '@rocketmq-ts/remoting'
import {
  type ConsumerData,
  groupNameProblem,
  type HeartbeatData,
  type RequestCode,
  ResponseCode,
  retryTopic,
  type SubscriptionData
} from '@rocketmq-ts/remoting/wire'
import type { BrokerLimits } from '../broker-limits'
import type { ClientRegistry } from '../client/client-registry'
import type { GroupTable } from '../group/group-table'
import { isTagType, notByTag } from '../pull/pull-subscription'
import { Refusal } from '../refusal'
import type { TopicCreation } from '../topic/topic-creation'
import type { TopicTable } from '../topic/topic-table'

type HeartbeatRow = typeof RequestCode.HEART_BEAT

export interface HeartbeatOptions {
  readonly clients: ClientRegistry
  readonly groups: GroupTable
  readonly topics: TopicTable
  readonly creation: TopicCreation
  readonly limits: BrokerLimits
}

/** HEART_BEAT, UNREGISTER_CLIENT and CHECK_CLIENT_CONFIG (read in broker/…/processor/ClientManageProcessor.java). */
export class HeartbeatProcessor {
  readonly #options: HeartbeatOptions

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  readonly heartbeat: Processor<HeartbeatRow> = (request) => {
    const problem = this.#problemOf(request)
    if (problem !== undefined) return new Refusal(ResponseCode.INVALID_PARAMETER, `heartbeat: ${problem}`)
    if (this.#options.clients.tagCountAfter(request.body) > this.#options.limits.maxTagsInTotal) return tooManyTags()
    const { clientID, producerDataSet, consumerDataSet } = request.body
    const { language, version } = request.command
    this.#options.clients.introduced(request.peer, { clientId: clientID, language, version })
    let wantsSubscriptions = false
    for (const data of consumerDataSet) if (this.#consumer(request, clientID, data)) wantsSubscriptions = true
    for (const { groupName } of producerDataSet) this.#options.clients.producerHeard(groupName, request.peer)
    const isV1 = (request.body.heartbeatFingerprint ?? 0) === 0
    return { code: ResponseCode.SUCCESS, header: { isSupportHeartBeatV2: true, isSubChange: isV1 || wantsSubscriptions } }
  }

  readonly unregister: Processor<typeof RequestCode.UNREGISTER_CLIENT> = ({ header, peer }) => {
    if (header.producerGroup !== undefined) this.#options.clients.leaveProducerGroup(header.producerGroup, peer)
    if (header.consumerGroup !== undefined) this.#options.clients.leaveConsumerGroup(header.consumerGroup, peer)
    return { code: ResponseCode.SUCCESS }
  }

  /** Whether the broker can evaluate an expression: it can evaluate tags. */
  readonly checkClient: Processor<typeof RequestCode.CHECK_CLIENT_CONFIG> = ({ body }): Answer<typeof RequestCode.CHECK_CLIENT_CONFIG> => {
    const { expressionType } = body.subscriptionData
    return isTagType(expressionType) ? { code: ResponseCode.SUCCESS } : notByTag(expressionType)
  }

  /** Returns whether the client should send its subscriptions with the next heartbeat. A group that cannot be is passed over. */
  #consumer({ peer, body }: ServerRequest<HeartbeatRow>, clientId: string, data: ConsumerData): boolean {
    const { groups, topics, creation, clients } = this.#options
    const group = groups.findOrCreate(data.groupName)
    if (group === undefined) return false
    const isOrdered = data.subscriptionDataSet.some((subscription) => topics.get(subscription.topic)?.order === true)
    creation.forGroup(retryTopic(data.groupName), Math.max(1, group.retryQueueNums), isOrdered)
    const fingerprint = body.heartbeatFingerprint ?? 0
    return clients.consumerHeard({ peer, clientId, data, fingerprint, withoutSubscriptions: fingerprint !== 0 && body.withoutSub === true })
  }

  #problemOf({ body, command, peer }: ServerRequest<HeartbeatRow>): string | undefined {
    const { limits, clients } = this.#options
    if (command.body.length > limits.maxHeartbeatBytes) return `more than ${limits.maxHeartbeatBytes} bytes`
    if (clients.groupCountAfter(peer, body) > limits.maxGroupsPerClient) return `more than ${limits.maxGroupsPerClient} groups`
    return nameProblem(body) ?? subscriptionProblem(body, limits)
  }
}

function tooManyTags(): Refusal {
  return new Refusal(ResponseCode.SYSTEM_BUSY, 'the broker holds as many subscriptions as it may')
}

function nameProblem({ clientID, producerDataSet }: HeartbeatData): string | undefined {
  if (clientID === '' || clientID.length > MAX_CLIENT_ID)
    return `the client id has ${clientID.length} characters, 1 to ${MAX_CLIENT_ID} are allowed`
  for (const { groupName } of producerDataSet) {
    const problem = groupNameProblem(groupName, MAX_CLIENT_ID)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Longest client id, and longest name of a producer group: releases before 5.4 allow this much. */
const MAX_CLIENT_ID = 255

/** Longest topic that is remembered: that of a retry topic with the longest group name, and some more. */
const MAX_NAME = 512

function subscriptionProblem({ consumerDataSet }: HeartbeatData, limits: BrokerLimits): string | undefined {
  for (const { groupName, subscriptionDataSet } of consumerDataSet) {
    if (subscriptionDataSet.length > limits.maxSubscriptions)
      return `group ${groupName} has more than ${limits.maxSubscriptions} subscriptions`
    const tooMany = subscriptionDataSet.find(
      (subscription) => Math.max(subscription.codeSet.length, subscription.tagsSet.length) > limits.maxTags
    )
    if (tooMany !== undefined) return `the subscription to ${tooMany.topic} has more than ${limits.maxTags} tags`
    const isTooLong = ({ topic, expressionType }: SubscriptionData): boolean => Math.max(topic.length, expressionType.length) > MAX_NAME
    if (subscriptionDataSet.some(isTooLong)) return `group ${groupName} subscribes to a name of more than ${MAX_NAME} characters`
  }
  return undefined
}
