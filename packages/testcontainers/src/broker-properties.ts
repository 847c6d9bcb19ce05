/** Where a broker is and what it is told: the facts its configuration file is written from. */
export interface BrokerPlace {
  /** The address clients on the host reach the broker by; the broker advertises it. */
  readonly ip: string
  readonly port: number
  /** The nameserver as the broker reaches it, `host:port`. */
  readonly nameserver: string
  /** The user's lines; they win over the defaults. */
  readonly config: ReadonlyMap<string, string>
}

/**
 * Every line of the broker's configuration. One port above the broker's is replication and two below is the second remoting port, as the
 * broker itself computes them; read in broker/…/BrokerStartup.java and broker/…/BrokerController.java of both releases.
 */
export function brokerProperties(place: BrokerPlace): ReadonlyMap<string, string> {
  return new Map([
    ['brokerClusterName', 'DefaultCluster'],
    ['brokerName', 'broker-a'],
    ['brokerId', '0'],
    ['brokerRole', 'ASYNC_MASTER'],
    ['flushDiskType', 'ASYNC_FLUSH'],
    ['autoCreateTopicEnable', 'true'],
    ['autoCreateSubscriptionGroup', 'true'],
    ...place.config,
    ['namesrvAddr', place.nameserver],
    ['brokerIP1', place.ip],
    ['brokerIP2', place.ip],
    ['listenPort', String(place.port)],
    ['haListenPort', String(place.port + 1)]
  ])
}

/** A Java properties file: its reader takes a backslash for an escape and every byte for Latin-1. */
export function propertiesText(properties: ReadonlyMap<string, string>): string {
  return [...properties].map(([key, value]) => `${key}=${escapeValue(value)}\n`).join('')
}

function escapeValue(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/^ |[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * Java options of the broker. The disk limits are lifted because a developer's disk is often fuller than the 90 % at which a broker
 * starts to refuse messages; read in store/…/DefaultMessageStore.java (its CleanCommitLogService) of both releases.
 */
export function brokerJavaOptions(heapMegabytes: number): string {
  const young = Math.floor(heapMegabytes / 2)
  const disk = '-Drocketmq.broker.diskSpaceWarningLevelRatio=0.99 -Drocketmq.broker.diskSpaceCleanForciblyRatio=0.98'
  return `-Xms${heapMegabytes}m -Xmx${heapMegabytes}m -Xmn${young}m ${disk}`
}

/** Java options of the nameserver: it holds a few routes. */
export const nameserverJavaOptions = '-Xms256m -Xmx256m -Xmn128m'
