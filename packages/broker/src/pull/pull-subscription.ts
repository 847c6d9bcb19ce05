import { hasFlag, type PullMessageRequestHeader, PullSysFlag, ResponseCode, type SubscriptionGroupConfig } from '@rocketmq-ts/remoting/wire'
import { CodedError } from 'net-ts-protocol-kit'
import type { ClientRegistry } from '../client/client-registry'
import type { SubscriptionTexts, TagsFilter } from '../client/subscription-filter'
import { Refusal } from '../refusal'

/** What a pull is filtered by. An object, since "all" is a filter too. */
export interface PullFilter {
  readonly filter: TagsFilter
}

/** Finds the filter of a pull (read in broker/…/processor/PullMessageProcessor.java). */
export class PullSubscriptions {
  readonly #clients: ClientRegistry
  readonly #texts: SubscriptionTexts

  constructor(clients: ClientRegistry, texts: SubscriptionTexts) {
    this.#clients = clients
    this.#texts = texts
  }

  /** The subscription in the header when it says that there is one, else that of the group's heartbeats. */
  filterOf(header: PullMessageRequestHeader, group: SubscriptionGroupConfig): PullFilter | Refusal {
    return hasFlag(header.sysFlag, PullSysFlag.SUBSCRIPTION) ? this.#inHeader(header) : this.#inHeartbeat(header, group)
  }

  #inHeader({ subscription, expressionType }: PullMessageRequestHeader): PullFilter | Refusal {
    if (!isTagType(expressionType)) return notByTag(expressionType)
    try {
      return { filter: this.#texts.filterOf(subscription ?? '') }
    } catch (error) {
      if (error instanceof CodedError)
        return new Refusal(ResponseCode.SUBSCRIPTION_PARSE_FAILED, `parse the consumer's subscription failed: ${error.message}`)
      throw error
    }
  }

  #inHeartbeat({ consumerGroup, topic, subVersion }: PullMessageRequestHeader, config: SubscriptionGroupConfig): PullFilter | Refusal {
    const group = this.#clients.consumerGroup(consumerGroup)
    if (group === undefined) return new Refusal(ResponseCode.SUBSCRIPTION_NOT_EXIST, "the consumer's group info not exist")
    if (!config.consumeBroadcastEnable && group.isBroadcasting) {
      return new Refusal(ResponseCode.NO_PERMISSION, `the consumer group[${consumerGroup}] can not consume by broadcast way`)
    }
    const subscription = group.subscription(topic)
    if (subscription === undefined) return new Refusal(ResponseCode.SUBSCRIPTION_NOT_EXIST, "the consumer's subscription not exist")
    if (subscription.subVersion.lessThan(subVersion)) {
      return new Refusal(ResponseCode.SUBSCRIPTION_NOT_LATEST, "the consumer's subscription not latest")
    }
    return isTagType(subscription.expressionType) ? subscription : notByTag(subscription.expressionType)
  }
}

/** Whether an expression is one of tags, which this broker can evaluate. */
export function isTagType(expressionType: string | undefined): boolean {
  return expressionType === undefined || expressionType === '' || expressionType === 'TAG'
}

/** What is answered for the expressions that official brokers leave off by default. */
export function notByTag(expressionType: string | undefined): Refusal {
  return new Refusal(
    ResponseCode.SYSTEM_ERROR,
    `The broker does not support consumer to filter message by ${String(expressionType).slice(0, 64)}`
  )
}
