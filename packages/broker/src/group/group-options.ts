import { groupNameProblem, ResponseCode, type SubscriptionGroupConfig } from '@rocketmq-ts/remoting/wire'
import { CodedError } from 'net-ts-protocol-kit'
import type { BrokerLimits } from '../broker-limits'
import { type GroupTable, groupConfig } from './group-table'

/** What a new consumer group is like. The names in brackets are those of the official `SubscriptionGroupConfig`. */
export interface GroupOptions {
  /**
   * How often a message that failed is delivered again before it becomes a dead letter (`retryMaxTimes`). Only for clients that do
   * not say so themselves: Java clients and ours do, with their `maxReconsumeTimes` and `maxAttempts`. Default 16.
   */
  readonly maxRetries?: number
  /** Queues of its retry topic (`retryQueueNums`); 0: what fails is dropped. Default 1. */
  readonly retryQueues?: number
  /** Whether its pulls are answered (`consumeEnable`). Default `true`. */
  readonly mayConsume?: boolean
  /** Whether its members may each have all messages (`consumeBroadcastEnable`). Default `true`. */
  readonly mayBroadcast?: boolean
  /** Whether its members are told of each other (`notifyConsumerIdsChangedEnable`). Default `true`. */
  readonly tellsMembers?: boolean
}

/** A consumer group that cannot be made: `facts` have its name and the official response code. */
export class GroupError extends CodedError {
  constructor(group: string, responseCode: number, remark: string) {
    super('GROUP_REFUSED', remark, { facts: { group, responseCode } })
  }
}

/**
 * Creates a group or replaces its settings.
 *
 * @throws GroupError
 */
export function putGroup(groups: GroupTable, limits: BrokerLimits, name: string, options: GroupOptions): void {
  const problem = groupNameProblem(name) ?? optionsProblem(options, limits)
  if (problem !== undefined) throw new GroupError(name, ResponseCode.INVALID_PARAMETER, `consumer group ${name}: ${problem}`)
  if (groups.put(configOf(name, options)) !== undefined) return
  throw new GroupError(name, ResponseCode.SYSTEM_ERROR, `the broker has ${limits.maxGroups} consumer groups, the most it takes`)
}

function optionsProblem({ maxRetries = 0, retryQueues = 0 }: GroupOptions, { maxQueuesPerTopic }: BrokerLimits): string | undefined {
  if (!isCount(maxRetries)) return `maxRetries must be a whole number, not ${maxRetries}`
  if (isCount(retryQueues) && retryQueues <= maxQueuesPerTopic) return undefined
  return `retryQueues must be a whole number from 0 to ${maxQueuesPerTopic}, not ${retryQueues}`
}

function configOf(name: string, options: GroupOptions): SubscriptionGroupConfig {
  const { maxRetries = 16, retryQueues = 1, mayConsume = true, mayBroadcast = true, tellsMembers = true } = options
  return {
    ...groupConfig(name),
    retryMaxTimes: maxRetries,
    retryQueueNums: retryQueues,
    consumeEnable: mayConsume,
    consumeBroadcastEnable: mayBroadcast,
    notifyConsumerIdsChangedEnable: tellsMembers
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
