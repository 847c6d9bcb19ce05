import { groupNameProblem, type SubscriptionGroupConfig } from '@rocketmq-ts/remoting/wire'
import type { TableVersion } from '../data-version'
import { ownText } from '../own-text'

/** Groups that every broker knows (read in broker/…/subscription/SubscriptionGroupManager.java). */
const PREDEFINED_GROUPS = [
  'TOOLS_CONSUMER',
  'FILTERSRV_CONSUMER',
  'SELF_TEST_C_GROUP',
  'CID_ONS-HTTP-PROXY',
  'CID_ONSAPI_PULL',
  'CID_ONSAPI_PERMISSION',
  'CID_ONSAPI_OWNER',
  'CID_RMQ_SYS_TRANS'
]

/** The settings of consumer groups, by name. */
export class GroupTable {
  readonly #groups = new Map<string, SubscriptionGroupConfig>()
  readonly #version: TableVersion
  readonly #maxGroups: number
  readonly #onChange: () => void

  /** `onChange` is called after every change: the table is to be stored. */
  constructor(version: TableVersion, maxGroups: number, onChange: () => void) {
    this.#version = version
    this.#maxGroups = maxGroups
    this.#onChange = onChange
    this.restore(PREDEFINED_GROUPS.map(groupConfig))
  }

  get version(): TableVersion {
    return this.#version
  }

  /** Every group by name. */
  get all(): ReadonlyMap<string, SubscriptionGroupConfig> {
    return this.#groups
  }

  has(name: string): boolean {
    return this.#groups.has(name)
  }

  /** The settings of a group; one that is not known is created. `undefined` when its name is illegal or there are too many. */
  findOrCreate(name: string): SubscriptionGroupConfig | undefined {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    return groupNameProblem(name) === undefined ? this.put(groupConfig(name)) : undefined
  }

  /** Creates a group or replaces its settings. `undefined` when there are too many groups. */
  put(config: SubscriptionGroupConfig): SubscriptionGroupConfig | undefined {
    if (!this.#groups.has(config.groupName) && this.#groups.size >= this.#maxGroups) return undefined
    const groupName = ownText(config.groupName)
    const kept = { ...config, groupName }
    this.#groups.set(groupName, kept)
    this.#version.next()
    this.#onChange()
    return kept
  }

  /** Puts stored groups in place without a new version. */
  restore(configs: Iterable<SubscriptionGroupConfig>): void {
    for (const config of configs) this.#groups.set(config.groupName, config)
  }
}

/** The settings of a group that says nothing special (read in remoting/…/subscription/SubscriptionGroupConfig.java). */
export function groupConfig(groupName: string): SubscriptionGroupConfig {
  return {
    groupName,
    consumeEnable: true,
    consumeFromMinEnable: true,
    consumeBroadcastEnable: true,
    consumeMessageOrderly: false,
    retryQueueNums: 1,
    retryMaxTimes: 16,
    brokerId: 0,
    whichBrokerWhenConsumeSlowly: 1,
    notifyConsumerIdsChangedEnable: true,
    groupSysFlag: 0,
    consumeTimeoutMinute: 15,
    attributes: new Map()
  }
}
