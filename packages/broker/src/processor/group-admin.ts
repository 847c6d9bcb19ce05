import type { Processor } from '@rocketmq-ts/remoting'
import { groupNameProblem, type RequestCode, ResponseCode, type SubscriptionGroupConfig } from '@rocketmq-ts/remoting/wire'
import type { BrokerLimits } from '../broker-limits'
import type { GroupTable } from '../group/group-table'
import { Refusal } from '../refusal'
import { tablePage } from './table-page'

export interface CreateGroupOptions {
  readonly groups: GroupTable
  readonly limits: BrokerLimits
  /** Settles when what was changed is stored, or could not be. */
  readonly saved: () => Promise<void>
}

/** UPDATE_AND_CREATE_SUBSCRIPTIONGROUP: answered when the settings are stored (read in broker/…/processor/AdminBrokerProcessor.java). */
export function createGroup(options: CreateGroupOptions): Processor<typeof RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP> {
  const { groups, limits, saved } = options
  return ({ body, command }) => {
    const problem = groupNameProblem(body.groupName) ?? settingProblem(body, limits) ?? sizeProblem(command.body)
    if (problem !== undefined) return new Refusal(ResponseCode.INVALID_PARAMETER, problem)
    if (groups.put(body) !== undefined) return saved().then(() => ({ code: ResponseCode.SUCCESS }))
    return new Refusal(ResponseCode.SYSTEM_ERROR, `the broker has ${limits.maxGroups} consumer groups, the most it takes`)
  }
}

/** GET_ALL_SUBSCRIPTIONGROUP_CONFIG: everything, or one page to who asks in the way of 5.4 and later (read there too). */
export function allGroups(groups: GroupTable): Processor<typeof RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG> {
  return ({ header: { groupSeq, maxGroupNum, dataVersion } }) => ({
    code: ResponseCode.SUCCESS,
    header: { totalGroupNum: groups.all.size },
    body: {
      subscriptionGroupTable: tablePage(groups.all, groups.version.current, { seq: groupSeq, max: maxGroupNum, dataVersion }),
      forbiddenTable: new Map(),
      dataVersion: groups.version.current
    }
  })
}

function settingProblem({ retryQueueNums, attributes }: SubscriptionGroupConfig, { maxQueuesPerTopic }: BrokerLimits): string | undefined {
  if (retryQueueNums < 0 || retryQueueNums > maxQueuesPerTopic)
    return `a group has 0 to ${maxQueuesPerTopic} retry queues, not ${retryQueueNums}`
  // Upstream they steer pop and lite consumption, which this broker does not have.
  return attributes !== undefined && attributes.size > 0 ? 'attributes of consumer groups are not supported by this broker' : undefined
}

/** Settings are kept as they came, also those that this broker has no use for. */
const MAX_SETTINGS_BYTES = 16 * 1024

function sizeProblem({ length }: Buffer): string | undefined {
  return length > MAX_SETTINGS_BYTES ? `the settings have ${length} bytes, at most ${MAX_SETTINGS_BYTES} are kept` : undefined
}
